"""The routing part of a workspace document, normalised: ids, skills, queues and numbers, no names.

Durations are whole milliseconds. A field at its default is left out, so the canonical JSON of a configuration is
small and a merge patch's null means "back to the default". The document an administrator writes is parsed and
checked in `producers.admin`; ROUTING rules are obeyed in `streams.routing`.
"""

from __future__ import annotations

import hashlib
from typing import Any, Final

import msgspec

from schemas.event import Value
from schemas.vocabulary import Strategy

DEFAULT_FORMULA: Final = "answered_within_over_offered"
"""The service level's formula where none is named; docs/metrics.md has all of them."""
SHORT_ABANDON_MS: Final = 5_000
"""Who leaves in less time than this has abandoned shortly, where a queue says nothing else."""


class RoutingSettings(Value, frozen=True, kw_only=True):
    """Workspace-wide numbers. `time_zone` (an IANA name; None = UTC) says when the day begins that figures count."""

    priority_step_ms: int = 60_000
    rank_first: bool = False
    reoffer_after_ms: int = 60_000
    reoffer_pause_ms: int = 5_000
    resume_within_ms: int = 0
    reconnect_grace_ms: int = 15_000
    connect_timeout_ms: int = 15_000
    not_responding_for_ms: int | None = None
    default_queue: str | None = None
    time_zone: str | None = None


class StatusSettings(Value, frozen=True, kw_only=True):
    """A status that agents may choose; `available` and `offline` always exist."""

    routable: bool


class TierSettings(Value, frozen=True, kw_only=True):
    """A value tier: its head start, and a service level of its own."""

    head_start_ms: int = 0
    service_level_within_ms: int | None = None


class ChannelSettings(Value, frozen=True, kw_only=True):
    """What one interaction of a channel takes of an agent."""

    units: int = 100
    offer_timeout_ms: int = 20_000
    wrap_up_ms: int = 30_000
    wrap_up_holds_units: bool = True
    auto_accept: bool = False
    interrupted_by: tuple[str, ...] = ()
    hold_frees_units: bool = False
    requeue_on_disconnect: bool = False


class StepSettings(Value, frozen=True, kw_only=True):
    """One routing step; None = not named here, an earlier step's value holds."""

    at_ms: int = 0
    preferred: bool = False
    require: dict[str, int] | None = None
    relax: bool | None = None
    min_rank: int | None = None
    max_rank: int | None = None
    ignore_rank: bool | None = None
    same_site: bool | None = None
    head_start_ms: int | None = None
    overflow_to: str | None = None


class OverflowRule(Value, frozen=True, kw_only=True):
    """What happens on entry: end with that reason word, go to another queue, or (both None) stay."""

    end: str | None = None
    overflow_to: str | None = None


class OverflowSettings(Value, frozen=True, kw_only=True):
    """Looked at in this order when an interaction enters a queue."""

    when_closed: OverflowRule = OverflowRule(end="closed")
    when_full: OverflowRule = OverflowRule(end="full")
    when_no_agents: OverflowRule = OverflowRule()


class ServiceLevel(Value, frozen=True, kw_only=True):
    """The target: `goal_percent` of interactions answered within `within_ms`, by a named formula."""

    within_ms: int
    goal_percent: int = 80
    formula: str = DEFAULT_FORMULA


class QueueSettings(Value, frozen=True, kw_only=True):
    """A queue. `class_` is strict: a lower class always goes first."""

    class_: int = msgspec.field(default=0, name="class")
    hours: str | None = None
    service_level: ServiceLevel | None = None
    short_abandon_ms: int = SHORT_ABANDON_MS
    max_waiting: int | None = None
    wrap_up_ms: int | None = None
    strategy: Strategy = Strategy.LONGEST_IDLE
    steps: tuple[StepSettings, ...] = ()
    overflow: OverflowSettings = OverflowSettings()
    expire_after_ms: int | None = None


class AgentSettings(Value, frozen=True, kw_only=True):
    """An agent: `queues` maps the queues served to the agent's rank there, `max` a channel to a number at once."""

    team: str | None = None
    site: str | None = None
    skills: dict[str, int] = {}
    queues: dict[str, int] = {}
    capacity: int = 100
    max: dict[str, int] = {}
    wrap_up_ms: int | None = None


PHONE = ChannelSettings()
AVAILABLE = "available"
OFFLINE = "offline"


class RoutingConfiguration(Value, frozen=True, kw_only=True):
    """All that routing obeys. An unnamed channel has `PHONE`'s values."""

    settings: RoutingSettings = RoutingSettings()
    skills: tuple[str, ...] = ()
    statuses: dict[str, StatusSettings] = {}
    tiers: dict[str, TierSettings] = {}
    sites: tuple[str, ...] = ()
    channels: dict[str, ChannelSettings] = {}
    queues: dict[str, QueueSettings] = {}
    agents: dict[str, AgentSettings] = {}


def canonical(configuration: RoutingConfiguration) -> bytes:
    """The one JSON spelling of a configuration: defaults left out, keys sorted."""
    return msgspec.json.encode(msgspec.to_builtins(configuration), order="sorted")


def digest(configuration: RoutingConfiguration) -> str:
    """SHA-256 of the canonical JSON, in hexadecimal: what `ConfigurationPublished` promises the result to be."""
    return hashlib.sha256(canonical(configuration)).hexdigest()


def merge_patch(target: Any, patch: Any) -> Any:
    """RFC 7396 JSON merge patch of built-in values; neither argument is changed."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = merge_patch(merged.get(key), value)
    return merged


def diff_patch(old: Any, new: Any) -> Any:
    """The smallest merge patch that turns built-in `old` into `new`; neither holds a null."""
    if not (isinstance(old, dict) and isinstance(new, dict)):
        return new
    patch: dict[str, Any] = {key: None for key in old if key not in new}
    for key, value in new.items():
        if key not in old:
            patch[key] = value
        elif old[key] != value:
            patch[key] = diff_patch(old[key], value)
    return patch
