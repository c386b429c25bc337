"""What is remembered of a workspace, as records of one table. `place` in a record: `(epoch, seq)` of the last decision
that changed it.
"""

from __future__ import annotations

import enum
from typing import Final

import msgspec

from schemas.configuration import DEFAULT_FORMULA, SHORT_ABANDON_MS
from schemas.metrics import Dimension
from schemas.vocabulary import EndReason, LegKind, LegState, RoutingStatus

Place = tuple[int, int]
Group = tuple[Dimension, str]
NOWHERE: Final[Place] = (1, 0)
"""The place before a workspace's first decision."""
WAITING: Final = frozenset({LegState.QUEUED, LegState.OFFERED})
"""States of a leg in which somebody waits in a queue, whether or not an agent is asked."""


class Stay(msgspec.Struct, frozen=True, array_like=True):
    """A time of waiting: since when, with the service level's threshold and the limit of short abandons of its start."""

    since_ms: int
    within_ms: int | None
    short_ms: int

    @property
    def aims(self) -> int:
        """1 when there is a threshold: what waits counts in service levels."""
        return int(self.within_ms is not None)


class KeptLeg(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A live leg. `stay` is its time in this queue, `came` in all of them; `entered_ms` tells one entry from another.

    `waits_since_ms`: since when it waits here, its time in other states left out. `held_ms` and the like: time in these
    states until `since_ms`. `joined`: a consult became a conference. `callback`: the customer is to be called back; `arrived_ms` is known of such a leg.
    """

    leg_id: str
    kind: LegKind
    state: LegState
    since_ms: int
    queue: str | None = None
    agent_id: str | None = None
    waits_since_ms: int = 0
    entered_ms: int | None = None
    stay: Stay | None = None
    came: Stay | None = None
    answered: bool = False
    handed_on: bool = False
    connected_ms: int = 0
    held_ms: int = 0
    wrap_up_ms: int = 0
    callback: bool = False
    joined: bool = False
    arrived_ms: int | None = None


class KeptContact(msgspec.Struct, kw_only=True, omit_defaults=True):
    """An interaction with its live legs. `handed_on`: why its last part ended, while the leg that follows is awaited."""

    place: Place
    channel: str = ""
    site: str | None = None
    tier: str | None = None
    arrived_ms: int = 0
    handed_on: EndReason | None = None
    legs: dict[str, KeptLeg] = {}


class KeptAgent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An agent. `counted_ms`: up to when the time in this routing status is counted; who is offline has none."""

    place: Place
    online: bool
    routing_status: RoutingStatus
    since_ms: int
    counted_ms: int
    team: str | None = None
    site: str | None = None
    queues: tuple[str, ...] = ()
    offers: int = 0
    legs: int = 0


class KeptQueue(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """By what a queue is counted."""

    place: Place
    within_ms: int | None = None
    goal_percent: int | None = None
    formula: str = DEFAULT_FORMULA
    short_ms: int = SHORT_ABANDON_MS


class Cell(msgspec.Struct, kw_only=True, omit_defaults=True):
    """What happened in one group and interval. `within_ms`: a queue's threshold when something was counted last."""

    place: Place
    counts: dict[str, int] = {}
    status_ms: dict[RoutingStatus, int] = {}
    within_ms: int | None = None


class Head(msgspec.Struct, kw_only=True, omit_defaults=True):
    """How far a workspace is applied, and by what it is counted. Cells of intervals that began before `floor_ms` are not
    counted any more: they were told, and may be forgotten.
    """

    place: Place = NOWHERE
    floor_ms: int = 0
    at_ms: int = 0
    time_zone: str | None = None
    tiers: dict[str, int] = {}


class Kept(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A record of the table: one of these. `counted`: up to where all cells of a workspace are complete."""

    cell: Cell | None = None
    counted: Place | None = None
    contact: KeptContact | None = None
    agent: KeptAgent | None = None
    queue: KeptQueue | None = None
    head: Head | None = None


class Kind(enum.StrEnum):
    """The kinds of record, in the order in which those of a batch are written."""

    CELL = "cell"
    COUNTED = "counted"
    QUEUE = "queue"
    AGENT = "agent"
    CONTACT = "contact"
    HEAD = "head"
