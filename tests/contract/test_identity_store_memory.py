from __future__ import annotations

import pytest

from streams.identity.memory_store import MemoryIdentityStore
from streams.identity.model import Customer, CustomerKey, Interaction, InteractionKey, Link, PointKey
from tests.support.identity_builders import counted_ids
from tests.support.identity_store_suite import Bench, IdentityStoreSuite


class MemoryBench:
    def __init__(self, store: MemoryIdentityStore) -> None:
        self._store = store

    async def add_customer(self, customer: Customer, *keys: str) -> None:
        self._add(customer, keys)

    async def unlink(self, key: str) -> None:
        kind, _, value = key.partition(":")
        del self._store.links[PointKey("books", kind, value)]

    async def merge(self, merged_id: str, survivor_id: str) -> None:
        self._store.merged[CustomerKey("books", merged_id)] = survivor_id

    async def unmerge(self, merged_id: str) -> None:
        del self._store.merged[CustomerKey("books", merged_id)]

    async def interaction(self, interaction_id: str) -> Interaction | None:
        return self._store.interactions.get(InteractionKey("books", interaction_id))

    async def customer_ids(self) -> set[str]:
        return {key.customer_id for key in self._store.customers}

    async def links(self) -> dict[str, str]:
        return {f"{key.kind}:{key.value}": link.customer_id for key, link in self._store.links.items()}

    async def history(self) -> list[tuple[str, str]]:
        return [(f"{link.kind}:{link.value}", "linked") for link in self._store.history]

    async def suggestions(self) -> set[tuple[str, str]]:
        return {(it.customer_id, it.other_id) for it in self._store.suggestions.values()}

    def race_once(self, customer: Customer, *keys: str) -> None:
        self._store.race = lambda: self._add(customer, keys)

    def _add(self, customer: Customer, keys: tuple[str, ...]) -> None:
        self._store.customers[CustomerKey("books", customer.customer_id)] = customer
        for key in keys:
            kind, _, value = key.partition(":")
            link = Link(workspace="books", kind=kind, value=value, customer_id=customer.customer_id, linked_ms=1)
            self._store.links[PointKey("books", kind, value)] = link


class TestMemoryIdentityStore(IdentityStoreSuite):
    @pytest.fixture
    def store(self) -> MemoryIdentityStore:
        return MemoryIdentityStore(counted_ids())

    @pytest.fixture
    def bench(self, store: MemoryIdentityStore) -> Bench:
        return MemoryBench(store)
