from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from tests.support.identity_bench import PostgresBench, RacedStore
from tests.support.identity_builders import counted_ids
from tests.support.identity_store_suite import IdentityStoreSuite


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[asyncpg.Pool[asyncpg.Record]]:
    async with asyncpg.create_pool(database_url, min_size=0, max_size=8) as pool:
        if await pool.fetchval("SELECT to_regclass('customers')") is None:
            await pool.execute(Path("deploy/postgres/0002_identity.sql").read_text())
            await pool.execute(Path("deploy/postgres/0003_messages.sql").read_text())
        yield pool


class TestPostgresIdentityStore(IdentityStoreSuite):
    @pytest.fixture
    def store(self, pool: asyncpg.Pool[asyncpg.Record]) -> RacedStore:
        return RacedStore(pool, counted_ids())

    @pytest.fixture
    async def bench(self, pool: asyncpg.Pool[asyncpg.Record], store: RacedStore) -> PostgresBench:
        bench = PostgresBench(pool, store)
        await bench.clear()
        return bench
