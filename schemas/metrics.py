"""Figures of a workspace, exact to a place in its decisions: topics `metrics.live.v1` and `metrics.intervals.v1`.

docs/metrics.md defines each figure. Counts and sums are whole numbers; what is divided is None when its divisor is 0.
All times are milliseconds. Fields are never left out: `null` cannot be computed, `0` is zero, no group = no data.
"""

from __future__ import annotations

import enum
from typing import Final

import msgspec

from schemas.event import Event
from schemas.vocabulary import RoutingStatus

INTERVAL_MS: Final = 15 * 60 * 1000
"""Intervals begin at multiples of this since 1970: in every time zone in use, a quarter of an hour by the clock."""


class Dimension(enum.StrEnum):
    """By what figures are kept apart; the workspace has one group, whose id is its own."""

    WORKSPACE = "workspace"
    QUEUE = "queue"
    CHANNEL = "channel"
    SITE = "site"
    TEAM = "team"
    AGENT = "agent"


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """Base: every field is written."""


class Counts(Figures, frozen=True, kw_only=True):
    """What happened within a span of time. Sums belong to the counts beside them; see docs/metrics.md.

    `target_*` count those of the same name that have a service level's threshold, to which `*_within` belong; all of them
    count when the wait is over, `target_offered` too.
    """

    offered: int = 0
    answered: int = 0
    answered_within: int = 0
    answer_wait_ms: int = 0
    abandoned: int = 0
    abandoned_within: int = 0
    short_abandoned: int = 0
    abandon_wait_ms: int = 0
    flowed_out: int = 0
    expired: int = 0
    cancelled: int = 0
    failed: int = 0
    handled: int = 0
    connected_ms: int = 0
    held_ms: int = 0
    wrap_up_ms: int = 0
    transferred_in: int = 0
    transferred_out: int = 0
    requeued: int = 0
    offers_made: int = 0
    offers_accepted: int = 0
    offers_rejected: int = 0
    offers_missed: int = 0
    offers_rescinded: int = 0
    target_offered: int = 0
    target_answered: int = 0
    target_abandoned: int = 0
    target_short_abandoned: int = 0
    left_for_callback: int = 0
    callbacks_requested: int = 0
    callbacks_reached: int = 0
    callback_wait_ms: int = 0
    callbacks_lost: int = 0
    consults: int = 0
    consults_answered: int = 0
    consult_ms: int = 0
    conferences: int = 0
    transferred_warm: int = 0
    status_ms: dict[RoutingStatus, int] = {}


class Derived(Figures, frozen=True, kw_only=True):
    """What follows from counts. Rates in hundredths of a percent (9,050 = 90.5 %); None = cannot be computed.

    `service_levels`: by the formula's name; docs/metrics.md has all of them. `within_ms` is the service level's
    threshold in force, `goal_percent` what it shall reach.
    """

    service_levels: dict[str, int | None] = {}
    service_level: int | None = None
    service_level_formula: str | None = None
    within_ms: int | None = None
    goal_percent: int | None = None
    asa_ms: int | None = None
    aht_ms: int | None = None
    average_connected_ms: int | None = None
    average_held_ms: int | None = None
    average_wrap_up_ms: int | None = None
    average_abandon_wait_ms: int | None = None
    average_callback_wait_ms: int | None = None
    abandon_rate: int | None = None
    occupancy: int | None = None


class Now(Figures, frozen=True, kw_only=True):
    """How things stand. `oldest_arrived_ms`, `oldest_queued_ms`: moments from which the longest waits are counted
    (since creation, since queueing); None = nobody waits. `agents`: how many by routing status; an agent's own group has
    one. `since_ms`: since when that agent's routing status holds. `callbacks_waiting`: of those who wait or ring, who is
    to be called back; `scheduled` callbacks come to wait at their time.
    """

    waiting: int = 0
    offered: int = 0
    active: int = 0
    oldest_arrived_ms: int | None = None
    oldest_queued_ms: int | None = None
    agents: dict[RoutingStatus, int] = {}
    since_ms: int | None = None
    callbacks_waiting: int = 0
    scheduled: int = 0


class LiveGroup(Figures, frozen=True, kw_only=True):
    """One group: how things stand, and what happened today and in the present interval."""

    dimension: Dimension
    id: str
    now: Now
    today: Counts
    today_derived: Derived
    interval: Counts
    interval_derived: Derived


class MetricsMeasured(Event, frozen=True, kw_only=True, tag="metrics.measured", omit_defaults=False):
    """The groups as of `at_ms`, complete up to decision `(epoch, seq)`: all of them when `whole`, else those that changed.

    `day_starts_ms`: since when `today` counts, midnight in `time_zone`. A part of a whole says so: `part` of `parts`.
    """

    workspace: str
    epoch: int
    seq: int
    at_ms: int
    day_starts_ms: int
    time_zone: str
    interval_starts_ms: int
    whole: bool
    part: int = 1
    parts: int = 1
    groups: tuple[LiveGroup, ...] = ()


class IntervalCounted(Event, frozen=True, kw_only=True, tag="interval.counted", omit_defaults=False):
    """One group's counts of the interval that begins at `starts_ms`, complete up to `(epoch, seq)` and cut at `to_ms`.

    A later one of the same group and interval replaces it.
    """

    workspace: str
    epoch: int
    seq: int
    starts_ms: int
    to_ms: int
    dimension: Dimension
    id: str
    counts: Counts
    within_ms: int | None = None


MetricsLiveTopicEvent = MetricsMeasured
MetricsIntervalsTopicEvent = IntervalCounted
