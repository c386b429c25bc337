"""Clients of the in-memory broker, with the surface of those for Kafka."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from runtime.broker import Displaced, Fetched, GroupPolicy, Membership, NotOwner
from runtime.partitioner import place
from runtime.records import Output, Record, TopicPartition
from runtime.stage import LogRange

if TYPE_CHECKING:
    from runtime.memory import MemoryBroker

_FETCH_RECORDS: Final = 1_000


class MemoryProducer:
    """See `runtime.broker.Producer`."""

    def __init__(self, broker: MemoryBroker) -> None:
        self._broker = broker

    async def start(self) -> None:
        await self._broker.faults.present.wait()

    async def stop(self) -> None:
        return

    async def partition_count(self, topic: str) -> int:
        return self._broker.partition_count(topic)

    async def send(self, outputs: Sequence[Output]) -> None:
        created_ms = self._broker.clock.now_ms()
        groups: dict[TopicPartition, list[Output]] = {}
        for output in outputs:
            number = place(output, self._broker.partition_count(output.topic))
            groups.setdefault(TopicPartition(output.topic, number), []).append(output)
        await asyncio.sleep(0)
        await self._broker.faults.present.wait()
        fails_after = self._broker.faults.take_failure()
        for group in list(groups.values())[:fails_after]:
            for output in group:
                self._broker.append(output, created_ms)
        if fails_after is not None:
            raise self._broker.faults.error()


class MemoryConsumer:
    """See `runtime.broker.GroupConsumer`; also a `runtime.memory_group.Member`."""

    def __init__(self, broker: MemoryBroker, policy: GroupPolicy) -> None:
        self.static_member_id = policy.static_member_id
        self._membership: Membership | None = None
        self._broker = broker
        self._topic = policy.topic
        self._group = broker.group(policy.group_id)
        self._positions: dict[TopicPartition, int] = {}
        self._paused: set[TopicPartition] = set()
        self._fenced = False

    async def connect(self) -> None:
        await self._broker.faults.present.wait()

    async def start(self, membership: Membership) -> None:
        await self.connect()
        self._membership = membership
        await self._group.join(self, self._broker.partitions(self._topic))

    async def stop(self) -> None:
        if self._membership is not None and not self._fenced:
            await self._group.leave(self, self._broker.partitions(self._topic))

    async def expire(self) -> None:
        """This member's session ends as if its process had died."""
        await self._group.expire(self, self._broker.partitions(self._topic))

    async def fetch(self) -> Fetched:
        while True:
            await self._broker.faults.present.wait()
            if self._fenced:
                raise Displaced(f"another {self.static_member_id} has joined")
            found = self._read()
            if found:
                return found
            await self._broker.growth()

    async def committed(self, partition: TopicPartition) -> int | None:
        return self._group.committed.get(partition)

    async def log_range(self, partition: TopicPartition) -> LogRange:
        return self._broker.log_range(partition)

    def begin(self, partition: TopicPartition, offset: int) -> None:
        self._positions[partition] = offset
        self._broker.interrupt()

    def pause(self, partition: TopicPartition) -> None:
        self._paused.add(partition)

    def resume(self, partition: TopicPartition) -> None:
        self._paused.discard(partition)
        self._broker.interrupt()

    def is_paused(self, partition: TopicPartition) -> bool:
        return partition in self._paused

    def known_end(self, partition: TopicPartition) -> int | None:
        return self._broker.log_range(partition).end

    async def commit(self, offsets: Mapping[TopicPartition, int]) -> None:
        await asyncio.sleep(0)
        for partition in offsets:
            if not self._group.holds(self, partition):
                raise NotOwner(f"{partition.topic}/{partition.partition} is another's")
        self._group.committed.update(offsets)

    @property
    def membership(self) -> Membership:
        if self._membership is None:
            raise RuntimeError("the consumer has not been started")
        return self._membership

    def take(self) -> None:
        self._positions.clear()
        self._paused.clear()

    def drop(self) -> None:
        self._positions.clear()

    def fence(self) -> None:
        self._fenced = True
        self._broker.interrupt()

    def _read(self) -> dict[TopicPartition, list[Record]]:
        found: dict[TopicPartition, list[Record]] = {}
        for partition, offset in self._positions.items():
            if partition not in self._paused:
                records = self._broker.read(partition, offset, _FETCH_RECORDS)
                if records:
                    found[partition] = records
        for partition, records in found.items():
            self._positions[partition] = records[-1].offset + 1
        return found


class MemoryReader:
    """See `runtime.broker.Reader`."""

    def __init__(self, broker: MemoryBroker) -> None:
        self._broker = broker

    async def connect(self, topics: Sequence[str]) -> None:
        del topics
        await self._broker.faults.present.wait()

    async def log_range(self, partition: TopicPartition) -> LogRange:
        return self._broker.log_range(partition)

    async def ends(self, partitions: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
        return {partition: self._broker.log_range(partition).end for partition in partitions}

    async def read_range(self, topic: str, partition: int, first: int, end: int) -> AsyncIterator[Sequence[Record]]:
        where = TopicPartition(topic, partition)
        position = first
        while position < end:
            batch = self._broker.read(where, position, min(_FETCH_RECORDS, end - position))
            if not batch:
                await self._broker.growth()
                continue
            position = batch[-1].offset + 1
            yield batch

    async def follow(self, positions: Mapping[TopicPartition, int], *, gather_ms: int = 0) -> AsyncIterator[Fetched]:
        del gather_ms  # a fetch costs nothing here
        at = dict(positions)
        while True:
            found = {it: records for it in at if (records := self._broker.read(it, at[it], _FETCH_RECORDS))}
            if not found:
                await self._broker.growth()
                continue
            at.update({it: records[-1].offset + 1 for it, records in found.items()})
            yield found

    async def stop(self) -> None:
        return
