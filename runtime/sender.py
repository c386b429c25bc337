"""The one ordered way of a process with sockets into the log.

What is put first is sent first: an agent's session is opened before the agent's command. One send is on its way at a
time and takes along all that has come meanwhile. Presence (`keep`) is sent again until the broker has it; a command
whose asker has given up before it left is not sent at all.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Final

from aiokafka.errors import KafkaError

from runtime.broker import Producer
from runtime.clock import Clock
from runtime.log import Logger
from runtime.records import Output

BATCH: Final = 500
RETRY_S: Final = 0.5


class _Item:
    __slots__ = ("done", "keep", "output")

    def __init__(self, output: Output, keep: bool, done: asyncio.Future[None]) -> None:
        self.output = output
        self.keep = keep
        self.done = done


class NotSent(Exception):
    """The broker refused, or it is not known whether it took the record."""


class Sender:
    """See the module. `run` must be running."""

    def __init__(self, make_producer: Callable[[], Producer], clock: Clock, log: Logger) -> None:
        self._make_producer = make_producer
        self._producer: Producer | None = None
        self._clock = clock
        self._log = log
        self._items: deque[_Item] = deque()
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()

    def put(self, output: Output, *, keep: bool = False) -> asyncio.Future[None]:
        """Done when the broker has it; raises NotSent. Cancelling it takes the record back if it has not left."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._items.append(_Item(output, keep, done))
        self._wake.set()
        self._idle.clear()
        return done

    async def settled(self) -> None:
        """Returns when nothing waits and nothing is on its way."""
        await self._idle.wait()

    async def run(self) -> None:
        """Sends until cancelled."""
        try:
            while True:
                await self._wake.wait()
                self._wake.clear()
                while self._items:
                    await self._send(self._next())
                self._idle.set()
        finally:
            if self._producer is not None:
                await self._producer.stop()

    def _next(self) -> list[_Item]:
        batch: list[_Item] = []
        while self._items and len(batch) < BATCH:
            item = self._items.popleft()
            if item.keep or not item.done.cancelled():
                batch.append(item)
        return batch

    async def _send(self, batch: list[_Item]) -> None:
        if not batch:
            return
        try:
            producer = await self._started()
            await producer.send([item.output for item in batch])
        except (KafkaError, OSError) as error:
            self._log.warning("sender.failed", error=repr(error))
            await self._give_up(batch)
        else:
            for item in batch:
                if not item.done.done():
                    item.done.set_result(None)

    async def _started(self) -> Producer:
        if self._producer is None:
            producer = self._make_producer()
            await producer.start()
            self._producer = producer
        return self._producer

    async def _give_up(self, batch: list[_Item]) -> None:
        """Presence goes again, in its place, by a new producer; a command's asker is told that nothing is known."""
        producer, self._producer = self._producer, None
        if producer is not None:
            await producer.stop()
        kept = [item for item in batch if item.keep]
        self._items.extendleft(reversed(kept))
        for item in batch:
            if not item.keep and not item.done.done():
                item.done.set_exception(NotSent("the broker did not take it"))
        await self._clock.sleep(RETRY_S)
