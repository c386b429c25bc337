"""The whole trace of one interaction: every agent and every reason, at every moment at which it was considered.

Recomputed from the inputs by a replay; it lies in no topic. Of each wait the first look is whole (`Looked`); from then on
only what changed is said (`Changed`), and who else got an agent that could have served this interaction (`WentFirst`).
All `at_ms` are engine time; `offset` is that of the input that led there.
"""

from __future__ import annotations

import enum

from schemas.event import Value
from schemas.values import Explanation, InteractionValue, ScorePart
from schemas.vocabulary import EndReason, JoinMode, LegKind, LegState, PassedOver, RescindReason


class Because(enum.StrEnum):
    """Why other work got an agent who could have served this interaction."""

    LOWER_CLASS = "lower_class"
    ARRIVED_BEFORE = "arrived_before"
    HEAD_START = "head_start"
    RANK_FIRST = "rank_first"
    TAKEN_ON_PURPOSE = "taken_on_purpose"
    NO_ROOM_FOR_CHANNEL = "no_room_for_channel"
    PASSED_OVER_HERE = "passed_over_here"
    UNEXPLAINED = "unexplained"


class Ranked(Value, frozen=True, kw_only=True):
    """An agent who could take it, with what is compared, in the order compared; lower goes first."""

    agent_id: str
    score: tuple[ScorePart, ...]


class PassedAgents(Value, frozen=True, kw_only=True):
    """Agents whom the same reasons kept away, all of them, the configuration's first."""

    reasons: tuple[PassedOver, ...]
    agents: tuple[str, ...]


class PassedWork(Value, frozen=True, kw_only=True):
    """Work that stood before it in its queue and that the same reasons kept from the agent; empty = his rank decides."""

    reasons: tuple[PassedOver, ...]
    count: int


class ChangedAgent(Value, frozen=True, kw_only=True):
    """What keeps an agent away now, and what did before; empty = nothing."""

    agent_id: str
    before: tuple[PassedOver, ...]
    now: tuple[PassedOver, ...]


class Moment(Value, frozen=True, kw_only=True, tag_field="kind"):
    """Base."""

    at_ms: int
    offset: int
    leg_id: str


class Happened(Moment, frozen=True, kw_only=True, tag="happened"):
    """A decision about the interaction; `decision` is its wire type. `ahead`: how many wait before it in its queue.

    `by` asked for it with the command `command`, a supervisor for `asked_because`. `callback`: by this very decision the
    customer is to be called back, by `callback_of` first. `asked_queue`: the queue that was asked for, where the leg came
    into another. `resumed`: it has taken over the place of a contact that the customer had abandoned. `priority`: where
    the decision tells of the interaction's attributes.
    """

    epoch: int
    seq: int
    decision: str
    leg: LegKind | None = None
    state: LegState | None = None
    queue: str | None = None
    step: int = 0
    agent_id: str | None = None
    reason: EndReason | None = None
    rescind_reason: RescindReason | None = None
    virtual_arrival_ms: int | None = None
    due_ms: int | None = None
    ahead: int | None = None
    waited_ms: int = 0
    explanation: Explanation | None = None
    command: str | None = None
    by: str | None = None
    asked_because: str | None = None
    callback: bool = False
    callback_of: str | None = None
    asked_queue: str | None = None
    resumed: bool = False
    priority: int | None = None
    join_mode: JoinMode | None = None


class Looked(Moment, frozen=True, kw_only=True, tag="looked"):
    """All agents were gone through. `able`, best first: an offer to the first follows; empty: it waits.

    `only`: nobody but this agent is asked (`anyhow`: whatever queue, rank and skills). `not_serving` counts the
    workspace's agents who do not serve the queue and are not looked at. `before`, where an offer follows: all that waits
    before it in its queue and cannot go to the best of `able` (of more than a thousand, a part).
    """

    queue: str
    step: int
    class_: int = 0
    strategy: str = ""
    requirements: dict[str, int] = {}
    min_rank: int | None = None
    max_rank: int | None = None
    site: str | None = None
    only: str | None = None
    anyhow: bool = False
    preferred: str | None = None
    able: tuple[Ranked, ...] = ()
    passed_over: tuple[PassedAgents, ...] = ()
    not_serving: int = 0
    before: tuple[PassedWork, ...] = ()


class Changed(Moment, frozen=True, kw_only=True, tag="changed"):
    """While it waited, other reasons keep these agents away."""

    agents: tuple[ChangedAgent, ...]


class WentFirst(Moment, frozen=True, kw_only=True, tag="went_first"):
    """While it waited, other work was offered to an agent who serves this interaction's step.

    `earlier_ms`: by how much the other's virtual arrival lies before this one's.
    """

    agent_id: str
    interaction_id: str
    queue: str | None
    because: Because
    earlier_ms: int = 0


AnyMoment = Happened | Looked | Changed | WentFirst


class Trace(Value, frozen=True, kw_only=True):
    """One interaction from its arrival to `until_ms`, or to its end. `interaction` is as last known.

    `left_out`: so many later moments were not kept, as there are too many. `time_zone`: the workspace's own, if it has one.
    """

    workspace: str
    interaction_id: str
    interaction: InteractionValue | None
    moments: tuple[AnyMoment, ...]
    ended: bool
    until_ms: int
    until_offset: int
    engine_version: int
    time_zone: str | None = None
    left_out: int = 0
