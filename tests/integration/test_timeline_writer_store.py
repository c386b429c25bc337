"""The timeline's store on a real PostgreSQL: the suite of all stores, and its months."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import msgspec
import pytest

from consumers.timeline_writer.months import month_of
from consumers.timeline_writer.partitions import DEFAULT, Partitions
from consumers.timeline_writer.postgres_store import PostgresTimelineStore
from consumers.timeline_writer.rows import TimelineRow
from runtime.clock import ManualClock, SystemClock
from runtime.marked_writer import Advance
from runtime.postgres import Pool, connect_pool
from runtime.postgres_session import NoAnswer
from runtime.settings import Postgres
from schemas.values import Explanation
from tests.support.marked_store_suite import MarkedStoreSuite
from tests.support.timeline_builders import MadeEntries, a_message_entry, an_entry, rows_of

DAY_MS = 86_400_000
KEEP_DAYS = 400


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[Pool]:
    async with connect_pool(Postgres(url=database_url)) as pool:
        await pool.execute("TRUNCATE timeline_entries, timeline_marks")
        for table in await tables(pool):
            if table != DEFAULT:
                await pool.execute(f"DROP TABLE {table}")
        yield pool


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(SystemClock().now_ms())


@pytest.fixture
def partitions(pool: Pool, clock: ManualClock) -> Partitions:
    return Partitions(pool, clock, KEEP_DAYS)


@pytest.fixture
def store(pool: Pool, partitions: Partitions) -> PostgresTimelineStore:
    return PostgresTimelineStore(pool, partitions)


class PostgresTimelineBench(MadeEntries):
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def kept(self) -> list[TimelineRow]:
        columns = ", ".join(TimelineRow._fields)
        found = await self._pool.fetch(f"SELECT {columns} FROM timeline_entries ORDER BY place, entry_id")
        return [TimelineRow(*record.values()) for record in found]


@pytest.fixture
def bench(pool: Pool) -> PostgresTimelineBench:
    return PostgresTimelineBench(pool)


class TestPostgresTimelineStore(MarkedStoreSuite):
    """The suite, on the real table."""


async def tables(pool: Pool) -> list[str]:
    found = await pool.fetch(
        "SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'timeline_entries'::regclass"
    )
    return sorted(row["name"] for row in found)


async def rows_in(pool: Pool, table: str) -> list[str]:
    return [row["entry_id"] for row in await pool.fetch(f"SELECT entry_id FROM {table} ORDER BY entry_id")]


async def test_every_field_comes_back(store: PostgresTimelineStore, bench: PostgresTimelineBench) -> None:
    why = Explanation(queue="service", step=0, requirements={"mandarin": 3}, tie_break="a\x00b")
    whole = dict.fromkeys(("customer_id", "interaction_id", "channel", "queue", "site", "agent_id", "leg_id"), "x")
    [row] = rows_of(an_entry(**whole, offer_id="o", author="agent", by="li", duration_ms=-5, explanation=why))
    await store.begin(0, 0)
    await store.append([row], Advance(0, 0, 1))
    [kept] = await bench.kept()
    assert kept._replace(explanation=None) == row._replace(explanation=None)
    assert msgspec.json.decode(kept.explanation or "") == msgspec.json.decode(row.explanation or "")


async def test_rows_lie_in_their_months_also_late_and_future_ones(
    pool: Pool, store: PostgresTimelineStore, clock: ManualClock
) -> None:
    now_ms = clock.now_ms()
    moments = {"now": now_ms, "late": now_ms - 300 * DAY_MS, "ahead": now_ms + 200 * DAY_MS}
    await store.begin(0, 0)
    await store.append(rows_of(*(an_entry(name, at_ms=at_ms) for name, at_ms in moments.items())), Advance(0, 0, 3))
    for name, at_ms in moments.items():
        assert await rows_in(pool, month_of(at_ms).table) == [name]
    assert await rows_in(pool, DEFAULT) == []


async def test_what_no_month_is_made_for_is_kept_all_the_same_and_moves_when_there_is_one(
    pool: Pool, store: PostgresTimelineStore, clock: ManualClock
) -> None:
    far_ms = clock.now_ms() + 500 * DAY_MS
    await store.begin(0, 0)
    await store.append(rows_of(an_entry("far", at_ms=far_ms), an_entry("old", at_ms=5)), Advance(0, 0, 2))
    assert await rows_in(pool, DEFAULT) == ["far", "old"]
    clock.advance_ms(300 * DAY_MS)
    again = rows_of(an_entry("far", at_ms=far_ms), an_entry("near", at_ms=far_ms))
    assert await store.append(again, Advance(0, 2, 4)) == 1
    assert await rows_in(pool, DEFAULT) == ["old"]
    assert await rows_in(pool, month_of(far_ms).table) == ["far", "near"]


async def test_a_message_that_is_posted_again_at_another_moment_is_kept_once(
    store: PostgresTimelineStore, bench: PostgresTimelineBench, clock: ManualClock
) -> None:
    at_ms = clock.now_ms()
    await store.begin(0, 0)
    await store.append(rows_of(a_message_entry("m_1", at_ms=at_ms)), Advance(0, 0, 1))
    elsewhere = a_message_entry("m_1", at_ms=at_ms + 5, workspace="bank")
    rows = rows_of(a_message_entry("m_1", at_ms=at_ms + 20 * DAY_MS), a_message_entry("m_2", at_ms=at_ms), elsewhere)
    assert await store.append(rows, Advance(0, 1, 4)) == 2
    kept = sorted((row.workspace, row.entry_id, row.at_ms) for row in await bench.kept())
    assert kept == [("bank", "m/m_1", at_ms + 5), ("books", "m/m_1", at_ms), ("books", "m/m_2", at_ms)]


async def test_writers_may_make_the_same_month_at_once(pool: Pool, clock: ManualClock) -> None:
    at_ms = clock.now_ms()
    await asyncio.gather(*(Partitions(pool, clock, KEEP_DAYS).ensure([at_ms]) for _ in range(4)))
    assert await tables(pool) == sorted([DEFAULT, month_of(at_ms).table])


async def test_months_past_retention_are_dropped_and_the_next_are_made(
    pool: Pool, partitions: Partitions, store: PostgresTimelineStore, clock: ManualClock
) -> None:
    now_ms = clock.now_ms()
    oldest_ms = now_ms - KEEP_DAYS * DAY_MS
    longer = Partitions(pool, clock, 2 * KEEP_DAYS)
    await longer.ensure([oldest_ms - 40 * DAY_MS, oldest_ms])
    await store.begin(0, 0)
    entries = [an_entry("past", at_ms=5), an_entry("kept", at_ms=oldest_ms + 1), an_entry("far", at_ms=2**52)]
    await store.append(rows_of(*entries), Advance(0, 0, 3))
    dropped = await partitions.renew()
    assert month_of(oldest_ms - 40 * DAY_MS) in dropped
    assert all(month.end_ms <= oldest_ms for month in dropped)
    assert await rows_in(pool, "timeline_entries") == ["far", "kept"]
    assert {month_of(now_ms).table, month_of(now_ms).next.table} <= set(await tables(pool))
    assert await partitions.renew() == ()


async def test_a_clock_that_runs_ahead_drops_nothing(
    pool: Pool, partitions: Partitions, store: PostgresTimelineStore, clock: ManualClock
) -> None:
    await store.begin(0, 0)
    await store.append(rows_of(an_entry("kept", at_ms=clock.now_ms())), Advance(0, 0, 1))
    clock.advance_ms(10 * 365 * DAY_MS)
    assert await partitions.renew() == ()
    assert await rows_in(pool, "timeline_entries") == ["kept"]


async def test_a_month_that_is_being_read_is_dropped_the_next_time(
    pool: Pool, partitions: Partitions, database_url: str, clock: ManualClock
) -> None:
    past = month_of(clock.now_ms() - (KEEP_DAYS + 70) * DAY_MS)
    await partitions.renew()
    await Partitions(pool, clock, 2 * KEEP_DAYS).ensure([past.first_ms])
    reader = await asyncpg.connect(database_url)
    try:
        async with reader.transaction():
            await reader.fetch("SELECT * FROM timeline_entries")
            assert await partitions.renew() == ()
            with pytest.raises(NoAnswer):
                await partitions.ensure([clock.now_ms() + 200 * DAY_MS])
    finally:
        await reader.close()
    assert await partitions.renew() == (past,)
