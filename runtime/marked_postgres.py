"""The marked store on PostgreSQL: COPY and the mark in one transaction; where a row was kept before, the same batch once
more by the table's own statement, which passes over what is there (or, for figures that grow, puts the newer in place).

Each table of marks has the columns `log_partition integer PRIMARY KEY, next_offset bigint NOT NULL`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Generic

import asyncpg
import msgspec

from runtime.marked_writer import Advance, MarkMoved, Row
from runtime.postgres import Pool
from runtime.postgres_session import Connection, session

Keep = Callable[[Connection, Sequence[tuple[Any, ...]]], Awaitable[int]]


class MarkedTable(msgspec.Struct, frozen=True, kw_only=True):
    """A table and its marks. The names are the program's own words, never data.

    `again` takes the columns as arrays, `$1` the first. With `copies` off it is used at once, without trying a COPY.
    """

    name: str
    marks: str
    columns: tuple[str, ...]
    again: str
    copies: bool = True


class PostgresMarkedStore(Generic[Row]):
    """See `runtime.marked_writer.MarkedStore`."""

    def __init__(self, pool: Pool, table: MarkedTable) -> None:
        self._pool = pool
        self._table = table
        marks = table.marks
        self._begin = f"""
        WITH made AS (
            INSERT INTO {marks} (log_partition, next_offset) VALUES ($1, $2)
            ON CONFLICT DO NOTHING RETURNING next_offset
        )
        SELECT next_offset FROM made UNION ALL SELECT next_offset FROM {marks} WHERE log_partition = $1
        """  # noqa: S608 - The names come from the program's own tables.
        self._mark = f"SELECT next_offset FROM {marks} WHERE log_partition = $1"  # noqa: S608 - The same.
        self._move = (
            f"UPDATE {marks} SET next_offset = $3 WHERE log_partition = $1 AND next_offset = $2"  # noqa: S608 - The same.
            " RETURNING next_offset"
        )

    async def begin(self, partition: int, first: int) -> int:
        """See MarkedStore."""
        async with session(self._pool) as connection:
            mark: int = await connection.fetchval(self._begin, partition, first)
            return mark

    async def append(self, rows: Sequence[Row], advance: Advance) -> int:
        """See MarkedStore."""
        async with session(self._pool) as connection:
            if not self._table.copies:
                return await self._append(connection, rows, advance, self._insert)
            try:
                return await self._append(connection, rows, advance, self._copy)
            except asyncpg.UniqueViolationError:
                return await self._append(connection, rows, advance, self._insert)

    async def unrepeated(self, connection: Connection, rows: Sequence[Row]) -> Sequence[Row]:
        """Without rows whose repetition the table's own key cannot find: a store for such rows overrides it. The mark is
        held meanwhile, so nobody else keeps rows of this partition.
        """
        del connection
        return rows

    async def _append(self, connection: Connection, rows: Sequence[Row], advance: Advance, keep: Keep) -> int:
        """The mark moves first, which also locks it: whoever else is at it waits, and then finds it moved."""
        async with connection.transaction():
            if await connection.fetchval(self._move, advance.partition, advance.first, advance.end) is None:
                mark = await connection.fetchval(self._mark, advance.partition)
                if mark == advance.end:
                    return 0
                raise MarkMoved(f"partition {advance.partition}: the mark is {mark} instead of {advance.first}")
            wanted = await self.unrepeated(connection, rows)
            return await keep(connection, wanted) if wanted else 0

    async def _copy(self, connection: Connection, rows: Sequence[tuple[Any, ...]]) -> int:
        table = self._table
        return _counted(await connection.copy_records_to_table(table.name, records=rows, columns=table.columns))

    async def _insert(self, connection: Connection, rows: Sequence[tuple[Any, ...]]) -> int:
        return _counted(await connection.execute(self._table.again, *map(list, zip(*rows, strict=True))))


def _counted(status: str) -> int:
    """The number at the end of a command's status, such as `COPY 12`."""
    return int(status.rpartition(" ")[2])
