"""A member of a Kafka group, as the partition worker needs it.

aiokafka swallows what a rebalance listener raises and starts to fetch as soon as a position is known: so an assigned
partition is paused at a placeholder position, in the same step, until `begin`. Any error that a fetch raises is let
through: a member that was displaced gets `KafkaError` on every fetch, and must end.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener
from aiokafka.errors import CommitFailedError, OffsetOutOfRangeError
from aiokafka.structs import ConsumerRecord
from aiokafka.structs import TopicPartition as KafkaPartition

from runtime.broker import Fetched, GroupPolicy, Membership, NotOwner
from runtime.errors import LogBroken
from runtime.kafka_clients import ClientSetup, make_group_consumer, started, stopped
from runtime.records import Record, TopicPartition
from runtime.stage import LogRange

_FETCH_TIMEOUT_MS: Final = 60_000


class KafkaGroupConsumer:
    """See `runtime.broker.GroupConsumer`."""

    def __init__(self, setup: ClientSetup, policy: GroupPolicy) -> None:
        self._setup = setup
        self._policy = policy
        self._started: AIOKafkaConsumer | None = None

    async def start(self, membership: Membership) -> None:
        def make() -> AIOKafkaConsumer:
            return make_group_consumer(self._setup, self._policy.group_id, self._policy.static_member_id)

        self._started = await started(self._setup, make)
        self._started.subscribe([self._policy.topic], listener=_Listener(self._started, membership))

    async def stop(self) -> None:
        await stopped(self._started)

    async def fetch(self) -> Fetched:
        try:
            fetched = await self._consumer.getmany(timeout_ms=_FETCH_TIMEOUT_MS)
        except OffsetOutOfRangeError as error:
            raise LogBroken(f"{self._policy.topic}: a position is outside the log: {error}") from error
        return {partition: [to_record(record) for record in records] for partition, records in fetched.items()}

    async def committed(self, partition: TopicPartition) -> int | None:
        offset: int | None = await self._consumer.committed(KafkaPartition(*partition))
        return offset

    async def log_range(self, partition: TopicPartition) -> LogRange:
        return await log_range(self._consumer, partition)

    def begin(self, partition: TopicPartition, offset: int) -> None:
        self._consumer.seek(KafkaPartition(*partition), offset)
        self._consumer.resume(KafkaPartition(*partition))

    def pause(self, partition: TopicPartition) -> None:
        self._consumer.pause(KafkaPartition(*partition))

    def resume(self, partition: TopicPartition) -> None:
        self._consumer.resume(KafkaPartition(*partition))

    def known_end(self, partition: TopicPartition) -> int | None:
        end: int | None = self._consumer.highwater(KafkaPartition(*partition))
        return end

    async def commit(self, offsets: Mapping[TopicPartition, int]) -> None:
        try:
            await self._consumer.commit({KafkaPartition(*partition): offset for partition, offset in offsets.items()})
        except CommitFailedError as error:
            raise NotOwner(str(error)) from error

    @property
    def _consumer(self) -> AIOKafkaConsumer:
        if self._started is None:
            raise RuntimeError("the consumer has not been started")
        return self._started


class _Listener(ConsumerRebalanceListener):  # type: ignore[misc] # aiokafka has no types
    def __init__(self, consumer: AIOKafkaConsumer, membership: Membership) -> None:
        self._consumer = consumer
        self._membership = membership

    async def on_partitions_assigned(self, assigned: Iterable[KafkaPartition]) -> None:
        held = [TopicPartition(*partition) for partition in assigned]
        for partition in held:
            self._consumer.seek(KafkaPartition(*partition), 0)
            self._consumer.pause(KafkaPartition(*partition))
        self._membership.assigned(held)

    async def on_partitions_revoked(self, revoked: Iterable[KafkaPartition]) -> None:
        await self._membership.revoked([TopicPartition(*partition) for partition in revoked])


def to_record(record: ConsumerRecord) -> Record:
    """The product's own record of aiokafka's."""
    return Record(
        record.topic, record.partition, record.offset, record.timestamp, record.key, record.value, record.headers
    )


async def log_range(consumer: AIOKafkaConsumer, partition: TopicPartition) -> LogRange:
    """Asks the broker for the bounds of a partition's log."""
    wanted = KafkaPartition(*partition)
    first = await consumer.beginning_offsets([wanted])
    end = await consumer.end_offsets([wanted])
    return LogRange(first=first[wanted], end=end[wanted])
