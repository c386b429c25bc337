"""A member of a Kafka group, as the partition worker needs it.

aiokafka starts to fetch as soon as a position is known: so an assigned partition is paused at a placeholder position,
in the same step, until `begin`. A static member that the group no longer knows was displaced, or was silent too long;
aiokafka would join again and displace its successor in turn, for ever: here it is an error of the next fetch instead,
as is whatever else the coordinator answers that aiokafka does not know.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from typing import Final

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener
from aiokafka.errors import CommitFailedError, OffsetOutOfRangeError
from aiokafka.structs import ConsumerRecord
from aiokafka.structs import TopicPartition as KafkaPartition

from runtime.broker import Displaced, Fetched, GroupPolicy, Membership, NotOwner
from runtime.errors import LogBroken
from runtime.fetch_pace import FetchPace
from runtime.kafka_clients import ClientSetup, keep_fetches, make_group_consumer, started, stopped
from runtime.records import Record, TopicPartition
from runtime.stage import LogRange

_QUIET_MS: Final = 500
_NO_MEMBER: Final = ""


class KafkaGroupConsumer:
    """See `runtime.broker.GroupConsumer`."""

    def __init__(self, setup: ClientSetup, policy: GroupPolicy) -> None:
        self._setup = setup
        self._policy = policy
        self._started: AIOKafkaConsumer | None = None
        self._pace = FetchPace(setup.settings.fetch_max_wait_ms, policy.gather_ms)
        self._displaced: Displaced | None = None
        self._fetching: asyncio.Task[object] | None = None

    async def connect(self) -> None:
        def make() -> AIOKafkaConsumer:
            return make_group_consumer(self._setup, self._policy)

        if self._started is None:
            self._started = await started(self._setup, make)
            await self._started._coordinator.ensure_coordinator_known()  # noqa: SLF001 - else looked up when it joins

    async def start(self, membership: Membership) -> None:
        await self.connect()
        self._consumer.subscribe([self._policy.topic], listener=_Listener(self, membership))

    async def stop(self) -> None:
        await stopped(self._started)

    async def fetch(self) -> Fetched:
        self._fetching = asyncio.current_task()
        try:
            self._check_displaced()
            fetched = await self._consumer.getmany(timeout_ms=_QUIET_MS)
        except asyncio.CancelledError:
            if self._displaced is not None and self._fetching is not None:
                self._fetching.uncancel()
                self._check_displaced()
            raise
        except OffsetOutOfRangeError as error:
            raise LogBroken(f"{self._policy.topic}: a position is outside the log: {error}") from error
        finally:
            self._fetching = None
        self._pace.came(bool(fetched))
        keep_fetches(self._consumer, self._pace)
        return {partition: [to_record(record) for record in records] for partition, records in fetched.items()}

    async def committed(self, partition: TopicPartition) -> int | None:
        offset: int | None = await self._consumer.committed(KafkaPartition(*partition))
        return offset

    async def log_range(self, partition: TopicPartition) -> LogRange:
        return await log_range(self._consumer, partition)

    def begin(self, partition: TopicPartition, offset: int) -> None:
        self._consumer.seek(KafkaPartition(*partition), offset)
        self._consumer.resume(KafkaPartition(*partition))
        self._pace.held.discard(partition)
        keep_fetches(self._consumer, self._pace)

    def pause(self, partition: TopicPartition) -> None:
        self._consumer.pause(KafkaPartition(*partition))
        self._pace.paused.add(partition)
        keep_fetches(self._consumer, self._pace)

    def resume(self, partition: TopicPartition) -> None:
        self._consumer.resume(KafkaPartition(*partition))
        self._pace.paused.discard(partition)
        keep_fetches(self._consumer, self._pace)

    def known_end(self, partition: TopicPartition) -> int | None:
        end: int | None = self._consumer.highwater(KafkaPartition(*partition))
        return end

    async def commit(self, offsets: Mapping[TopicPartition, int]) -> None:
        try:
            await self._consumer.commit({KafkaPartition(*partition): offset for partition, offset in offsets.items()})
        except CommitFailedError as error:
            self.is_displaced()
            raise self._displaced or NotOwner(str(error)) from error

    @property
    def _consumer(self) -> AIOKafkaConsumer:
        if self._started is None:
            raise RuntimeError("the consumer has not been started")
        return self._started

    def is_displaced(self) -> bool:
        """Whether the group has dropped this static member; then the fetch under way, and every later one, fails."""
        forgotten = self._consumer._coordinator.member_id == _NO_MEMBER  # noqa: SLF001 - said nowhere else
        if self._policy.static_member_id is None or not forgotten:
            return False
        self._displaced = Displaced(f"{self._policy.group_id} has gone on without {self._policy.static_member_id}")
        if self._fetching is not None:
            self._fetching.cancel()
        return True

    def hold(self, partitions: Iterable[TopicPartition]) -> None:
        """Nothing of these is fetched, and no committed offset is needed, until `begin`."""
        self._pace.held, self._pace.paused = set(partitions), set()
        for partition in self._pace.held:
            self._consumer.seek(KafkaPartition(*partition), 0)
            self._consumer.pause(KafkaPartition(*partition))
        keep_fetches(self._consumer, self._pace)

    def _check_displaced(self) -> None:
        if self._displaced is not None:
            raise self._displaced


class _Listener(ConsumerRebalanceListener):  # type: ignore[misc] # aiokafka has no types
    def __init__(self, consumer: KafkaGroupConsumer, membership: Membership) -> None:
        self._consumer = consumer
        self._membership = membership
        self._was_member = False

    async def on_partitions_assigned(self, assigned: Iterable[KafkaPartition]) -> None:
        held = [TopicPartition(*partition) for partition in assigned]
        self._was_member = True
        self._consumer.hold(held)
        self._membership.assigned(held)

    async def on_partitions_revoked(self, revoked: Iterable[KafkaPartition]) -> None:
        if self._was_member and self._consumer.is_displaced():
            # Any other exception would be swallowed; this one ends aiokafka's coordination before it joins again.
            raise asyncio.CancelledError
        await self._membership.revoked([TopicPartition(*partition) for partition in revoked])


def to_record(record: ConsumerRecord) -> Record:
    """The product's own record of aiokafka's."""
    return Record(
        record.topic, record.partition, record.offset, record.timestamp, record.key, record.value, record.headers
    )


async def log_range(consumer: AIOKafkaConsumer, partition: TopicPartition) -> LogRange:
    """Asks the broker for the bounds of a partition's log."""
    wanted = KafkaPartition(*partition)
    first, end = await asyncio.gather(consumer.beginning_offsets([wanted]), consumer.end_offsets([wanted]))
    return LogRange(first=first[wanted], end=end[wanted])
