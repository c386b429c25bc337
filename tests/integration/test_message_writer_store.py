from __future__ import annotations

from collections.abc import AsyncIterator

import msgspec
import pytest

from consumers.message_writer.rows import MessageRow, to_rows
from consumers.message_writer.table import TABLE
from runtime.marked_postgres import PostgresMarkedStore
from runtime.marked_writer import Advance
from runtime.postgres import Pool, connect_pool
from runtime.settings import Postgres
from schemas.messages import Attachment, Author
from tests.support.marked_store_suite import MarkedStoreSuite
from tests.support.message_builders import MadeMessages, a_message, a_record


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[Pool]:
    async with connect_pool(Postgres(url=database_url)) as pool:
        await pool.execute("TRUNCATE messages, message_marks")
        yield pool


class PostgresMessageBench(MadeMessages):
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def kept(self) -> list[MessageRow]:
        found = await self._pool.fetch(f"SELECT {', '.join(MessageRow._fields)} FROM messages ORDER BY number")
        rows = [MessageRow(*record.values()) for record in found]
        return [row._replace(attachments=_canonical(row.attachments)) for row in rows]


class TestPostgresMessageStore(MarkedStoreSuite):
    @pytest.fixture
    def store(self, pool: Pool) -> PostgresMarkedStore[MessageRow]:
        return PostgresMarkedStore(pool, TABLE)

    @pytest.fixture
    def bench(self, pool: Pool) -> PostgresMessageBench:
        return PostgresMessageBench(pool)

    async def test_every_field_comes_back(
        self, store: PostgresMarkedStore[MessageRow], bench: PostgresMessageBench
    ) -> None:
        attachment = Attachment(claim="a/1", name="单.pdf", media_type="application/pdf", size_bytes=7)
        message = a_message(author=Author.AGENT, agent_id="ana", text="a\x00b", attachments=(attachment,))
        kept = to_rows([a_record(message, 0)]).rows
        await store.begin(0, 0)
        await store.append(kept, Advance(0, 0, 1))
        assert await bench.kept() == kept


def _canonical(text: str) -> str:
    """JSON as the writer spells it: PostgreSQL keeps what it means, not its spelling."""
    order = ("claim", "name", "media_type", "size_bytes")
    return msgspec.json.encode([{name: it[name] for name in order} for it in msgspec.json.decode(text)]).decode()
