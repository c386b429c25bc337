"""What the runtime needs of a broker, so that Kafka and its in-memory twin can stand in for each other.

Both pass the suite in tests/support/broker_suite.py. Offsets are dense here and may have gaps in Kafka (compaction).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Protocol

import msgspec

from runtime.records import Output, Record, TopicPartition
from runtime.stage import LogRange

Fetched = Mapping[TopicPartition, Sequence[Record]]


class Membership(Protocol):
    """Told by a group's consumer which partitions it holds."""

    def assigned(self, partitions: Iterable[TopicPartition]) -> None:
        """These are held from now on. Nothing of them is read before `GroupConsumer.begin`."""
        ...

    async def revoked(self, partitions: Iterable[TopicPartition]) -> None:
        """These will be given to another as soon as this returns."""
        ...


class GroupPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """How to be a member of a group; `static_member_id` lets a restarted process take its partitions back at once.

    `gather_ms`: for who is in no hurry; a fetch waits so long for more than a little, and costs everybody less.
    """

    group_id: str
    topic: str
    static_member_id: str | None = None
    gather_ms: int = 0


class GroupConsumer(Protocol):
    """One member of a group that shares the partitions of one topic. Positions are never reset by themselves."""

    async def connect(self) -> None:
        """Reaches the broker without joining, so that `start` has less to do. May be left out."""
        ...

    async def start(self, membership: Membership) -> None:
        """Joins; returns after the first assignment."""
        ...

    async def fetch(self) -> Fetched:
        """Waits until records have come. Raises Displaced, LogBroken, or whatever else is not known to pass."""
        ...

    async def committed(self, partition: TopicPartition) -> int | None: ...

    async def log_range(self, partition: TopicPartition) -> LogRange: ...

    def begin(self, partition: TopicPartition, offset: int) -> None:
        """Reads this partition from `offset` on."""
        ...

    def pause(self, partition: TopicPartition) -> None:
        """Nothing more of this partition is fetched until `resume`; nothing is lost by it."""
        ...

    def resume(self, partition: TopicPartition) -> None: ...

    def known_end(self, partition: TopicPartition) -> int | None:
        """The log's end as of the last fetch, without asking; None = not known."""
        ...

    async def commit(self, offsets: Mapping[TopicPartition, int]) -> None:
        """Raises NotOwner when another holds the partitions by now."""
        ...

    async def stop(self) -> None: ...


class NotOwner(Exception):
    """A commit was refused because the group has gone on without this member."""


class Displaced(NotOwner):
    """The group has given this static member's place to another process, or up: this one must end."""


class Producer(Protocol):
    """An idempotent producer with acks=all."""

    async def start(self) -> None: ...

    async def send(self, outputs: Sequence[Output]) -> None:
        """Returns when all are acknowledged. Of one call, the records of a partition keep their order; of concurrent
        calls, nothing is said. Cancelled or failed = unknown: they may still arrive, once.
        """
        ...

    async def partition_count(self, topic: str) -> int: ...

    async def stop(self) -> None: ...


class Reader(Protocol):
    """Reads partitions outside any group."""

    async def connect(self, topics: Sequence[str]) -> None:
        """Reaches the broker, and learns where these topics are, before anything is read. May be left out."""
        ...

    async def log_range(self, partition: TopicPartition) -> LogRange: ...

    async def ends(self, partitions: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
        """Where these logs end now, all asked in one go."""
        ...

    def read_range(self, topic: str, partition: int, first: int, end: int) -> AsyncIterator[Sequence[Record]]:
        """The records from `first` up to, not including, `end`, in batches. Raises LogBroken when `first` is not in
        the log any more.
        """
        ...

    def follow(self, positions: Mapping[TopicPartition, int], *, gather_ms: int = 0) -> AsyncIterator[Fetched]:
        """Everything from these offsets on, for ever; `gather_ms` as in `GroupPolicy`."""
        ...

    async def stop(self) -> None: ...


class Broker(Protocol):
    """Makes clients. They are started and stopped by whoever asked for them."""

    def consumer(self, policy: GroupPolicy) -> GroupConsumer: ...

    def producer(self) -> Producer: ...

    def reader(self) -> Reader: ...
