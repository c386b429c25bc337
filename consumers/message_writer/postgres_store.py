"""The message store on PostgreSQL: COPY and the mark in one transaction; where a message was kept before, the same batch
once more as an INSERT that passes over what is there.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

import asyncpg

from consumers.message_writer.rows import MessageRow
from consumers.message_writer.store import Advance, MarkMoved
from runtime.postgres import Pool
from runtime.postgres_session import Connection, session

TABLE: Final = "messages"

BEGIN: Final = """
WITH made AS (
    INSERT INTO message_marks (log_partition, next_offset) VALUES ($1, $2)
    ON CONFLICT DO NOTHING RETURNING next_offset
)
SELECT next_offset FROM made UNION ALL SELECT next_offset FROM message_marks WHERE log_partition = $1
"""
LOCK: Final = "SELECT next_offset FROM message_marks WHERE log_partition = $1 FOR UPDATE"
MOVE: Final = "UPDATE message_marks SET next_offset = $2 WHERE log_partition = $1"
INSERT: Final = """
INSERT INTO messages (workspace, message_id, interaction_id, log_partition, number, author, agent_id, leg_id, media_type,
    text, attachments, sent_ms, logged_ms)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::int[], $5::bigint[], $6::text[], $7::text[], $8::text[],
    $9::text[], $10::text[], $11::jsonb[], $12::bigint[], $13::bigint[])
ON CONFLICT DO NOTHING
"""

Keep = Callable[[Connection, Sequence[MessageRow]], Awaitable[int]]


class PostgresMessageStore:
    """See `consumers.message_writer.store.MessageStore`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def begin(self, partition: int, first: int) -> int:
        """See MessageStore."""
        async with session(self._pool) as connection:
            mark: int = await connection.fetchval(BEGIN, partition, first)
            return mark

    async def append(self, rows: Sequence[MessageRow], advance: Advance) -> int:
        """See MessageStore."""
        async with session(self._pool) as connection:
            try:
                return await _append(connection, rows, advance, _copy)
            except asyncpg.UniqueViolationError:
                return await _append(connection, rows, advance, _insert)


async def _append(connection: Connection, rows: Sequence[MessageRow], advance: Advance, keep: Keep) -> int:
    async with connection.transaction():
        mark = await connection.fetchval(LOCK, advance.partition)
        if mark == advance.end:
            return 0
        if mark != advance.first:
            raise MarkMoved(f"partition {advance.partition}: the mark is {mark} instead of {advance.first}")
        added = await keep(connection, rows) if rows else 0
        await connection.execute(MOVE, advance.partition, advance.end)
    return added


async def _copy(connection: Connection, rows: Sequence[MessageRow]) -> int:
    return _counted(await connection.copy_records_to_table(TABLE, records=rows, columns=MessageRow._fields))


async def _insert(connection: Connection, rows: Sequence[MessageRow]) -> int:
    return _counted(await connection.execute(INSERT, *map(list, zip(*rows, strict=True))))


def _counted(status: str) -> int:
    """The number at the end of a command's status, such as `COPY 12`."""
    return int(status.rpartition(" ")[2])
