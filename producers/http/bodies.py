"""What an adapter may post, field by field, with its limits: the request side of the HTTP contract.

Unknown fields are refused, so that a misspelt one is noticed by its author. The OpenAPI document is made from these.
"""

from __future__ import annotations

from typing import Annotated, Final

import msgspec
from msgspec import Meta

from schemas.vocabulary import Direction, Fault

MOST_BATCHED: Final = 100
LATEST_MS: Final = 253_402_300_799_999

Name = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^\w[\w.:-]*$", description="A registered name")]
ExternalId = Annotated[str, Meta(min_length=1, max_length=256, description="The adapter's own id of it")]
Text = Annotated[str, Meta(max_length=65_536)]
ShortText = Annotated[str, Meta(max_length=1_024)]
Priority = Annotated[int, Meta(ge=1, le=10, description="1 most urgent, 5 neutral")]
Level = Annotated[int, Meta(ge=1, le=5, description="Minimum level of a skill")]
Moment = Annotated[int, Meta(ge=0, le=LATEST_MS, description="Milliseconds since 1970 by the adapter's clock")]
Requirements = Annotated[dict[Name, Level], Meta(max_length=50, description="Skill to minimum level")]
Attributes = Annotated[
    dict[Annotated[str, Meta(min_length=1, max_length=64)], Annotated[str, Meta(max_length=4_096)]],
    Meta(max_length=64, description="Free text for screens; never used for routing"),
]
CaseIds = Annotated[tuple[Name, ...], Meta(max_length=50)]
LegId = Annotated[
    str, Meta(max_length=64, pattern=r"^i_[0-9a-f]{30}\.[1-9][0-9]*$", description="As decisions name it")
]


class Body(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Base of all bodies."""


class PostedContactPoint(Body, frozen=True, kw_only=True):
    """Where the customer can be reached: `phone`, `email`, `card`, `web_account`, `session` or an adapter's own kind."""

    kind: Name
    value: Annotated[str, Meta(min_length=1, max_length=320)]


ContactPoints = Annotated[tuple[PostedContactPoint, ...], Meta(max_length=20)]


class NewInteraction(Body, frozen=True, kw_only=True):
    """A contact has arrived. `channel` is any name that the organisation uses; `queue` left out = the default queue.

    `callback_at_ms`: the customer asks to be called back then; a moment that is past means as soon as somebody can.
    """

    channel: Name
    external_id: ExternalId | None = None
    instance: Name = "default"
    received_at_ms: Moment | None = None
    queue: Name | None = None
    contact_points: ContactPoints = ()
    customer_name: ShortText | None = None
    subject: ShortText | None = None
    language: Name | None = None
    priority: Priority = 5
    requirements: Requirements = {}
    preferred_agent: Name | None = None
    site: Name | None = None
    campaign: Name | None = None
    case_ids: CaseIds = ()
    direction: Direction = Direction.INBOUND
    confirms_connection: bool = False
    linked_to: Annotated[str, Meta(pattern=r"^i_[0-9a-f]{30}$")] | None = None
    attributes: Attributes = {}
    callback_at_ms: Moment | None = None


class NewMessage(Body, frozen=True, kw_only=True):
    """A message of the customer, or of the channel itself (`system`). What agents write comes from their gateways."""

    text: Text
    external_id: ExternalId | None = None
    author: Annotated[str, Meta(pattern="^(customer|system)$", description="customer or system")] = "customer"
    media_type: Annotated[str, Meta(max_length=127, pattern=r"^[\w.+-]+/[\w.+-]+$")] = "text/plain"
    sent_at_ms: Moment | None = None


class CustomerLeftBody(Body, frozen=True, kw_only=True):
    """The customer hung up, closed the chat or left the counter."""


class CallbackRequestedBody(Body, frozen=True, kw_only=True):
    """The customer asks to be called back: `at_ms` left out = in the place kept, `agent_id` = by that agent first.

    From then on `customer.left` changes nothing until the callback is connected. Posted again, the newest word counts.
    """

    at_ms: Moment | None = None
    agent_id: Name | None = None


class ChannelConnectedBody(Body, frozen=True, kw_only=True):
    """Customer and agent of that leg can hear or read each other."""

    leg_id: LegId


class ChannelFailedBody(Body, frozen=True, kw_only=True):
    """That leg's line failed: on the agent's side, or the channel's own."""

    leg_id: LegId
    fault: Fault = Fault.AGENT


class ChannelEndedBody(Body, frozen=True, kw_only=True):
    """That leg's agent hung up."""

    leg_id: LegId


class AttributesChangedBody(Body, frozen=True, kw_only=True):
    """The adapter has learnt more. What is left out stays as it is."""

    contact_points: ContactPoints = ()
    language: Name | None = None
    priority: Priority | None = None
    requirements: Requirements | None = None
    preferred_agent: Name | None = None
    case_ids: CaseIds | None = None
    attributes: Attributes | None = None


RECEIVED: Final = "interaction.received"
MESSAGE: Final = "message.posted"
EVENT_BODIES: Final[dict[str, type[Body]]] = {
    "customer.left": CustomerLeftBody,
    "callback.requested": CallbackRequestedBody,
    "channel.connected": ChannelConnectedBody,
    "channel.failed": ChannelFailedBody,
    "channel.ended": ChannelEndedBody,
    "interaction.attributes_changed": AttributesChangedBody,
}
