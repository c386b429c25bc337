from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from runtime.postgres import Pool, connect_pool
from runtime.settings import Postgres
from streams.identity.postgres_store import SESSION
from tests.support.identity_bench import PostgresBench, RacedStore
from tests.support.identity_builders import counted_ids
from tests.support.identity_store_suite import IdentityStoreSuite


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[Pool]:
    async with connect_pool(Postgres(url=database_url), SESSION) as pool:
        yield pool


class TestPostgresIdentityStore(IdentityStoreSuite):
    @pytest.fixture
    def store(self, pool: Pool) -> RacedStore:
        return RacedStore(pool, counted_ids())

    @pytest.fixture
    async def bench(self, pool: Pool, store: RacedStore) -> PostgresBench:
        bench = PostgresBench(pool, store)
        await bench.clear()
        return bench
