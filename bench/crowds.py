"""Benchmarks `engine` and `engine-growth`: the engine alone with a crowd that waits, explanations and encoding included.

`engine` beside a router on PostgreSQL with as many waiting and as many agents, each measured in a process of its own while
the other is idle; `engine-live`: both in small batches, as live work comes. `engine-growth`: what a contact costs in a
crowd, beside what it costs in a handful; then the same of the naive router, with as many as it can bear.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Final

import msgspec

from bench import crowded
from bench.children import Child, ask, child
from bench.crowd import Size
from bench.measures import Repeat, Sense, Series, Target
from bench.peers import skip_locked
from bench.services import Note, services
from bench.workload import LIVE_BATCH
from deploy.local import postgres

RATE: Final = "contacts/s"
COST: Final = "us/contact"
CROWD: Final = "crowd"
MAKING_S: Final = 600.0


class Effort(msgspec.Struct, frozen=True):
    """How much is measured: `crowd` beside `few`; contacts timed."""

    repeats: int
    crowd: Size
    few: Size
    naive: Size
    contacts: int
    naive_contacts: int


FULL: Final = Effort(
    repeats=5,
    crowd=Size(1_000_000, 10_000),
    few=Size(10, 10),
    naive=Size(1_000, 100),
    contacts=30_000,
    naive_contacts=200,
)
QUICK: Final = Effort(
    repeats=1,
    crowd=Size(100_000, 2_000),
    few=Size(10, 10),
    naive=Size(500, 50),
    contacts=10_000,
    naive_contacts=100,
)


def measure_engine(effort: Effort, note: Note) -> list[Series]:
    """Beside PostgreSQL: in bulk, and in batches as live work comes."""
    with services(note, only=(postgres.NAME,)) as stack:
        return asyncio.run(_engine(effort, stack.endpoints.database_url, note))


def measure_growth(effort: Effort, note: Note) -> list[Series]:
    """Beside ourselves, and the naive router beside itself."""
    return asyncio.run(_growth(effort, note))


async def _engine(effort: Effort, url: str, note: Note) -> list[Series]:
    size = effort.crowd
    bulk = skip_locked.Argument(url, size, effort.contacts)
    live = msgspec.structs.replace(bulk, batch=LIVE_BATCH)
    async with _crowd(size, effort.contacts) as (ours, ready):
        said = f"{size.waiting:,} waiting, {size.agents:,} agents, 50 skills; {ready.bytes_each:,.0f} bytes for each who waits"
        note(f"engine: {said}")
        said += "; peer: SKIP LOCKED on PostgreSQL, two connections"
        in_bulk = await _beside_postgres("engine", ours, "", bulk, effort.repeats, note)
        as_it_comes = await _beside_postgres("engine-live", ours, crowded.LIVE, live, effort.repeats, note)
    return [
        Series("engine", RATE, in_bulk, Target(Sense.AT_LEAST, 10.0, 25.0), said),
        Series("engine-live", RATE, as_it_comes, None, f"the same, both in batches of up to {LIVE_BATCH}"),
    ]


async def _beside_postgres(
    name: str, ours: Child, line: str, peer: skip_locked.Argument, repeats: int, note: Note
) -> tuple[Repeat, ...]:
    found = []
    for number in range(repeats):
        before = await _rate(ours, line)
        other = (await ask("skip_locked", peer, skip_locked.Rate, within_s=MAKING_S)).per_s
        after = await _rate(ours, line)
        found.append(Repeat(before, other, after))
        note(f"{name} {number + 1}/{repeats}: {before:,.0f}, peer {other:,.0f}, {after:,.0f} {RATE}")
    return tuple(found)


async def _growth(effort: Effort, note: Note) -> list[Series]:
    async with _crowd(effort.crowd, effort.contacts) as (many, _), _crowd(effort.few, effort.contacts) as (few, _):
        ours = await _costs("engine-growth", many, few, effort.repeats, note)
    async with (
        _crowd(effort.naive, effort.naive_contacts, naive=True) as (many, _),
        _crowd(effort.few, effort.contacts, naive=True) as (few, _),
    ):
        naive = await _costs("engine-growth-naive", many, few, effort.repeats, note)
    told = "{0.waiting:,} waiting and {0.agents:,} agents; peer: {1}, {2.waiting} and {2.agents}".format
    return [
        Series(
            "engine-growth",
            COST,
            ours,
            Target(Sense.AT_MOST, 3.0),
            told(effort.crowd, "the engine too", effort.few),
        ),
        Series("engine-growth-naive", COST, naive, None, told(effort.naive, "the naive router too", effort.few)),
    ]


async def _costs(name: str, many: Child, few: Child, repeats: int, note: Note) -> tuple[Repeat, ...]:
    found = []
    for number in range(repeats):
        before, small, after = [1e6 / await _rate(one) for one in (many, few, many)]
        found.append(Repeat(before, small, after))
        note(f"{name} {number + 1}/{repeats}: {before:,.1f}, in a handful {small:,.1f}, {after:,.1f} {COST}")
    return tuple(found)


@contextlib.asynccontextmanager
async def _crowd(size: Size, contacts: int, *, naive: bool = False) -> AsyncIterator[tuple[Child, crowded.Ready]]:
    argument = crowded.Argument(size, contacts, warm=max(10, contacts // 10), naive=naive)
    async with child(CROWD, argument) as running:
        yield running, await running.answer(crowded.Ready, within_s=MAKING_S)


async def _rate(crowd: Child, line: str = "") -> float:
    crowd.go_on(line)
    return (await crowd.answer(crowded.Rate)).per_s
