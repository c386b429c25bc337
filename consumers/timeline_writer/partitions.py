"""The table's partitions in PostgreSQL: made when rows need them, dropped when they are past retention.

Whoever makes or drops one holds an advisory lock, so writers may run beside each other. Names come from months, which are
numbers. What lay in the default partition for a month that is made now moves into it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import asyncpg

from consumers.timeline_writer import months
from consumers.timeline_writer.months import TABLE, Month
from runtime.clock import Clock
from runtime.postgres import Pool
from runtime.postgres_session import Connection, NoAnswer, session

DEFAULT: Final = f"{TABLE}_default"
_LOCK_KEY: Final = 4_715_023_961_180_428
_LOCK: Final = "SELECT pg_advisory_xact_lock($1)"
_TABLES: Final = """
SELECT child.relname FROM pg_inherits JOIN pg_class child ON child.oid = inhrelid
WHERE inhparent = 'timeline_entries'::regclass ORDER BY child.relname
"""
_OLDEST: Final = "SELECT least($1::bigint, (extract(epoch FROM clock_timestamp()) * 1000)::bigint)"
_SWEEP: Final = "DELETE FROM timeline_entries_default WHERE at_ms < $1"
_PATIENCE: Final = "SET LOCAL lock_timeout = 1000"
"""Whoever reads the table holds up a change of its months, and that holds up whoever reads next: not for long."""


class Partitions:
    """Makes and drops months for one writer; `keep_days` is the retention."""

    def __init__(self, pool: Pool, clock: Clock, keep_days: int) -> None:
        self._pool = pool
        self._clock = clock
        self._keep_days = keep_days
        self._known: set[Month] = set()

    async def ensure(self, moments: Iterable[int]) -> None:
        """Makes the months that rows of these moments need. Raises NoAnswer when the database is away."""
        within = months.window(self._clock.now_ms(), self._keep_days)
        missing = [month for month in months.needed(moments, within) if month not in self._known]
        if missing:
            await self._make(missing)

    async def renew(self) -> tuple[Month, ...]:
        """Makes what is soon needed and drops what is past retention; returns what was dropped. Raises NoAnswer.

        Now is the earlier of this process's clock and the database's: a clock that runs ahead drops nothing. A month that
        is being read stays until the next time.
        """
        await self._make([month for month in months.ahead(self._clock.now_ms()) if month not in self._known])
        async with session(self._pool) as connection:
            now_ms = await connection.fetchval(_OLDEST, self._clock.now_ms())
            oldest_ms = months.oldest_kept_ms(now_ms, self._keep_days)
            await connection.execute(_SWEEP, oldest_ms)
            dropped = []
            for month in months.past(await _tables(connection), oldest_ms):
                if await _drop(connection, month):
                    self._known.discard(month)
                    dropped.append(month)
            return tuple(dropped)

    async def _make(self, missing: list[Month]) -> None:
        if not missing:
            return
        async with session(self._pool) as connection:
            try:
                await _create_missing(connection, missing)
            except asyncpg.LockNotAvailableError as error:
                raise NoAnswer("the table is being read") from error
        self._known.update(missing)


async def _tables(connection: Connection) -> list[str]:
    return [row["relname"] for row in await connection.fetch(_TABLES)]


async def _create_missing(connection: Connection, missing: Iterable[Month]) -> None:
    async with connection.transaction():
        await connection.execute(_PATIENCE)
        await connection.execute(_LOCK, _LOCK_KEY)
        there = set(await _tables(connection))
        for month in missing:
            if month.table not in there:
                await _create(connection, month)


async def _create(connection: Connection, month: Month) -> None:
    table, first_ms, end_ms = month.table, month.first_ms, month.end_ms
    await connection.execute(f"LOCK TABLE {DEFAULT} IN ACCESS EXCLUSIVE MODE")
    await connection.execute(f"CREATE TABLE {table} (LIKE {TABLE} INCLUDING ALL)")
    await connection.execute(
        f"WITH moved AS (DELETE FROM {DEFAULT} WHERE at_ms >= $1 AND at_ms < $2 RETURNING *)"  # noqa: S608 - A month's.
        f" INSERT INTO {table} SELECT * FROM moved",
        first_ms,
        end_ms,
    )
    await connection.execute(f"ALTER TABLE {TABLE} ATTACH PARTITION {table} FOR VALUES FROM ({first_ms}) TO ({end_ms})")


async def _drop(connection: Connection, month: Month) -> bool:
    try:
        async with connection.transaction():
            await connection.execute(_PATIENCE)
            await connection.execute(_LOCK, _LOCK_KEY)
            await connection.execute(f"DROP TABLE IF EXISTS {month.table}")
    except asyncpg.LockNotAvailableError:
        return False
    return True
