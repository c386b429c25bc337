"""One partition of messages.v1 on the partition worker. While the database is away the partition waits, without limit.

The mark moves within `handle`, so dead letters are sent, and acknowledged, before that: a crash may repeat one, never
lose it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from consumers.message_writer.rows import to_rows
from consumers.message_writer.store import Advance, MessageStore
from runtime import dead_letters
from runtime.clock import Clock
from runtime.dead_letters import DeadLetter
from runtime.errors import Backpressure, LogBroken
from runtime.metrics import Metrics
from runtime.postgres_session import NoAnswer
from runtime.records import Record, TopicPartition
from runtime.stage import Handled, LogRange, Sender

GROUP: Final = "message_writer"
RETRY_MS: Final = 200


class MessageStage:
    """See `runtime.stage.PartitionStage`."""

    def __init__(
        self, where: TopicPartition, sender: Sender, store: MessageStore, clock: Clock, metrics: Metrics
    ) -> None:
        self._where = where
        self._sender = sender
        self._store = store
        self._clock = clock
        self._metrics = metrics
        self._next_offset = 0
        self._buried_below = 0

    async def open(self, committed: int | None, log: LogRange) -> int:
        """Goes on at the table's mark, waiting for the database; raises LogBroken when the log does not hold it."""
        del committed
        mark = await self._mark(log.first)
        if not log.first <= mark <= log.end:
            name = f"{self._where.topic}/{self._where.partition}"
            raise LogBroken(f"{name}: kept up to {mark}, but the log has {log.first} to {log.end}")
        self._next_offset = mark
        return mark

    async def handle(self, batch: Sequence[Record]) -> Handled:
        """Keeps a batch. Raises Backpressure while the database does not answer, MarkMoved when another writer is at it."""
        found = to_rows(batch)
        end = batch[-1].offset + 1
        await self._bury(found.dead, end)
        try:
            added = await self._store.append(found.rows, Advance(self._where.partition, self._next_offset, end))
        except NoAnswer as error:
            self._metrics.database_up.set(0)
            raise Backpressure from error
        self._metrics.database_up.set(1)
        self._metrics.messages_kept.inc(added)
        self._next_offset = end
        return Handled()

    async def sent(self, next_offset: int) -> None:
        """See PartitionStage."""

    async def idle(self) -> None:
        """See PartitionStage."""

    async def close(self) -> None:
        """See PartitionStage."""

    async def _bury(self, dead: Sequence[DeadLetter], end: int) -> None:
        """Once for each batch, however often it is handed over."""
        if not dead or end <= self._buried_below:
            return
        await self._sender.send([dead_letters.to_output(letter, GROUP) for letter in dead])
        self._metrics.dead_letters.labels(self._where.topic).inc(len(dead))
        self._buried_below = end

    async def _mark(self, first: int) -> int:
        while True:
            try:
                return await self._store.begin(self._where.partition, first)
            except NoAnswer:
                self._metrics.database_up.set(0)
                await self._clock.sleep(RETRY_MS / 1000)
