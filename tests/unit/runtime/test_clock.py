from __future__ import annotations

import asyncio

from runtime.clock import ManualClock, SystemClock
from tests.support.waiting import eventually


async def test_sleepers_wake_in_the_order_of_their_due_times() -> None:
    clock = ManualClock()
    woken: list[str] = []

    async def sleep(name: str, seconds: float) -> None:
        await clock.sleep(seconds)
        woken.append(name)

    tasks = [asyncio.create_task(sleep(name, after)) for name, after in (("late", 2), ("soon", 1), ("later", 3))]
    await asyncio.sleep(0)
    clock.advance_ms(999)
    await asyncio.sleep(0)
    assert woken == []
    clock.advance_ms(1_001)
    await eventually(lambda: woken == ["soon", "late"])
    clock.advance_ms(1_000)
    await asyncio.gather(*tasks)
    assert woken == ["soon", "late", "later"]


async def test_a_sleeper_that_was_cancelled_does_not_disturb_the_others() -> None:
    clock = ManualClock()
    gone = asyncio.create_task(clock.sleep(1))
    stays = asyncio.create_task(clock.sleep(1))
    await asyncio.sleep(0)
    gone.cancel()
    await asyncio.wait({gone})
    clock.advance_ms(1_000)
    await asyncio.wait_for(stays, 60)
    assert gone.cancelled()


def test_both_times_move_together_by_hand_only() -> None:
    clock = ManualClock(now_ms=5_000)
    before = (clock.now_ms(), clock.monotonic())
    clock.advance_ms(1_500)
    assert (before, clock.now_ms(), clock.monotonic()) == ((5_000, 0.0), 6_500, 1.5)


async def test_the_systems_clock_goes_on() -> None:
    clock = SystemClock()
    began = clock.monotonic()
    await clock.sleep(0.001)
    assert clock.monotonic() > began
    assert clock.now_ms() > 1_700_000_000_000
