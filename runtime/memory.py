"""A broker in memory, for tests and simulations: the twin of Kafka behind `runtime.broker`.

Topics with partitions, groups with committed offsets, eager rebalances, static members that displace each other, and
the injected clock as LogAppendTime. `faults` makes sends fail, stop half-way or wait. One event loop only.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from runtime.broker import GroupPolicy
from runtime.clock import Clock
from runtime.errors import LogBroken
from runtime.memory_clients import MemoryConsumer, MemoryProducer, MemoryReader
from runtime.memory_group import MemoryGroup
from runtime.partitioner import place
from runtime.records import Output, Record, TopicPartition
from runtime.stage import LogRange


class BrokerFault(Exception):
    """What a planted fault raises."""


class Faults:
    """Planted by tests. `fail_next_send`: that send appends its first `after_partitions` groups, then fails.
    While `away`, sends and fetches wait.
    """

    def __init__(self) -> None:
        self._fail_after: int | None = None
        self.present = asyncio.Event()
        self.present.set()

    def fail_next_send(self, after_partitions: int = 0) -> None:
        self._fail_after = after_partitions

    def go_away(self) -> None:
        self.present.clear()

    def come_back(self) -> None:
        self.present.set()

    def error(self) -> BrokerFault:
        return BrokerFault("a planted fault: the send failed")

    def take_failure(self) -> int | None:
        planted, self._fail_after = self._fail_after, None
        return planted


class _Log(msgspec.Struct):
    first: int
    records: list[Record]


class MemoryBroker:
    """See `runtime.broker.Broker`; `topics` maps names to partition counts."""

    def __init__(self, topics: Mapping[str, int], clock: Clock, *, log_append_time: Iterable[str] = ()) -> None:
        self.clock = clock
        self.faults = Faults()
        self._log_append_time: set[str] = set()
        self._partition_counts: dict[str, int] = {}
        self._logs: dict[TopicPartition, _Log] = {}
        self._groups: dict[str, MemoryGroup] = {}
        self._grown = asyncio.Event()
        stamped = frozenset(log_append_time)
        for name, count in topics.items():
            self.create(name, count, log_append_time=name in stamped)

    def create(self, topic: str, partition_count: int, *, log_append_time: bool = False) -> None:
        """A new, empty topic."""
        self._partition_counts[topic] = partition_count
        if log_append_time:
            self._log_append_time.add(topic)
        self.recreate(topic)

    def consumer(self, policy: GroupPolicy) -> MemoryConsumer:
        return MemoryConsumer(self, policy)

    def producer(self) -> MemoryProducer:
        return MemoryProducer(self)

    def reader(self) -> MemoryReader:
        return MemoryReader(self)

    def group(self, name: str) -> MemoryGroup:
        return self._groups.setdefault(name, MemoryGroup())

    def partition_count(self, topic: str) -> int:
        """Raises LookupError for a topic that was not created: nothing is created on demand."""
        return self._partition_counts[topic]

    def partitions(self, topic: str) -> list[TopicPartition]:
        return [TopicPartition(topic, number) for number in range(self.partition_count(topic))]

    def log_range(self, partition: TopicPartition) -> LogRange:
        log = self._logs[partition]
        return LogRange(first=log.first, end=log.first + len(log.records))

    def read(self, partition: TopicPartition, offset: int, limit: int) -> list[Record]:
        """Raises LogBroken when `offset` is not in the log."""
        bounds = self.log_range(partition)
        if not bounds.first <= offset <= bounds.end:
            raise LogBroken(f"{partition.topic}/{partition.partition}: {offset} is outside {bounds}")
        start = offset - bounds.first
        return self._logs[partition].records[start : start + limit]

    def append(self, output: Output, created_ms: int) -> Record:
        """Appends at once, past all faults."""
        partition = TopicPartition(output.topic, place(output, self.partition_count(output.topic)))
        stamped = self.clock.now_ms() if output.topic in self._log_append_time else created_ms
        record = Record(*partition, self.log_range(partition).end, stamped, output.key, output.value, output.headers)
        self._logs[partition].records.append(record)
        self._grown.set()
        return record

    def truncate(self, partition: TopicPartition, *, first: int) -> None:
        """Retention: what lies before `first` is gone."""
        log = self._logs[partition]
        del log.records[: max(0, first - log.first)]
        log.first = first

    def recreate(self, topic: str) -> None:
        """The topic is deleted and created again: empty, from offset 0."""
        for partition in self.partitions(topic):
            self._logs[partition] = _Log(0, [])

    async def growth(self) -> None:
        """Returns after the next append."""
        self._grown.clear()
        await self._grown.wait()

    def interrupt(self) -> None:
        """Lets all who wait for growth look again."""
        self._grown.set()


def records_of(broker: MemoryBroker, topic: str) -> Sequence[Record]:
    """Everything in a topic, partition by partition."""
    found: list[Record] = []
    for partition in broker.partitions(topic):
        bounds = broker.log_range(partition)
        found.extend(broker.read(partition, bounds.first, bounds.end - bounds.first))
    return found
