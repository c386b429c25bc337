"""The identity store in memory: the twin of PostgreSQL, with faults that tests plant."""

from __future__ import annotations

import asyncio
import enum
from collections.abc import Callable, Sequence
from typing import TypeVar

import msgspec

from runtime.merged_customers import FILLED, first_said, survivor_of
from runtime.postgres_session import NoAnswer
from streams.identity.model import (
    Contact,
    Customer,
    CustomerKey,
    Interaction,
    InteractionKey,
    Known,
    Link,
    Merged,
    Outcome,
    PointKey,
    Suggestion,
    Writes,
)
from streams.identity.settle import NewId, settle, wanted_interactions, wanted_points
from streams.identity.store import Mark

T = TypeVar("T")


class Fault(enum.Enum):
    """`REFUSE`: NoAnswer at once. `HANG`: no answer ever. `COMMIT_THEN_HANG`: done, but nobody hears of it."""

    REFUSE = enum.auto()
    HANG = enum.auto()
    COMMIT_THEN_HANG = enum.auto()


class MemoryIdentityStore:
    """See `streams.identity.store.IdentityStore`; the tables are its attributes.

    `fault` holds until it is taken away; batches of more than `slow_above` contacts never end. `race` is called once between a look-up and its commit: what another writer did.
    """

    def __init__(self, new_id: NewId) -> None:
        self.customers: dict[CustomerKey, Customer] = {}
        self.links: dict[PointKey, Link] = {}
        self.history: list[Link] = []
        self.interactions: dict[InteractionKey, Interaction] = {}
        self.suggestions: dict[tuple[str, str, str], Suggestion] = {}
        self.marks: dict[int, int] = {}
        self.merged: dict[CustomerKey, str] = {}
        self.fault: Fault | None = None
        self.slow_above: int | None = None
        self.race: Callable[[], None] | None = None
        self.calls = 0
        self._new_id = new_id

    async def settle(self, contacts: Sequence[Contact], mark: Mark | None) -> Sequence[Outcome]:
        """See IdentityStore."""
        if self.slow_above is not None and len(contacts) > self.slow_above:
            await asyncio.Event().wait()
        return await self._answer(lambda: self._settle(contacts, mark))

    async def mark_of(self, partition: int) -> int | None:
        """See IdentityStore."""
        return await self._answer(lambda: self.marks.get(partition))

    async def move_mark(self, mark: Mark) -> None:
        """See IdentityStore."""
        await self._answer(lambda: self._move(mark))

    async def ping(self) -> None:
        """See IdentityStore."""
        await self._answer(lambda: None)

    async def _answer(self, work: Callable[[], T]) -> T:
        self.calls += 1
        if self.fault is Fault.REFUSE:
            raise NoAnswer("planted")
        if self.fault is Fault.HANG:
            await asyncio.Event().wait()
        answer = work()
        if self.fault is Fault.COMMIT_THEN_HANG:
            await asyncio.Event().wait()
        return answer

    def _settle(self, contacts: Sequence[Contact], mark: Mark | None) -> Sequence[Outcome]:
        while True:
            settled = settle(self._known(contacts), contacts, self._new_id)
            race, self.race = self.race, None
            if race is not None:
                race()
            if not any(_key(link) in self.links for link in settled.writes.links):
                break
        self._write(settled.writes)
        if mark is not None:
            self._move(mark)
        return settled.outcomes

    def _known(self, contacts: Sequence[Contact]) -> Known:
        rows = [row for key in wanted_interactions(contacts) if (row := self.interactions.get(key)) is not None]
        stored = [
            PointKey(row.workspace, it.kind, it.value) for row in rows for it in row.contact_points if not it.error
        ]
        points = dict.fromkeys([*wanted_points(contacts), *stored])
        links = [self._resolved(self.links[key]) for key in points if key in self.links]
        own = dict.fromkeys(CustomerKey(row.workspace, row.customer_id) for row in rows if row.customer_id is not None)
        merged = [
            Merged(workspace=key.workspace, merged_id=key.customer_id, customer_id=self._survivor(key))
            for key in own
            if key in self.merged
        ]
        named = [CustomerKey(it.workspace, it.customer_id) for it in links]
        named += [CustomerKey(it.workspace, it.customer_id) for it in merged]
        customers = [self._filled(key) for key in dict.fromkeys([*named, *own]) if key in self.customers]
        return Known(links=links, customers=customers, interactions=rows, merged=merged)

    def _resolved(self, link: Link) -> Link:
        survivor = self._survivor(CustomerKey(link.workspace, link.customer_id))
        return msgspec.structs.replace(link, customer_id=survivor)

    def _survivor(self, key: CustomerKey) -> str:
        live = {it.customer_id: survivor for it, survivor in self.merged.items() if it.workspace == key.workspace}
        return survivor_of(live, key.customer_id)

    def _filled(self, key: CustomerKey) -> Customer:
        """The customer, with what those merged into it say where it says nothing: nearest first, then as merged."""
        family, below = [self.customers[key]], [key]
        while below:
            below = [it for it, into in self.merged.items() if CustomerKey(it.workspace, into) in below]
            family += [self.customers[it] for it in below]
        said = {name: first_said(getattr(one, name) for one in family) for name in FILLED}
        silent = any(one.do_not_contact for one in family)
        return msgspec.structs.replace(family[0], do_not_contact=silent, **said)

    def _write(self, writes: Writes) -> None:
        for customer in writes.customers:
            self.customers[CustomerKey(customer.workspace, customer.customer_id)] = customer
        for link in writes.links:
            self.links[_key(link)] = link
            self.history.append(link)
        for it in writes.suggestions:
            self.suggestions.setdefault((it.workspace, it.customer_id, it.other_id), it)
        for row in writes.interactions:
            self.interactions[InteractionKey(row.workspace, row.interaction_id)] = row

    def _move(self, mark: Mark) -> None:
        self.marks[mark.partition] = max(mark.stored_offset, self.marks.get(mark.partition, 0))


def _key(link: Link) -> PointKey:
    return PointKey(link.workspace, link.kind, link.value)
