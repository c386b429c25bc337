"""Commits positions of a group behind the work, never before it: only what is acknowledged is noted here.

Positions noted while a commit is under way go out together with the next one.
"""

from __future__ import annotations

import asyncio

from prometheus_client import Counter

from runtime.broker import GroupConsumer
from runtime.clock import Clock
from runtime.records import TopicPartition


class Commits:
    """The positions of one worker. `interval_ms` is the least time between two commits."""

    def __init__(self, consumer: GroupConsumer, clock: Clock, interval_ms: int, counter: Counter) -> None:
        self._consumer = consumer
        self._clock = clock
        self._interval_s = interval_ms / 1000
        self._counter = counter
        self._noted: dict[TopicPartition, int] = {}
        self._dirty = asyncio.Event()
        self._turn = asyncio.Lock()

    def note(self, partition: TopicPartition, next_offset: int) -> None:
        """Everything of `partition` below `next_offset` is done."""
        self._noted[partition] = next_offset
        self._dirty.set()

    async def run(self) -> None:
        """Commits what is noted, until cancelled."""
        while True:
            await self._dirty.wait()
            await self.flush()
            await self._clock.sleep(self._interval_s)

    async def flush(self) -> None:
        """Returns when all noted so far is committed. Raises NotOwner when the group has gone on without us."""
        async with self._turn:
            self._dirty.clear()
            noted, self._noted = self._noted, {}
            if noted:
                await self._consumer.commit(noted)
                self._counter.inc(len(noted))
