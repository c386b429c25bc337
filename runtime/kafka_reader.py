"""Reading partitions of Kafka outside any group: recovery, followers, dead letters, checks.

Clients are kept and used again, so that a recovery of many partitions does not connect many times. A kept one holds on to
its last partition, paused: a client of aiokafka's that is told of no topic asks at once for all there are, and decodes them.
One only asks for the bounds of logs, and keeps what it has learnt of topics.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Final

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import OffsetOutOfRangeError
from aiokafka.structs import ConsumerRecord
from aiokafka.structs import TopicPartition as KafkaPartition

from runtime.broker import Fetched
from runtime.errors import LogBroken
from runtime.fetch_pace import FetchPace
from runtime.kafka_clients import ClientSetup, keep_fetches, make_consumer, started, stopped
from runtime.kafka_group import log_range, to_record
from runtime.records import Record, TopicPartition
from runtime.stage import LogRange

_FETCH_TIMEOUT_MS: Final = 500
_RANGE_WAIT_MS: Final = 10
"""What is read up to an end is there: a fetch that finds nothing must not keep the client's next question waiting."""
_PARALLEL: Final = 8


class KafkaReader:
    """See `runtime.broker.Reader`. At most eight ranges are read at once; more wait."""

    def __init__(self, setup: ClientSetup) -> None:
        self._setup = setup
        self._asking: AIOKafkaConsumer | None = None
        self._start_asking = asyncio.Lock()
        self._free: list[AIOKafkaConsumer] = []
        self._slots = asyncio.Semaphore(_PARALLEL)

    async def connect(self, topics: Sequence[str]) -> None:
        asking = await self._asker()
        await asking.beginning_offsets([KafkaPartition(topic, 0) for topic in topics])
        for _ in range(len(self._free), _PARALLEL):
            self._free.append(await self._client())

    async def log_range(self, partition: TopicPartition) -> LogRange:
        return await log_range(await self._asker(), partition)

    async def ends(self, partitions: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
        async with self._borrowed() as consumer:
            found = await consumer.end_offsets([KafkaPartition(*partition) for partition in partitions])
        return {TopicPartition(*partition): end for partition, end in found.items()}

    async def read_range(self, topic: str, partition: int, first: int, end: int) -> AsyncIterator[Sequence[Record]]:
        """As `runtime.broker.Reader.read_range`; waits while the broker is away."""
        if first >= end:
            return
        wanted = KafkaPartition(topic, partition)
        async with self._borrowed() as consumer:
            consumer.assign([wanted])
            consumer.seek(wanted, first)
            position = first
            while position < end:
                records = await _fetch(consumer, f"{topic}/{partition} from {position}")
                batch = [to_record(record) for record in records.get(wanted, ()) if record.offset < end]
                position = await consumer.position(wanted)
                if batch:
                    yield batch
            consumer.pause(wanted)

    async def follow(self, positions: Mapping[TopicPartition, int], *, gather_ms: int = 0) -> AsyncIterator[Fetched]:
        """As `runtime.broker.Reader.follow`; waits while the broker is away."""
        consumer = await self._client()
        pace = FetchPace(self._setup.settings.fetch_max_wait_ms, gather_ms)
        try:
            wanted = {KafkaPartition(*partition): offset for partition, offset in positions.items()}
            consumer.assign(list(wanted))
            for partition, offset in wanted.items():
                consumer.seek(partition, offset)
            while True:
                keep_fetches(consumer, pace)
                fetched = await _fetch(consumer, "a followed position")
                pace.came(bool(fetched))
                if fetched:
                    yield {TopicPartition(*at): [to_record(record) for record in got] for at, got in fetched.items()}
        finally:
            await stopped(consumer)

    async def stop(self) -> None:
        free, self._free = self._free, []
        for consumer in free:
            await stopped(consumer)
        await stopped(self._asking)

    async def _asker(self) -> AIOKafkaConsumer:
        async with self._start_asking:
            if self._asking is None:
                self._asking = await self._client()
            return self._asking

    async def _client(self, **options: int) -> AIOKafkaConsumer:
        return await started(self._setup, lambda: make_consumer(self._setup, **options))

    @contextlib.asynccontextmanager
    async def _borrowed(self) -> AsyncIterator[AIOKafkaConsumer]:
        async with self._slots:
            consumer = self._free.pop() if self._free else await self._client(fetch_max_wait_ms=_RANGE_WAIT_MS)
            try:
                yield consumer
            except BaseException:
                await stopped(consumer)
                raise
            self._free.append(consumer)


async def _fetch(consumer: AIOKafkaConsumer, what: str) -> dict[KafkaPartition, list[ConsumerRecord]]:
    try:
        fetched: dict[KafkaPartition, list[ConsumerRecord]] = await consumer.getmany(timeout_ms=_FETCH_TIMEOUT_MS)
    except OffsetOutOfRangeError as error:
        raise LogBroken(f"{what}: outside the log") from error
    return fetched
