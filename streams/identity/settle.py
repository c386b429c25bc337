"""A batch of contacts against what the store knows: outcomes, and the rows that make them true. Pure but for `new_id`.

Contacts are taken in order and each sees what those before it made. The same record settled twice gives the same
customer, and says again what it had created and linked. A repeated arrival with a later offset is a duplicate for ever;
an earlier one (read late) becomes the arrival. Of an interaction that has not arrived yet, a change says nothing.
Whoever is merged is the survivor for routing; an interaction's row keeps the customer id of its day.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import msgspec

from runtime.contact_points import NormalPoint
from schemas.interactions import InteractionReceived
from streams.identity import rows
from streams.identity.model import (
    Contact,
    Customer,
    CustomerKey,
    Interaction,
    InteractionKey,
    Known,
    Link,
    Outcome,
    PointKey,
    Settlement,
    Suggestion,
    Writes,
)
from streams.identity.resolver import resolve

NewId = Callable[[], str]


def wanted_points(contacts: Iterable[Contact]) -> list[PointKey]:
    """The contact points to look up: each once, those that identify nobody left out."""
    return list(
        dict.fromkeys(
            PointKey(contact.event.workspace, point.kind, point.value)
            for contact in contacts
            for point in contact.points
            if point.error is None
        )
    )


def wanted_interactions(contacts: Iterable[Contact]) -> list[InteractionKey]:
    """The interactions to look up, each once."""
    return list(dict.fromkeys(contact.key for contact in contacts))


def settle(known: Known, contacts: Sequence[Contact], new_id: NewId) -> Settlement:
    """Settles `contacts` in order; `known` holds what the store has of `wanted_points` and `wanted_interactions`, and of
    the contact points that those interactions have already.
    """
    ledger = _Ledger(known, new_id)
    outcomes = [ledger.settle(contact) for contact in contacts]
    return Settlement(outcomes=outcomes, writes=ledger.writes())


class _Ledger:
    """What is known, with this batch's own rows laid over it."""

    def __init__(self, known: Known, new_id: NewId) -> None:
        self._new_id = new_id
        self._links = {PointKey(it.workspace, it.kind, it.value): it for it in known.links}
        self._customers = {CustomerKey(it.workspace, it.customer_id): it for it in known.customers}
        self._survivors = {CustomerKey(it.workspace, it.merged_id): it.customer_id for it in known.merged}
        self._interactions = {InteractionKey(it.workspace, it.interaction_id): it for it in known.interactions}
        self._new_customers: list[Customer] = []
        self._new_links: list[Link] = []
        self._suggestions: dict[tuple[CustomerKey, str], Suggestion] = {}
        self._touched: set[InteractionKey] = set()

    def writes(self) -> Writes:
        rows_now = [row for key, row in self._interactions.items() if key in self._touched]
        return Writes(
            customers=self._new_customers,
            links=self._new_links,
            suggestions=list(self._suggestions.values()),
            interactions=rows_now,
        )

    def settle(self, contact: Contact) -> Outcome:
        before = self._interactions.get(contact.key)
        if before is not None and _is_repeated_later(contact, before):
            return Outcome(duplicate=True)
        row = self._row(contact, before)
        if row is None:
            return Outcome()
        customer = self._customer(contact, row, _fresh_points(contact, before))
        now = msgspec.structs.replace(row, customer_id=self._of_its_day(row, customer))
        if now != before:
            self._interactions[contact.key] = now
            self._touched.add(contact.key)
        return Outcome(
            customer=customer,
            created=customer is not None and customer.made_at(contact.place),
            linked=self._linked_by(contact),
        )

    def _of_its_day(self, row: Interaction, customer: Customer | None) -> str | None:
        """The id that the row keeps: its own while that one is read as the customer, so that an un-merge gives it back."""
        if customer is None:
            return None
        return row.customer_id if self._survivor(row) == customer.customer_id else customer.customer_id

    def _survivor(self, row: Interaction) -> str | None:
        if row.customer_id is None:
            return None
        return self._survivors.get(CustomerKey(row.workspace, row.customer_id), row.customer_id)

    def _row(self, contact: Contact, before: Interaction | None) -> Interaction | None:
        """The interaction as it is after this contact; None = a change of one that has not arrived."""
        event, place = contact.event, contact.place
        if not isinstance(event, InteractionReceived):
            if before is None or place.offset < before.first_offset:
                return None
            return rows.changed(before, event, place.offset, contact.points)
        if before is None:
            return rows.arrival(event, place, contact.points)
        return msgspec.structs.replace(
            before, first_offset=place.offset, contact_points=rows.with_points(before, contact.points)
        )

    def _customer(self, contact: Contact, row: Interaction, fresh: tuple[NormalPoint, ...]) -> Customer | None:
        workspace = contact.event.workspace
        links = {it: link.customer_id for it in row.contact_points if (link := self._link(workspace, it)) is not None}
        found = resolve(row.contact_points, links, self._survivor(row))
        to_link = [point for point in found.unlinked if point in fresh]
        customer_id = found.customer_id
        if customer_id is None:
            if not to_link:
                return None
            customer_id = self._create(contact).customer_id
        for point in to_link:
            self._add_link(contact, point, customer_id)
        for other in found.others:
            self._suggest(contact, customer_id, other)
        return self._customers.get(CustomerKey(workspace, customer_id))

    def _link(self, workspace: str, point: NormalPoint) -> Link | None:
        return None if point.error is not None else self._links.get(PointKey(workspace, point.kind, point.value))

    def _linked_by(self, contact: Contact) -> tuple[Link, ...]:
        found = (self._link(contact.event.workspace, point) for point in dict.fromkeys(contact.points))
        return tuple(link for link in found if link is not None and link.made_at(contact.place))

    def _create(self, contact: Contact) -> Customer:
        event, place = contact.event, contact.place
        customer = Customer(
            workspace=event.workspace,
            customer_id=self._new_id(),
            name=rows.customers_name(event) if isinstance(event, InteractionReceived) else None,
            created_ms=contact.at_ms,
            log_partition=place.partition,
            log_offset=place.offset,
        )
        self._customers[CustomerKey(customer.workspace, customer.customer_id)] = customer
        self._new_customers.append(customer)
        return customer

    def _add_link(self, contact: Contact, point: NormalPoint, customer_id: str) -> None:
        link = Link(
            workspace=contact.event.workspace,
            kind=point.kind,
            value=point.value,
            customer_id=customer_id,
            linked_ms=contact.at_ms,
            log_partition=contact.place.partition,
            log_offset=contact.place.offset,
            by=contact.event.interaction_id,
        )
        self._links[PointKey(link.workspace, link.kind, link.value)] = link
        self._new_links.append(link)

    def _suggest(self, contact: Contact, customer_id: str, other: str) -> None:
        key = (CustomerKey(contact.event.workspace, customer_id), other)
        suggestion = Suggestion(
            workspace=contact.event.workspace,
            customer_id=customer_id,
            other_id=other,
            interaction_id=contact.event.interaction_id,
            at_ms=contact.at_ms,
        )
        self._suggestions.setdefault(key, suggestion)


def _is_repeated_later(contact: Contact, before: Interaction) -> bool:
    return isinstance(contact.event, InteractionReceived) and before.first_offset < contact.place.offset


def _fresh_points(contact: Contact, before: Interaction | None) -> tuple[NormalPoint, ...]:
    """Points said for the first time. Only they are linked: what a person has unlinked since stays so."""
    if before is None:
        return contact.points
    return tuple(point for point in contact.points if point not in before.contact_points)
