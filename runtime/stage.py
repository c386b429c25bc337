"""What a stream stage is, seen by the worker that drives it.

One `PartitionStage` lives for each assigned partition of the input topic and is never called concurrently with itself:
`open`, then any mix of `handle` + `sent` and `idle`, then `close`. Position is a plain offset; a stage that keeps its own
(a snapshot) ignores what the group has committed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import msgspec

from runtime.dead_letters import DeadLetter
from runtime.errors import LogBroken
from runtime.records import Output, Record, TopicPartition


class LogRange(msgspec.Struct, frozen=True):
    """What a partition's log holds: its earliest offset, and the next offset to be written."""

    first: int
    end: int


class Handled(msgspec.Struct, frozen=True):
    """What came of a batch: records to send, in order, and records that can never be processed.

    `taken`: how many of the batch these are of, at least 1; the others are handed over again afterwards. None = all.
    """

    outputs: Sequence[Output] = ()
    dead: Sequence[DeadLetter] = ()
    taken: int | None = None


class Sender(Protocol):
    """Sends on behalf of a stage."""

    async def send(self, outputs: Sequence[Output]) -> None:
        """Returns when the broker has acknowledged all (acks=all). Records of one partition are appended in the order
        given, and after those of earlier calls. Raises what the broker raised: let it through, the process must end.
        """
        ...


class PartitionStage(Protocol):
    """The work on one partition. Errors: see `runtime.errors`."""

    async def open(self, committed: int | None, log: LogRange) -> int:
        """Recovers, and returns the offset to read from; raises LogBroken if the log cannot be continued."""
        ...

    async def handle(self, batch: Sequence[Record]) -> Handled:
        """Applies a batch in order, or as much of it from its first record on as is to be sent at once."""
        ...

    async def sent(self, next_offset: int) -> None:
        """All outputs of everything below `next_offset` are acknowledged by the broker."""
        ...

    async def idle(self) -> None:
        """Called between batches, and at least every `idle_ms` while none come."""
        ...

    async def close(self) -> None:
        """The partition is lost or the process stops: state is dropped, nothing more is sent."""
        ...


StageFactory = Callable[[TopicPartition, Sender], PartitionStage]


def continue_from(committed: int | None, log: LogRange, *, where: TopicPartition, start: int | None = None) -> int:
    """Where a stage whose position is the group's goes on.

    Nothing committed = `start`, or the log's first record. Raises LogBroken when the committed offset lies beyond the
    log's end (truncated or recreated) or before its first record (records lost that were never processed).
    """
    if committed is None:
        return log.first if start is None else start
    if committed > log.end:
        raise LogBroken(f"{where.topic}/{where.partition}: committed {committed}, but the log ends at {log.end}")
    if committed < log.first:
        raise LogBroken(f"{where.topic}/{where.partition}: committed {committed}, but the log starts at {log.first}")
    return committed
