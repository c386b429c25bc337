"""What an adapter says of an interaction: topic `interactions.v1`, keyed by workspace.

Everything but `InteractionReceived` and `InteractionAttributesChanged` passes through identity unchanged into
`routing.inputs.v1`, where `source` names the record it came from.
"""

from __future__ import annotations

from schemas.event import Event, Value
from schemas.vocabulary import Direction, Fault


class Source(Value, frozen=True, kw_only=True):
    """The record a stage made an input from: stage name, its partition and offset, and the n-th input of that record."""

    name: str
    partition: int
    offset: int
    index: int = 0


class ContactPoint(Value, frozen=True, kw_only=True):
    """Where a customer can be reached: a kind of `ContactPointKind` (or an adapter's own) and its value."""

    kind: str
    value: str


class InteractionEvent(Event, frozen=True, kw_only=True):
    """One interaction is spoken of; `source` is set on the way into the routing log."""

    workspace: str
    interaction_id: str
    source: Source | None = None


class InteractionReceived(InteractionEvent, frozen=True, kw_only=True, tag="interaction.received"):
    """A contact has arrived at the company.

    `priority` 1 (most urgent) to 10, 5 neutral. `requirements`: skill to minimum level. `received_at_ms`: the
    adapter's clock, for the record only. `confirms_connection`: the adapter will say `ChannelConnected`.
    `callback_at_ms`: the customer asks to be called back, at that moment or (when it is past) as soon as somebody can;
    None = the customer waits. `attributes` stay out of the routing log; they may hold personal data.
    """

    adapter: str
    instance: str
    external_id: str
    channel: str
    received_at_ms: int
    queue: str | None = None
    contact_points: tuple[ContactPoint, ...] = ()
    customer_name: str | None = None
    subject: str | None = None
    language: str | None = None
    priority: int = 5
    requirements: dict[str, int] = {}
    preferred_agent: str | None = None
    site: str | None = None
    campaign: str | None = None
    case_ids: tuple[str, ...] = ()
    direction: Direction = Direction.INBOUND
    confirms_connection: bool = False
    linked_to: str | None = None
    attributes: dict[str, str] = {}
    callback_at_ms: int | None = None


class InteractionAttributesChanged(InteractionEvent, frozen=True, kw_only=True, tag="interaction.attributes_changed"):
    """The adapter has learnt more; None = unchanged. New contact points are identified as those of an arrival."""

    contact_points: tuple[ContactPoint, ...] = ()
    language: str | None = None
    priority: int | None = None
    requirements: dict[str, int] | None = None
    preferred_agent: str | None = None
    case_ids: tuple[str, ...] | None = None
    attributes: dict[str, str] | None = None


class CustomerLeft(InteractionEvent, frozen=True, kw_only=True, tag="customer.left"):
    """The customer hung up, closed the chat or left the counter."""


class CallbackRequested(InteractionEvent, frozen=True, kw_only=True, tag="callback.requested"):
    """The customer asks to be called back instead of waiting: keeping the place, or at `at_ms`, by that agent.

    From then on hanging up changes nothing while the callback waits. Asked again, the newest word counts.
    """

    at_ms: int | None = None
    agent_id: str | None = None


class ChannelConnected(InteractionEvent, frozen=True, kw_only=True, tag="channel.connected"):
    """Customer and agent of that leg can hear or read each other."""

    leg_id: str


class ChannelFailed(InteractionEvent, frozen=True, kw_only=True, tag="channel.failed"):
    """The leg's line failed, on the agent's side or the channel's."""

    leg_id: str
    fault: Fault = Fault.AGENT


class ChannelEnded(InteractionEvent, frozen=True, kw_only=True, tag="channel.ended"):
    """That leg's agent hung up."""

    leg_id: str


InteractionsTopicEvent = (
    InteractionReceived
    | InteractionAttributesChanged
    | CustomerLeft
    | CallbackRequested
    | ChannelConnected
    | ChannelFailed
    | ChannelEnded
)
