from __future__ import annotations

import asyncio

import pytest

from runtime.postgres_session import NoAnswer
from streams.identity.memory_store import Fault, MemoryIdentityStore
from streams.identity.store import Mark
from tests.support.identity_builders import a_contact, an_arrival, counted_ids


async def test_planted_faults_do_what_their_names_say() -> None:
    store = MemoryIdentityStore(counted_ids())
    contacts = [a_contact(an_arrival("i_1", "card:1234"))]
    store.fault = Fault.REFUSE
    with pytest.raises(NoAnswer):
        await store.settle(contacts, Mark(0, 0))
    for fault, customers in ((Fault.HANG, 0), (Fault.COMMIT_THEN_HANG, 1)):
        store.fault = fault
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(store.settle(contacts, None), 0.01)
        assert len(store.customers) == customers
    store.fault = None
    await store.ping()
    [again] = await store.settle(contacts, None)
    assert (again.created, len(store.customers)) == (True, 1)
