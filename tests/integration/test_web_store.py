from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from producers.web.postgres_store import PostgresChatStore
from runtime.kept_messages import Away
from runtime.postgres import Pool, connect_pool
from runtime.settings import Postgres
from tests.support.web_store_suite import ChatStoreSuite, a_row


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[Pool]:
    async with connect_pool(Postgres(url=database_url)) as pool:
        await pool.execute("TRUNCATE web_chats")
        yield pool


class TestPostgresChatStore(ChatStoreSuite):
    @pytest.fixture
    def store(self, pool: Pool) -> PostgresChatStore:
        return PostgresChatStore(pool)


async def test_a_database_that_is_not_there_is_away() -> None:
    async with connect_pool(Postgres(url="postgresql://nobody@127.0.0.1:1/none", connect_timeout_ms=200)) as pool:
        store = PostgresChatStore(pool)
        with pytest.raises(Away):
            await store.find(b"d")
        with pytest.raises(Away):
            await store.at("shop", ["i"])
        with pytest.raises(Away):
            await store.save([a_row()])
