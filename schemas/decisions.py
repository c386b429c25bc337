"""What the routing engine concluded: topic `routing.decisions.v1`, keyed by workspace.

Each decision names its place `(epoch, seq)`, its cause (offset in `routing.inputs.v1`), the engine's time, and whole
new values of all it changed. seq is dense from 1 within an epoch. One decision stands for one transition of a leg, an
offer or an agent together with what that transition brings with it: `OfferMade` also carries the leg, now `offered`.
"""

from __future__ import annotations

from schemas.event import Event
from schemas.values import (
    AgentValue,
    Explanation,
    InteractionValue,
    Intervention,
    LegValue,
    OfferValue,
    QueueValue,
    ReportingValue,
)
from schemas.vocabulary import AgentCause, Refusal


class Decision(Event, frozen=True, kw_only=True):
    """Base. `at_ms` is the engine's clock: of a timer's decision, the due moment. A follower sets every value given."""

    workspace: str
    epoch: int
    seq: int
    cause: int
    at_ms: int
    interaction: InteractionValue | None = None
    leg: LegValue | None = None
    offer: OfferValue | None = None
    agent: AgentValue | None = None
    queue: QueueValue | None = None


# Legs


class LegScheduled(Decision, frozen=True, kw_only=True, tag="leg.scheduled"):
    """The leg will enter its queue at `leg.scheduled_for_ms`."""


class LegQueued(Decision, frozen=True, kw_only=True, tag="leg.queued"):
    """The leg waits in `leg.queue`: on arrival (with `interaction`), after a failed offer, a requeue or a move."""


class LegConnected(Decision, frozen=True, kw_only=True, tag="leg.connected"):
    """The adapter confirmed: the agent owns the leg. Or an owner went and this leg's agent goes on, see `leg.continues`."""


class LegHeld(Decision, frozen=True, kw_only=True, tag="leg.held"):
    """The customer is on hold."""


class LegResumed(Decision, frozen=True, kw_only=True, tag="leg.resumed"):
    """The customer is connected again."""


class LegJoined(Decision, frozen=True, kw_only=True, tag="leg.joined"):
    """The leg's agent is with customer and owner from now on, in the way of `leg.join_mode`."""


class LegWrapUpStarted(Decision, frozen=True, kw_only=True, tag="leg.wrap_up_started"):
    """The agent's part is over, with `leg.reason`; wrap-up runs until `leg.wrap_up_ends_ms`."""


class LegWrapUpExtended(Decision, frozen=True, kw_only=True, tag="leg.wrap_up_extended"):
    """Wrap-up runs until `leg.wrap_up_ends_ms`."""


class LegEnded(Decision, frozen=True, kw_only=True, tag="leg.ended"):
    """The leg is in a final state, `leg.state`, with `leg.reason`."""


class StepAdvanced(Decision, frozen=True, kw_only=True, tag="step.advanced"):
    """The leg reached routing step `leg.step`."""


class InteractionChanged(Decision, frozen=True, kw_only=True, tag="interaction.changed"):
    """Attributes of an interaction changed; `leg` is given when its place did too."""


# Offers


class OfferMade(Decision, frozen=True, kw_only=True, tag="offer.made"):
    """`offer` is pending with `agent`; `leg` is offered."""

    explanation: Explanation


class OfferAccepted(Decision, frozen=True, kw_only=True, tag="offer.accepted"):
    """The agent took it: `leg` is connected, or connecting when the adapter must confirm."""


class OfferRejected(Decision, frozen=True, kw_only=True, tag="offer.rejected"):
    """The agent declined; `leg` is queued again in its place, or a consult's leg has ended."""


class OfferTimedOut(Decision, frozen=True, kw_only=True, tag="offer.timed_out"):
    """Ring no answer: `agent` is not responding, `leg` is queued again in its place."""


class OfferRescinded(Decision, frozen=True, kw_only=True, tag="offer.rescinded"):
    """Taken back without blame, for `offer.rescind_reason`."""


# Agents and queues


class AgentChanged(Decision, frozen=True, kw_only=True, tag="agent.changed"):
    """`agent` changed for `because`, apart from what legs and offers say."""

    because: AgentCause


class AgentRemoved(Decision, frozen=True, kw_only=True, tag="agent.removed"):
    """The agent is no longer configured and has nothing in hand."""

    agent_id: str


class QueueChanged(Decision, frozen=True, kw_only=True, tag="queue.changed"):
    """`queue` opened, closed or was configured."""


class QueueRemoved(Decision, frozen=True, kw_only=True, tag="queue.removed"):
    """The queue is no longer configured and nobody waits in it."""

    queue_id: str


class ConfigurationApplied(Decision, frozen=True, kw_only=True, tag="configuration.applied"):
    """Version `version` is in force; changed agents and queues follow as decisions of their own.

    `reporting` None = nothing is configured that figures are counted by, apart from queues.
    """

    version: int
    digest: str
    command_id: str
    reporting: ReportingValue | None = None


# Answers


class CommandApplied(Decision, frozen=True, kw_only=True, tag="command.applied"):
    """The last decision of a command that took effect. `intervention`: of a supervisor's (engine version 2)."""

    command_id: str
    intervention: Intervention | None = None


class CommandRefused(Decision, frozen=True, kw_only=True, tag="command.refused"):
    """The command changed nothing. `detail` names the place for `invalid_configuration`; `intervention` as above."""

    command_id: str
    reason: Refusal
    detail: str = ""
    intervention: Intervention | None = None


class DuplicateIgnored(Decision, frozen=True, kw_only=True, tag="duplicate.ignored"):
    """A repetition of a known contact or command changed nothing."""

    interaction_id: str | None = None
    command_id: str | None = None


class InputHeld(Decision, frozen=True, kw_only=True, tag="input.held"):
    """Word came of an interaction that is not known (yet): kept for when it arrives."""

    interaction_id: str


# The log itself


class WorkspaceStopped(Decision, frozen=True, kw_only=True, tag="workspace.stopped"):
    """Invariant `invariant` broke at input `offset`; what that input did is undone, later inputs are passed over."""

    invariant: str
    offset: int
    detail: str = ""


class WorkspaceResumed(Decision, frozen=True, kw_only=True, tag="workspace.resumed"):
    """A stopped workspace goes on from input `from_offset`."""

    from_offset: int
    engine_version: int
    command_id: str
    skip: bool = False


class EngineVersionApplied(Decision, frozen=True, kw_only=True, tag="engine.version_applied"):
    """From here on the rules of engine version `version` hold."""

    version: int


class EpochStarted(Decision, frozen=True, kw_only=True, tag="epoch.started"):
    """seq 1 of a new epoch, after the log was reopened; `previous_seq` was the last one of the epoch before.

    A follower forgets all it knew: whole values of everything that is follow at once.
    """

    previous_epoch: int
    previous_seq: int


DecisionsTopicEvent = (
    LegScheduled
    | LegQueued
    | LegConnected
    | LegHeld
    | LegResumed
    | LegJoined
    | LegWrapUpStarted
    | LegWrapUpExtended
    | LegEnded
    | StepAdvanced
    | InteractionChanged
    | OfferMade
    | OfferAccepted
    | OfferRejected
    | OfferTimedOut
    | OfferRescinded
    | AgentChanged
    | AgentRemoved
    | QueueChanged
    | QueueRemoved
    | ConfigurationApplied
    | CommandApplied
    | CommandRefused
    | DuplicateIgnored
    | InputHeld
    | WorkspaceStopped
    | WorkspaceResumed
    | EngineVersionApplied
    | EpochStarted
)
