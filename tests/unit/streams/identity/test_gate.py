from __future__ import annotations

import asyncio
from typing import cast

import pytest
import structlog

from runtime.clock import ManualClock
from runtime.log import Logger
from runtime.metrics import Metrics
from runtime.postgres_session import NoAnswer
from streams.identity.gate import PING_EVERY_MS, Gate
from streams.identity.memory_store import Fault, MemoryIdentityStore
from tests.support.identity_builders import counted_ids
from tests.support.waiting import eventually


@pytest.fixture
def store() -> MemoryIdentityStore:
    return MemoryIdentityStore(counted_ids())


@pytest.fixture
def gate() -> Gate:
    return Gate(10, cast(Logger, structlog.wrap_logger(structlog.ReturnLogger())), Metrics().database_up)


async def test_nobody_is_asked_before_the_first_answer(gate: Gate, store: MemoryIdentityStore) -> None:
    with pytest.raises(NoAnswer):
        await gate.ask(store.ping)
    assert store.calls == 0
    await gate.try_open(store)
    assert gate.is_open
    assert await gate.ask(lambda: store.mark_of(0)) is None


async def test_a_miss_shuts_the_gate_and_cancels_what_was_asked(gate: Gate) -> None:
    cancelled = asyncio.Event()

    async def hang() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.set()
            raise

    await gate.try_open(MemoryIdentityStore(counted_ids()))
    with pytest.raises(NoAnswer, match=r"no answer in 0\.01 s"):
        await gate.ask(hang)
    assert cancelled.is_set()
    assert not gate.is_open


async def test_a_fault_of_ours_is_no_miss(gate: Gate, store: MemoryIdentityStore) -> None:
    async def broken() -> None:
        raise ZeroDivisionError

    await gate.try_open(store)
    with pytest.raises(ZeroDivisionError):
        await gate.ask(broken)
    assert gate.is_open


async def test_the_keeper_opens_as_soon_as_the_database_answers(gate: Gate, store: MemoryIdentityStore) -> None:
    store.fault = Fault.REFUSE
    clock = ManualClock()
    keeper = asyncio.create_task(gate.keep(store, clock))
    await eventually(lambda: store.calls == 1)
    assert not gate.is_open
    store.fault = None
    clock.advance_ms(PING_EVERY_MS)
    await eventually(lambda: gate.is_open)
    keeper.cancel()
    await asyncio.wait({keeper})


async def test_an_open_gate_is_not_pinged(gate: Gate, store: MemoryIdentityStore) -> None:
    clock = ManualClock()
    keeper = asyncio.create_task(gate.keep(store, clock))
    await eventually(lambda: gate.is_open)
    calls = store.calls
    for _ in range(5):
        clock.advance_ms(PING_EVERY_MS)
        await asyncio.sleep(0)
    assert store.calls == calls
    keeper.cancel()
    await asyncio.wait({keeper})
