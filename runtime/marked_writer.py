"""One partition of a topic kept as rows, on the partition worker: records to rows, rows and mark in one transaction.

The position is the store's own mark, never the group's: what is kept was read, and what was read is kept. While the
database is away the partition waits, without limit. The mark moves within `handle`, so dead letters are sent, and
acknowledged, before that: a crash may repeat one, never lose it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, Generic, Protocol, TypeVar

import msgspec
from prometheus_client import Counter

from runtime import dead_letters
from runtime.clock import Clock
from runtime.dead_letters import DeadLetter
from runtime.errors import Backpressure, LogBroken
from runtime.metrics import Metrics
from runtime.postgres_session import NoAnswer
from runtime.records import Record, TopicPartition
from runtime.stage import Handled, LogRange, Sender

RETRY_MS: Final = 200

Row = TypeVar("Row", bound=tuple[Any, ...])
Row_contra = TypeVar("Row_contra", bound=tuple[Any, ...], contravariant=True)


class Rows(msgspec.Struct, Generic[Row], frozen=True):
    """A batch as rows, each thing once, and the records that are no rows."""

    rows: Sequence[Row]
    dead: Sequence[DeadLetter]


class Advance(msgspec.Struct, frozen=True):
    """A partition's mark moves from `first` to `end`: the rows between are all that it held."""

    partition: int
    first: int
    end: int


class MarkMoved(Exception):
    """The mark is not where this writer left it and not where it goes: rows are missing, or another writer is at it."""


class MarkedStore(Protocol[Row_contra]):
    """Where rows are kept. PostgreSQL and its twin in memory pass the same suite.

    Raises `runtime.postgres_session.NoAnswer` when the database is away.
    """

    async def begin(self, partition: int, first: int) -> int:
        """The partition's mark; set to `first` when there is none."""
        ...

    async def append(self, rows: Sequence[Row_contra], advance: Advance) -> int:
        """Keeps rows and mark in one transaction and returns how many are new. What was kept before stays as it is.
        An advance that was made already does nothing. Raises MarkMoved.
        """
        ...


class Writing(msgspec.Struct, Generic[Row], frozen=True):
    """What one writer does: under which name its dead letters are kept, how records become rows, where they go, and
    what counts those that are new.
    """

    stage: str
    to_rows: Callable[[Sequence[Record]], Rows[Row]]
    store: MarkedStore[Row]
    kept: Counter


class MarkedWriter(Generic[Row]):
    """See `runtime.stage.PartitionStage`."""

    def __init__(
        self, where: TopicPartition, sender: Sender, writing: Writing[Row], clock: Clock, metrics: Metrics
    ) -> None:
        self._where = where
        self._sender = sender
        self._writing = writing
        self._clock = clock
        self._metrics = metrics
        self._next_offset = 0
        self._buried_below = 0

    async def open(self, committed: int | None, log: LogRange) -> int:
        """Goes on at the store's mark, waiting for the database; raises LogBroken when the log does not hold it."""
        del committed
        mark = await self._mark(log.first)
        if not log.first <= mark <= log.end:
            name = f"{self._where.topic}/{self._where.partition}"
            raise LogBroken(f"{name}: kept up to {mark}, but the log has {log.first} to {log.end}")
        self._next_offset = mark
        return mark

    async def handle(self, batch: Sequence[Record]) -> Handled:
        """Keeps a batch. Raises Backpressure while the database does not answer, MarkMoved when another writer is at it."""
        found = self._writing.to_rows(batch)
        end = batch[-1].offset + 1
        await self._bury(found.dead, end)
        try:
            advance = Advance(self._where.partition, self._next_offset, end)
            added = await self._writing.store.append(found.rows, advance)
        except NoAnswer as error:
            self._metrics.database_up.set(0)
            raise Backpressure from error
        self._metrics.database_up.set(1)
        self._writing.kept.inc(added)
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
        await self._sender.send([dead_letters.to_output(letter, self._writing.stage) for letter in dead])
        self._metrics.dead_letters.labels(self._where.topic).inc(len(dead))
        self._buried_below = end

    async def _mark(self, first: int) -> int:
        while True:
            try:
                return await self._writing.store.begin(self._where.partition, first)
            except NoAnswer:
                self._metrics.database_up.set(0)
                await self._clock.sleep(RETRY_MS / 1000)
