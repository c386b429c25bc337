"""`timeline`: rows of the timeline a second through the writer's own store, beside a raw COPY into the same table.

Both keep the same rows, in batches of the same size, each committed; ours also moves the mark, makes months, and looks up
whether messages were kept before. The raw COPY knows nothing of repetitions: one would stop it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import Final

import msgspec

from bench.measures import Repeat, Sense, Series, Target
from bench.services import Note, services
from bench.timeline_rows import made
from consumers.timeline_writer.partitions import Partitions
from consumers.timeline_writer.postgres_store import PostgresTimelineStore
from consumers.timeline_writer.rows import TimelineRow
from consumers.timeline_writer.table import TABLE
from deploy.local import postgres
from runtime.clock import SystemClock
from runtime.marked_process import MOST_ROWS
from runtime.marked_writer import Advance
from runtime.postgres import Pool, connect_pool
from runtime.settings import Settings

UNIT: Final = "rows/s"
NAME: Final = "timeline"


class Effort(msgspec.Struct, frozen=True):
    """How much is measured."""

    repeats: int
    rows: int


FULL: Final = Effort(repeats=5, rows=200_000)
QUICK: Final = Effort(repeats=1, rows=200_000)


def measure(effort: Effort, note: Note) -> Series:
    """Runs it on one database."""
    with services(note, only=(postgres.NAME,)) as stack:
        return asyncio.run(_measure(effort, stack.endpoints.database_url, note))


async def _measure(effort: Effort, url: str, note: Note) -> Series:
    settings = Settings()
    batches = _batches(made(effort.rows, SystemClock().now_ms()), MOST_ROWS)
    keep_days = settings.timeline.keep_days
    found = []
    async with connect_pool(msgspec.structs.replace(settings.postgres, url=url)) as pool:
        await _ours(pool, batches, keep_days)
        for number in range(effort.repeats):
            before = await _ours(pool, batches, keep_days)
            peer = await _peer(pool, batches)
            after = await _ours(pool, batches, keep_days)
            found.append(Repeat(before, peer, after))
            note(f"{NAME} {number + 1}/{effort.repeats}: {before:,.0f}, peer {peer:,.0f}, {after:,.0f} {UNIT}")
    said = f"batches of {MOST_ROWS:,}; peer: the same batches by COPY alone"
    return Series(NAME, UNIT, tuple(found), Target(Sense.AT_LEAST, 0.9), said)


async def _ours(pool: Pool, batches: Sequence[Sequence[TimelineRow]], keep_days: int) -> float:
    await _empty(pool)
    store = PostgresTimelineStore(pool, Partitions(pool, SystemClock(), keep_days))
    at = await store.begin(0, 0)
    added = 0
    began_s = time.perf_counter()
    for batch in batches:
        added += await store.append(batch, Advance(0, at, at + len(batch)))
        at += len(batch)
    return _rate(added, batches, time.perf_counter() - began_s)


async def _peer(pool: Pool, batches: Sequence[Sequence[TimelineRow]]) -> float:
    await _empty(pool)
    added = 0
    async with pool.acquire() as connection:
        began_s = time.perf_counter()
        for batch in batches:
            status = await connection.copy_records_to_table(TABLE.name, records=batch, columns=TABLE.columns)
            added += int(status.rpartition(" ")[2])
        return _rate(added, batches, time.perf_counter() - began_s)


async def _empty(pool: Pool) -> None:
    """An empty table whose months are there, and the server's own work done: no run pays for the one before."""
    await pool.execute("TRUNCATE timeline_entries, timeline_marks")
    await pool.execute("CHECKPOINT")


def _rate(added: int, batches: Sequence[Sequence[TimelineRow]], seconds: float) -> float:
    wanted = sum(map(len, batches))
    if added != wanted:
        raise RuntimeError(f"{added} rows kept instead of {wanted}")
    return added / seconds


def _batches(rows: Sequence[TimelineRow], size: int) -> list[Sequence[TimelineRow]]:
    return [rows[first : first + size] for first in range(0, len(rows), size)]
