"""What enters the routing log: topic `routing.inputs.v1`, keyed by workspace, stamped by the broker.

Ids and attributes only, never names, addresses, numbers or content. What stages make carries `source`; commands carry
a random `command_id`, by which a repetition is known and the result is found.
"""

from __future__ import annotations

from schemas.event import Event
from schemas.interactions import (
    CallbackRequested,
    ChannelConnected,
    ChannelEnded,
    ChannelFailed,
    CustomerLeft,
    InteractionEvent,
    Source,
)
from schemas.vocabulary import ConsultEnd, Direction, JoinMode


class RoutingInput(Event, frozen=True, kw_only=True):
    """Base of inputs that are neither an adapter's word nor a command."""

    workspace: str


class Command(RoutingInput, frozen=True, kw_only=True):
    """A wish of a person or program; `actor` is the user or key that asked. Yields at least one decision."""

    command_id: str
    actor: str = ""


class AgentCommand(Command, frozen=True, kw_only=True):
    """An agent's own wish."""

    agent_id: str


class LegCommand(AgentCommand, frozen=True, kw_only=True):
    """An agent's wish about one of the agent's legs."""

    leg_id: str


class SupervisorCommand(Command, frozen=True, kw_only=True):
    """An intervention, with the reason that the audit keeps. The sender has checked the role."""

    reason: str = ""


# Work, made by identity


class InteractionIdentified(InteractionEvent, frozen=True, kw_only=True, tag="interaction.identified"):
    """A contact to be routed, with what identity found of its customer."""

    adapter: str
    instance: str
    channel: str
    queue: str | None = None
    customer_id: str | None = None
    tier: str | None = None
    card_type: str | None = None
    language: str | None = None
    preferred_agent: str | None = None
    owner: str | None = None
    do_not_contact: bool = False
    priority: int = 5
    requirements: dict[str, int] = {}
    site: str | None = None
    campaign: str | None = None
    case_ids: tuple[str, ...] = ()
    direction: Direction = Direction.INBOUND
    confirms_connection: bool = False
    linked_to: str | None = None
    callback_at_ms: int | None = None


class InteractionUpdated(InteractionEvent, frozen=True, kw_only=True, tag="interaction.updated"):
    """Attributes learnt later, by the adapter or by identity's late pass; None = unchanged."""

    customer_id: str | None = None
    tier: str | None = None
    card_type: str | None = None
    language: str | None = None
    preferred_agent: str | None = None
    owner: str | None = None
    do_not_contact: bool | None = None
    priority: int | None = None
    requirements: dict[str, int] | None = None
    case_ids: tuple[str, ...] | None = None


# Presence


class GatewayStarted(RoutingInput, frozen=True, kw_only=True, tag="gateway.started"):
    """A gateway process began: sessions of its earlier incarnations are over. Incarnations rise."""

    gateway: str
    incarnation: int


class GatewayAlive(RoutingInput, frozen=True, kw_only=True, tag="gateway.alive"):
    """Said every 5 s while the gateway holds sessions of the workspace."""

    gateway: str
    incarnation: int


class AgentSessionOpened(RoutingInput, frozen=True, kw_only=True, tag="agent.session_opened"):
    """An agent's tab or terminal is connected. `status` None = `available` when offline before, else unchanged."""

    agent_id: str
    gateway: str
    incarnation: int
    session: str
    status: str | None = None


class AgentSessionClosed(RoutingInput, frozen=True, kw_only=True, tag="agent.session_closed"):
    """An agent's tab or terminal is gone."""

    agent_id: str
    gateway: str
    incarnation: int
    session: str


class LogOut(AgentCommand, frozen=True, kw_only=True, tag="log_out"):
    """The agent leaves at once, without grace."""


class SetStatus(AgentCommand, frozen=True, kw_only=True, tag="set_status"):
    """The agent chooses a status."""

    status: str


class SetNextStatus(AgentCommand, frozen=True, kw_only=True, tag="set_next_status"):
    """The agent drains: nothing new, and this status when the work is done."""

    status: str


# Offers and work in hand


class AcceptOffer(AgentCommand, frozen=True, kw_only=True, tag="accept_offer"):
    """The agent takes the offer."""

    offer_id: str


class RejectOffer(AgentCommand, frozen=True, kw_only=True, tag="reject_offer"):
    """The agent declines the offer; the interaction keeps its place."""

    offer_id: str


class HoldInteraction(LegCommand, frozen=True, kw_only=True, tag="hold_interaction"):
    """Connected to on hold."""


class ResumeInteraction(LegCommand, frozen=True, kw_only=True, tag="resume_interaction"):
    """On hold to connected."""


class TransferInteraction(LegCommand, frozen=True, kw_only=True, tag="transfer_interaction"):
    """Hand over to a queue or an agent (one of the two)."""

    to_queue: str | None = None
    to_agent: str | None = None
    keep_place: bool = False


class StartConsult(LegCommand, frozen=True, kw_only=True, tag="start_consult"):
    """Ask an agent or a queue's best (one of the two) while keeping the customer."""

    to_queue: str | None = None
    to_agent: str | None = None


class FinishConsult(LegCommand, frozen=True, kw_only=True, tag="finish_consult"):
    """Hand over to the consulted agent, drop the consult, or join all three."""

    how: ConsultEnd


class LeaveConference(LegCommand, frozen=True, kw_only=True, tag="leave_conference"):
    """The agent leaves; the others go on."""


