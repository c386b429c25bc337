from __future__ import annotations

from collections.abc import AsyncIterator

import msgspec
import pytest

from consumers.message_writer.postgres_store import PostgresMessageStore
from consumers.message_writer.rows import MessageRow
from runtime.postgres import Pool, connect_pool
from runtime.settings import Postgres
from tests.support.message_store_suite import MessageStoreSuite


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[Pool]:
    async with connect_pool(Postgres(url=database_url)) as pool:
        await pool.execute("TRUNCATE messages, message_marks")
        yield pool


class PostgresMessageBench:
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def rows(self) -> list[MessageRow]:
        found = await self._pool.fetch(f"SELECT {', '.join(MessageRow._fields)} FROM messages ORDER BY number")
        rows = [MessageRow(*record.values()) for record in found]
        return [row._replace(attachments=_canonical(row.attachments)) for row in rows]


class TestPostgresMessageStore(MessageStoreSuite):
    @pytest.fixture
    def store(self, pool: Pool) -> PostgresMessageStore:
        return PostgresMessageStore(pool)

    @pytest.fixture
    def bench(self, pool: Pool) -> PostgresMessageBench:
        return PostgresMessageBench(pool)


def _canonical(text: str) -> str:
    """JSON as the writer spells it: PostgreSQL keeps what it means, not its spelling."""
    order = ("claim", "name", "media_type", "size_bytes")
    return msgspec.json.encode([{name: it[name] for name in order} for it in msgspec.json.decode(text)]).decode()
