"""What identity concludes of customers: topic `customers.v1`, keyed by customer.

Merging and un-merging are events with history; consumers resolve merges when they read.
"""

from __future__ import annotations

from schemas.event import Event, Value
from schemas.interactions import ContactPoint
from schemas.vocabulary import CustomerKind


class Relation(Value, frozen=True, kw_only=True):
    """A relation to another customer, such as `buys_for` (a parent for a child)."""

    kind: str
    customer_id: str


class CustomerEvent(Event, frozen=True, kw_only=True):
    """One customer of a workspace is spoken of."""

    workspace: str
    customer_id: str
    at_ms: int


class CustomerCreated(CustomerEvent, frozen=True, kw_only=True, tag="customer.created"):
    """A customer seen for the first time; anonymous when no contact point is known."""

    kind: CustomerKind = CustomerKind.PERSON
    anonymous: bool = False


class CustomerChanged(CustomerEvent, frozen=True, kw_only=True, tag="customer.changed"):
    """The customer's attributes as they are now. Card type (a benefit level) and value tier are two attributes."""

    kind: CustomerKind = CustomerKind.PERSON
    name: str | None = None
    language: str | None = None
    card_type: str | None = None
    tier: str | None = None
    owner: str | None = None
    preferred_agent: str | None = None
    do_not_contact: bool = False
    relations: tuple[Relation, ...] = ()


class IdentityLinked(CustomerEvent, frozen=True, kw_only=True, tag="identity.linked"):
    """A contact point now belongs to the customer."""

    contact_point: ContactPoint


class IdentityUnlinked(CustomerEvent, frozen=True, kw_only=True, tag="identity.unlinked"):
    """A contact point no longer belongs to the customer."""

    contact_point: ContactPoint


class CustomersMerged(CustomerEvent, frozen=True, kw_only=True, tag="customers.merged"):
    """`merged_id` is from now on read as `customer_id`; both keep their history."""

    merged_id: str
    merge_id: str
    by: str


class CustomersUnmerged(CustomerEvent, frozen=True, kw_only=True, tag="customers.unmerged"):
    """The merge `merge_id` is undone."""

    merged_id: str
    merge_id: str
    by: str


CustomersTopicEvent = (
    CustomerCreated | CustomerChanged | IdentityLinked | IdentityUnlinked | CustomersMerged | CustomersUnmerged
)
