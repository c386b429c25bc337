"""What several works of one process share: that they go on until the process is told to stop, or one of them ends."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from typing import Any

from runtime.clock import Clock


async def every(clock: Clock, seconds: float, do: Callable[[], Awaitable[None]]) -> None:
    """Does it again and again until cancelled."""
    while True:
        await clock.sleep(seconds)
        await do()


async def until_stopped(stop: asyncio.Event, work: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Runs all of it until told to stop, or until one ends; none goes on after that. Raises what broke one."""
    tasks = [asyncio.ensure_future(one) for one in work]
    stopped = asyncio.ensure_future(stop.wait())
    done, _ = await asyncio.wait([*tasks, stopped], return_when=asyncio.FIRST_COMPLETED)
    for task in (*tasks, stopped):
        task.cancel()
    await asyncio.wait([*tasks, stopped])
    for task in done - {stopped}:
        task.result()
