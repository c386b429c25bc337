from __future__ import annotations

import asyncio

import pytest

from runtime.together import every, until_stopped
from tests.support.gateway_parts import HurriedClock


async def test_something_is_done_again_and_again() -> None:
    done = asyncio.Event()
    times: list[int] = []

    async def do() -> None:
        times.append(1)
        if len(times) == 3:
            done.set()

    task = asyncio.create_task(every(HurriedClock(), 5.0, do))
    await asyncio.wait_for(done.wait(), 60)
    task.cancel()
    await asyncio.wait([task])
    assert len(times) >= 3


async def breaks() -> None:
    raise LookupError


class Work:
    """It goes on until it is cancelled."""

    ended = False

    async def run(self) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            self.ended = True


async def test_what_breaks_one_ends_all_and_is_raised() -> None:
    work = Work()
    with pytest.raises(LookupError):
        await until_stopped(asyncio.Event(), [work.run(), breaks()])
    assert work.ended


async def test_told_to_stop_all_end_in_peace() -> None:
    stop, work = asyncio.Event(), Work()
    running = asyncio.create_task(until_stopped(stop, [work.run(), work.run()]))
    await asyncio.sleep(0)
    stop.set()
    await running
    assert work.ended
