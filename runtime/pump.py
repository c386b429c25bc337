"""Drives one stage through the records of one partition: open, batches in order, idle, close.

A batch is handed over only after everything of the one before is acknowledged, and all else of the process has had its
turn. Records wait in an inbox; when it is full, or the stage asks for a pause, the partition is paused at the broker and
nothing is lost by it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec

from runtime import dead_letters
from runtime.broker import GroupConsumer, Producer
from runtime.clock import Clock
from runtime.dead_letters import DeadLetter
from runtime.errors import Backpressure, Invalid, LogBroken, Transient
from runtime.records import Output, Record, TopicPartition
from runtime.stage import Handled, PartitionStage
from runtime.worker_metrics import PartitionMetrics

TRANSIENT_CAP_MS: Final = 5_000


class PumpPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """How a partition is worked; `transient_pause_ms` doubles with each try up to five seconds."""

    stage_name: str
    commit: bool = True
    max_batch: int = 500
    inbox_records: int = 4_096
    transient_retries: int = 8
    transient_pause_ms: int = 100
    backpressure_pause_ms: int = 100


class OrderedSender:
    """A stage's own door to the producer: one call after the other."""

    def __init__(self, producer: Producer, timeout_ms: int) -> None:
        self._producer = producer
        self._timeout_s = timeout_ms / 1000
        self._turn = asyncio.Lock()

    async def send(self, outputs: Sequence[Output]) -> None:
        """See `runtime.stage.Sender`; raises TimeoutError when the broker stays silent."""
        if not outputs:
            return
        async with self._turn, asyncio.timeout(self._timeout_s):
            await self._producer.send(outputs)


class PartitionPump:
    """One partition from its assignment to its end. `run` ends after `close` was asked for, or raises what must end
    the process.
    """

    def __init__(
        self,
        partition: TopicPartition,
        stage: PartitionStage,
        sender: OrderedSender,
        consumer: GroupConsumer,
        policy: PumpPolicy,
        clock: Clock,
        metrics: PartitionMetrics,
        done: Callable[[TopicPartition, int], None],
    ) -> None:
        self.partition = partition
        self.is_open = False
        self._stage = stage
        self._sender = sender
        self._consumer = consumer
        self._policy = policy
        self._clock = clock
        self._metrics = metrics
        self._done = done
        self._inbox: list[Record] = []
        self._wake = asyncio.Event()
        self._closing = asyncio.Event()
        self._paused = False
        self._held = False
        self._next_offset = 0

    def feed(self, records: Sequence[Record]) -> None:
        """Takes fetched records; they are handled by `run`."""
        self._inbox.extend(records)
        self._wake.set()
        self._balance()

    def wake(self) -> None:
        """Lets the stage have its `idle`."""
        self._wake.set()

    def observe_lag(self, now_ms: int) -> None:
        """Shows how far behind the partition is."""
        if self.is_open:
            self._metrics.observe_lag(self._next_offset, self._consumer.known_end(self.partition), now_ms)

    def close(self) -> None:
        """Asks `run` to finish the batch in hand, close the stage and end."""
        self._closing.set()
        self._wake.set()

    async def run(self) -> None:
        """Recovers the stage, works until `close`, then closes the stage."""
        recovering = asyncio.ensure_future(self._recover())
        if await self._unless_closing(recovering):
            self._next_offset = recovering.result()
            self._consumer.begin(self.partition, self._next_offset)
            self.is_open = True
            await self._work()
        self.is_open = False
        self._metrics.forget()
        await self._stage.close()

    async def _recover(self) -> int:
        where = _name(self.partition)
        committed = await self._consumer.committed(self.partition) if self._policy.commit else None
        log = await self._consumer.log_range(self.partition)
        if committed is not None and committed > log.end:
            raise LogBroken(f"{where}: committed {committed}, but the log ends at {log.end}")
        offset = await self._stage.open(committed, log)
        if offset > log.end:
            log = await self._consumer.log_range(self.partition)
        if not log.first <= offset <= log.end:
            raise LogBroken(f"{where}: cannot read from {offset}, the log has {log.first} to {log.end}")
        return offset

    async def _work(self) -> None:
        while not self._closing.is_set():
            if not self._inbox:
                await self._wake.wait()
            self._wake.clear()
            if self._closing.is_set():
                return
            if self._inbox:
                await self._process(self._take())
            await self._stage.idle()
            if self._inbox:  # A silent replay waits for nothing: the group's heartbeat must have its turn.
                await self._clock.sleep(0)

    def _take(self) -> list[Record]:
        batch = self._inbox[: self._policy.max_batch]
        del self._inbox[: len(batch)]
        self._balance()
        return batch

    async def _process(self, batch: Sequence[Record]) -> bool:
        """False when the partition was lost before all of the batch was taken: nothing behind it may be taken either."""
        if batch[0].offset < self._next_offset:
            raise RuntimeError(f"{_name(self.partition)}: {batch[0].offset} came again after {self._next_offset}")
        began = self._clock.monotonic()
        try:
            handled = await self._handle(batch)
        except Invalid as error:
            if len(batch) > 1:
                for record in batch:
                    if not await self._process([record]):
                        return False
                return True
            handled = Handled(dead=(DeadLetter(batch[0], error.reason),))
        if handled is None:
            return False
        applied = self._clock.monotonic()
        if handled.taken is not None:
            self._inbox[:0] = batch[handled.taken :]
            batch = batch[: handled.taken]
        outputs = [*handled.outputs, *(dead_letters.to_output(it, self._policy.stage_name) for it in handled.dead)]
        await self._sender.send(outputs)
        self._next_offset = batch[-1].offset + 1
        await self._stage.sent(self._next_offset)
        self._done(self.partition, self._next_offset)
        self._metrics.observe(batch, handled, applied - began, self._clock.monotonic() - applied)
        return True

    async def _handle(self, batch: Sequence[Record]) -> Handled | None:
        """None = the partition was lost while the stage could not take the batch."""
        tries = 0
        try:
            while True:
                try:
                    return await self._stage.handle(batch)
                except Backpressure:
                    pause_ms = self._policy.backpressure_pause_ms
                    self._metrics.backpressured.inc()
                except Transient:
                    tries += 1
                    if tries > self._policy.transient_retries:
                        raise
                    pause_ms = min(self._policy.transient_pause_ms * 2 ** (tries - 1), TRANSIENT_CAP_MS)
                    self._metrics.transient.inc()
                self._held = True
                self._balance()
                if not await self._unless_closing(asyncio.ensure_future(self._clock.sleep(pause_ms / 1000))):
                    return None
        finally:
            self._held = False
            self._balance()

    async def _unless_closing(self, work: asyncio.Future[Any]) -> bool:
        """True when `work` has ended; False when the partition was lost first, and `work` is cancelled."""
        closing = asyncio.ensure_future(self._closing.wait())
        try:
            await asyncio.wait({work, closing}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            closing.cancel()
            if not work.done():
                work.cancel()
                await asyncio.wait({work})
        if work.cancelled():
            return False
        work.result()
        return True

    def _balance(self) -> None:
        """Pauses at a full inbox or while held; resumes at half of it."""
        waiting, limit = len(self._inbox), self._policy.inbox_records
        wanted = self._held or waiting >= limit or (self._paused and waiting * 2 > limit)
        if wanted == self._paused or self._closing.is_set():
            return
        self._paused = wanted
        if wanted:
            self._consumer.pause(self.partition)
        else:
            self._consumer.resume(self.partition)


def _name(partition: TopicPartition) -> str:
    return f"{partition.topic}/{partition.partition}"
