"""Answers of a store that may be away: fresh ones are used again, stale ones asked for anew, and while the store is
away the last known one stands.

Invariants: one question a key at a time; only positive answers are kept, so strangers cannot push out what is known;
after a miss the store is left alone for `PAUSE_S`, so that callers do not wait for it one by one.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Final, Generic, TypeVar

from runtime.clock import Clock
from runtime.postgres import AWAY

PAUSE_S: Final = 1.0

KeyT = TypeVar("KeyT")
ValueT = TypeVar("ValueT")


class StoreAway(Exception):
    """The store does not answer and nothing is known of what was asked: nobody can say yes or no."""


class LastKnown(Generic[KeyT, ValueT]):
    """Remembers what `ask` answered: for `fresh_ms` without asking again, and as long as the store is away."""

    def __init__(
        self,
        ask: Callable[[KeyT], Awaitable[ValueT | None]],
        clock: Clock,
        *,
        fresh_ms: int = 5_000,
        limit_ms: int = 500,
        capacity: int = 10_000,
    ) -> None:
        self._ask = ask
        self._clock = clock
        self._fresh_s = fresh_ms / 1000
        self._limit_s = limit_ms / 1000
        self._capacity = capacity
        self._known: OrderedDict[KeyT, tuple[float, ValueT]] = OrderedDict()
        self._asking: dict[KeyT, asyncio.Task[ValueT | None]] = {}
        self._away_until_s = 0.0

    async def get(self, key: KeyT) -> ValueT | None:
        """The answer, at most `fresh_ms` old while the store answers; None when the store knows none.

        Raises:
            StoreAway: the store is away and this key was never answered.
        """
        known = self._known.get(key)
        now = self._clock.monotonic()
        if known is not None and (now - known[0] < self._fresh_s or now < self._away_until_s):
            return known[1]
        if now < self._away_until_s:
            raise StoreAway
        try:
            return await self._asked(key)
        except AWAY as error:
            self._away_until_s = self._clock.monotonic() + PAUSE_S
            if known is None:
                raise StoreAway from error
            return known[1]

    def forget(self, key: KeyT) -> None:
        """Asks again next time."""
        self._known.pop(key, None)

    async def _asked(self, key: KeyT) -> ValueT | None:
        task = self._asking.get(key)
        if task is None:
            task = asyncio.create_task(self._bounded(key))
            self._asking[key] = task
            task.add_done_callback(lambda _: self._asking.pop(key, None))
        return await asyncio.shield(task)

    async def _bounded(self, key: KeyT) -> ValueT | None:
        async with asyncio.timeout(self._limit_s):
            value = await self._ask(key)
        self._known.pop(key, None)
        if value is not None:
            self._known[key] = (self._clock.monotonic(), value)
            if len(self._known) > self._capacity:
                self._known.popitem(last=False)
        return value
