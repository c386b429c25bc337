"""Time as something that is handed over: the system's clock, and one that tests move by hand."""

from __future__ import annotations

import asyncio
import heapq
import itertools
import math
import time
from typing import Protocol


class Clock(Protocol):
    """`now_ms` is wall time since the epoch, `monotonic` seconds that never go back."""

    def now_ms(self) -> int: ...

    def monotonic(self) -> float: ...

    async def sleep(self, seconds: float) -> None: ...


class SystemClock:
    """The machine's clock."""

    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class ManualClock:
    """A clock that stands still until `advance_ms`; sleepers wake in the order of their due times."""

    def __init__(self, now_ms: int = 1_700_000_000_000) -> None:
        self._now_ms = now_ms
        self._elapsed_ms = 0
        self._order = itertools.count()
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []

    def now_ms(self) -> int:
        return self._now_ms

    def monotonic(self) -> float:
        return self._elapsed_ms / 1000

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._elapsed_ms + seconds * 1000, next(self._order), woken))
        await woken

    @property
    def until_next_ms(self) -> int | None:
        """How long until the next sleeper is due; None when nobody sleeps."""
        self._forget_cancelled()
        return math.ceil(self._sleepers[0][0] - self._elapsed_ms) if self._sleepers else None

    def advance_ms(self, milliseconds: int) -> None:
        """Moves time forward and wakes whoever is due; they run when the caller next awaits."""
        self._now_ms += milliseconds
        self._elapsed_ms += milliseconds
        while self._sleepers and self._sleepers[0][0] <= self._elapsed_ms:
            _, _, woken = heapq.heappop(self._sleepers)
            if not woken.done():
                woken.set_result(None)

    def _forget_cancelled(self) -> None:
        while self._sleepers and self._sleepers[0][2].done():
            heapq.heappop(self._sleepers)