class EndInteraction(LegCommand, frozen=True, kw_only=True, tag="end_interaction"):
    """The agent's part ends; wrap-up begins."""


class ExtendWrapUp(LegCommand, frozen=True, kw_only=True, tag="extend_wrap_up"):
    """Move the end of wrap-up by `for_ms`, or by the wrap-up's length."""

    for_ms: int | None = None


class FinishWrapUp(LegCommand, frozen=True, kw_only=True, tag="finish_wrap_up"):
    """Wrap-up is done, with its outcome code."""

    disposition: str | None = None


class RequestCallback(Command, frozen=True, kw_only=True, tag="request_callback"):
    """Call the customer back instead of keeping them waiting: from the queue, or at a time, or by an agent.

    `by_agent`: the agent who promises it, of work of their own; None = a supervisor does, for `reason`.
    """

    interaction_id: str
    at_ms: int | None = None
    agent_id: str | None = None
    by_agent: str | None = None
    reason: str = ""


# Supervisors


class ForceStatus(SupervisorCommand, frozen=True, kw_only=True, tag="force_status"):
    """Set an agent's status for them; `offline` logs out."""

    agent_id: str
    status: str


class MoveInteraction(SupervisorCommand, frozen=True, kw_only=True, tag="move_interaction"):
    """Put waiting work into another queue, keeping its virtual arrival."""

    interaction_id: str
    to_queue: str


class AssignInteraction(SupervisorCommand, frozen=True, kw_only=True, tag="assign_interaction"):
    """Offer waiting work to that agent, whatever the rules."""

    interaction_id: str
    to_agent: str


class ReprioritiseInteraction(SupervisorCommand, frozen=True, kw_only=True, tag="reprioritise_interaction"):
    """Give waiting work another priority."""

    interaction_id: str
    priority: int


class CancelInteraction(SupervisorCommand, frozen=True, kw_only=True, tag="cancel_interaction"):
    """End work that is not connected."""

    interaction_id: str


class JoinInteraction(SupervisorCommand, frozen=True, kw_only=True, tag="join_interaction"):
    """Take part in connected work."""

    interaction_id: str
    agent_id: str
    mode: JoinMode


class HandOverAgent(SupervisorCommand, frozen=True, kw_only=True, tag="hand_over_agent"):
    """All that an agent owns goes to another agent."""

    agent_id: str
    to_agent: str


# Configuration, time and the log itself


class ConfigurationPublished(Command, frozen=True, kw_only=True, tag="configuration.published"):
    """A new version of the routing configuration.

    `patch`: part `part` of `parts` (from 1) of the JSON text of a merge patch (RFC 7396) against version
    `base_version` (0 = the empty configuration); applied with the last part. `digest`: of the result, as
    `schemas.configuration.digest`.
    """

    version: int
    base_version: int
    digest: str
    patch: str
    part: int = 1
    parts: int = 1


class QueueOpened(RoutingInput, frozen=True, kw_only=True, tag="queue.opened"):
    """The queue's opening hours began.

    `source`, when given: name `hours/QUEUE`, partition 0, as offset the version of the workspace document that says so,
    as index the moment of the change, milliseconds since 1970. What is not above the last one of its queue is ignored.
    """

    queue: str
    source: Source | None = None


class QueueClosed(RoutingInput, frozen=True, kw_only=True, tag="queue.closed"):
    """The queue's opening hours ended; `source` as in `QueueOpened`."""

    queue: str
    source: Source | None = None


class TimeAdvanced(RoutingInput, frozen=True, kw_only=True, tag="time.advanced"):
    """A tick: the router attends. Its stamp is the broker's."""


class EngineUpgraded(RoutingInput, frozen=True, kw_only=True, tag="engine.upgraded"):
    """From here on the log is applied by the rules of engine version `version`."""

    version: int


class LogReopened(RoutingInput, frozen=True, kw_only=True, tag="log.reopened"):
    """The log was truncated or recreated: decisions go on in epoch `epoch`, from seq 1."""

    epoch: int


class WorkspaceResumed(Command, frozen=True, kw_only=True, tag="workspace.resumed"):
    """A stopped workspace goes on from offset `from_offset`; with `skip` without the input that broke it."""

    from_offset: int
    engine_version: int
    skip: bool = False


WorkInput = (
    InteractionIdentified
    | InteractionUpdated
    | CustomerLeft
    | CallbackRequested
    | ChannelConnected
    | ChannelFailed
    | ChannelEnded
)
PresenceInput = GatewayStarted | GatewayAlive | AgentSessionOpened | AgentSessionClosed
AgentCommandInput = (
    LogOut
    | SetStatus
    | SetNextStatus
    | AcceptOffer
    | RejectOffer
    | HoldInteraction
    | ResumeInteraction
    | TransferInteraction
    | StartConsult
    | FinishConsult
    | LeaveConference
    | EndInteraction
    | ExtendWrapUp
    | FinishWrapUp
    | RequestCallback
)
SupervisorCommandInput = (
    ForceStatus
    | MoveInteraction
    | AssignInteraction
    | ReprioritiseInteraction
    | CancelInteraction
    | JoinInteraction
    | HandOverAgent
)
LogInput = (
    ConfigurationPublished | QueueOpened | QueueClosed | TimeAdvanced | EngineUpgraded | LogReopened | WorkspaceResumed
)
InputsTopicEvent = WorkInput | PresenceInput | AgentCommandInput | SupervisorCommandInput | LogInput
