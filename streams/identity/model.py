"""What identity knows and writes. Field names are the columns of deploy/postgres/0002_identity.sql.

All values are frozen; a change is a new value. Times are milliseconds since 1970, taken from records.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from runtime.contact_points import NormalPoint
from schemas.interactions import InteractionAttributesChanged, InteractionReceived
from schemas.vocabulary import CustomerKind


class Place(NamedTuple):
    """A record of interactions.v1."""

    partition: int
    offset: int


class PointKey(NamedTuple):
    """A contact point of a workspace, in its normal spelling."""

    workspace: str
    kind: str
    value: str


class InteractionKey(NamedTuple):
    """An interaction of a workspace."""

    workspace: str
    interaction_id: str


class CustomerKey(NamedTuple):
    """A customer of a workspace."""

    workspace: str
    customer_id: str


class Customer(msgspec.Struct, frozen=True, kw_only=True):
    """A customer; `log_partition` and `log_offset` name the record that made it, None = made by administration."""

    workspace: str
    customer_id: str
    created_ms: int
    kind: CustomerKind = CustomerKind.PERSON
    name: str | None = None
    card_type: str | None = None
    tier: str | None = None
    language: str | None = None
    owner: str | None = None
    preferred_agent: str | None = None
    do_not_contact: bool = False
    log_partition: int | None = None
    log_offset: int | None = None

    def made_at(self, place: Place) -> bool:
        """Whether that record made this customer."""
        return (self.log_partition, self.log_offset) == place


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """An identity: the contact point belongs to the customer (the survivor, where merged)."""

    workspace: str
    kind: str
    value: str
    customer_id: str
    linked_ms: int
    log_partition: int | None = None
    log_offset: int | None = None
    by: str = ""

    def made_at(self, place: Place) -> bool:
        """Whether that record made this link."""
        return (self.log_partition, self.log_offset) == place


class Interaction(msgspec.Struct, frozen=True, kw_only=True):
    """The row of an interaction, for screens and for telling repetitions apart."""

    workspace: str
    interaction_id: str
    adapter: str
    instance: str
    external_id: str
    channel: str
    received_ms: int
    log_partition: int
    first_offset: int
    changed_offset: int
    customer_id: str | None = None
    contact_points: tuple[NormalPoint, ...] = ()
    customer_name: str | None = None
    subject: str | None = None
    language: str | None = None
    preferred_agent: str | None = None
    attributes: dict[str, str] = {}


class Suggestion(msgspec.Struct, frozen=True, kw_only=True):
    """Two customers met in one interaction; a person decides whether they are the same."""

    workspace: str
    customer_id: str
    other_id: str
    interaction_id: str
    at_ms: int


class Merged(msgspec.Struct, frozen=True, kw_only=True):
    """A customer that is read as another one now: `customer_id` is the survivor."""

    workspace: str
    merged_id: str
    customer_id: str


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What the store holds of what was asked for; `customers` has all that links and interactions name, and whom those
    interactions' customers are `merged` into.
    """

    links: Sequence[Link] = ()
    customers: Sequence[Customer] = ()
    interactions: Sequence[Interaction] = ()
    merged: Sequence[Merged] = ()


class Contact(msgspec.Struct, frozen=True, kw_only=True):
    """A record that says something of a customer, with its contact points normalised."""

    event: InteractionReceived | InteractionAttributesChanged
    place: Place
    at_ms: int
    points: tuple[NormalPoint, ...] = ()

    @property
    def key(self) -> InteractionKey:
        return InteractionKey(self.event.workspace, self.event.interaction_id)


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a contact. `created` and `linked`: made by this very record, now or when it was read before."""

    customer: Customer | None = None
    duplicate: bool = False
    created: bool = False
    linked: tuple[Link, ...] = ()


class Writes(msgspec.Struct, frozen=True, kw_only=True):
    """New rows, and interactions as they now are."""

    customers: Sequence[Customer] = ()
    links: Sequence[Link] = ()
    suggestions: Sequence[Suggestion] = ()
    interactions: Sequence[Interaction] = ()


class Settlement(msgspec.Struct, frozen=True, kw_only=True):
    """One outcome for each contact, in their order, and what has to be written for them to be true."""

    outcomes: Sequence[Outcome]
    writes: Writes
