"""What any broker behind `runtime.broker` must do. Run against the one in memory and against a real Kafka."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable, Sequence

import pytest

from runtime.broker import Broker, Displaced, GroupConsumer, GroupPolicy, Producer
from runtime.errors import LogBroken
from runtime.ids import random_id
from runtime.partitioner import partition_of
from runtime.records import Output, Record, TopicPartition
from runtime.stage import LogRange
from tests.support.waiting import eventually


class Bench:
    """A broker under test, with topics made on demand."""

    broker: Broker

    async def topic(self, partitions: int = 1, *, log_append_time: bool = False) -> str:
        """A new, empty topic."""
        name = random_id("topic")
        await self.create(name, partitions, log_append_time=log_append_time)
        return name

    async def create(self, name: str, partitions: int, *, log_append_time: bool = False) -> None:
        """As `topic`, with a name given."""
        raise NotImplementedError

    async def drop_before(self, partition: TopicPartition, first: int) -> None:
        """What lies before `first` is gone, as by retention."""
        raise NotImplementedError


class Seat:
    """A membership that begins every partition where the group left it, and notes what happens."""

    def __init__(self, consumer: GroupConsumer) -> None:
        self.consumer = consumer
        self.held: set[TopicPartition] = set()
        self.records: list[Record] = []
        self.failure: Exception | None = None
        self.revocations = 0
        self._beginnings: set[asyncio.Task[None]] = set()

    def assigned(self, partitions: Iterable[TopicPartition]) -> None:
        for partition in partitions:
            task = asyncio.create_task(self._begin(partition))
            self._beginnings.add(task)

    async def revoked(self, partitions: Iterable[TopicPartition]) -> None:
        self.revocations += 1
        self.held.difference_update(partitions)

    async def read(self) -> None:
        """Reads until it fails or is cancelled."""
        try:
            while True:
                for records in (await self.consumer.fetch()).values():
                    self.records.extend(records)
        except Exception as error:
            self.failure = error

    def values(self) -> list[bytes | None]:
        return [record.value for record in self.records]

    async def _begin(self, partition: TopicPartition) -> None:
        committed = await self.consumer.committed(partition)
        self.consumer.begin(partition, committed or 0)
        self.held.add(partition)


@contextlib.asynccontextmanager
async def seated(broker: Broker, policy: GroupPolicy) -> AsyncIterator[Seat]:
    """A member of the group while the block runs."""
    consumer = broker.consumer(policy)
    seat = Seat(consumer)
    await consumer.start(seat)
    reading = asyncio.create_task(seat.read())
    try:
        yield seat
    finally:
        reading.cancel()
        await asyncio.wait({reading})
        await consumer.stop()


@contextlib.asynccontextmanager
async def producing(broker: Broker) -> AsyncIterator[Producer]:
    producer = broker.producer()
    await producer.start()
    try:
        yield producer
    finally:
        await producer.stop()


async def read_all(broker: Broker, topic: str, partition: int = 0) -> list[Record]:
    """Everything that a partition holds now."""
    reader = broker.reader()
    try:
        bounds = await reader.log_range(TopicPartition(topic, partition))
        batches = reader.read_range(topic, partition, bounds.first, bounds.end)
        return [record async for batch in batches for record in batch]
    finally:
        await reader.stop()


def numbered(topic: str, count: int, *, key: bytes = b"k") -> list[Output]:
    return [Output(topic, key, str(number).encode(), (("h", b"v"),)) for number in range(count)]


def values(records: Sequence[Record]) -> list[bytes | None]:
    return [record.value for record in records]


class BrokerSuite:
    """Subclasses give a fixture `bench`."""

    async def test_a_sent_record_comes_back_whole(self, bench: Bench) -> None:
        topic = await bench.topic()
        async with producing(bench.broker) as producer:
            await producer.send([Output(topic, b"key", b"value", (("a", b"1"), ("b", b"2")))])
        [record] = await read_all(bench.broker, topic)
        assert (record.topic, record.partition, record.offset) == (topic, 0, 0)
        assert (record.key, record.value, record.headers) == (b"key", b"value", (("a", b"1"), ("b", b"2")))

    async def test_a_reader_that_was_connected_before_reads_and_asks_like_any_other(self, bench: Bench) -> None:
        topic = await bench.topic(2)
        reader = bench.broker.reader()
        await reader.connect([topic])
        async with producing(bench.broker) as producer:
            await producer.send([Output(topic, b"k", b"v", partition=1)])
        assert await reader.log_range(TopicPartition(topic, 1)) == LogRange(first=0, end=1)
        assert [it.value async for batch in reader.read_range(topic, 1, 0, 1) for it in batch] == [b"v"]
        await reader.stop()

    async def test_a_record_without_value_or_key_keeps_being_without(self, bench: Bench) -> None:
        topic = await bench.topic()
        async with producing(bench.broker) as producer:
            await producer.send([Output(topic, b"gone", None), Output(topic, None, b"alone", partition=0)])
        assert [(it.key, it.value) for it in await read_all(bench.broker, topic)] == [(b"gone", None), (None, b"alone")]

    async def test_many_records_of_one_call_keep_their_order_in_each_partition(self, bench: Bench) -> None:
        topic = await bench.topic(4)
        keys = [b"north", b"south", b"east", b"west"]
        outputs = [Output(topic, keys[n % 4], str(n).encode()) for n in range(4_000)]
        async with producing(bench.broker) as producer:
            await producer.send(outputs)
        for number in range(4):
            expected = [it.value for it in outputs if partition_of(it.key or b"", 4) == number]
            assert values(await read_all(bench.broker, topic, number)) == expected

    async def test_calls_one_after_the_other_keep_their_order(self, bench: Bench) -> None:
        topic = await bench.topic()
        async with producing(bench.broker) as producer:
            for start in range(0, 60, 3):
                await producer.send([Output(topic, b"k", str(n).encode()) for n in range(start, start + 3)])
        assert values(await read_all(bench.broker, topic)) == [str(n).encode() for n in range(60)]

    async def test_a_call_larger_than_one_batch_keeps_its_order(self, bench: Bench) -> None:
        topic = await bench.topic()
        outputs = [Output(topic, b"k", str(n).encode() + b"." * 10_000) for n in range(200)]
        async with producing(bench.broker) as producer:
            await producer.send(outputs)
        assert values(await read_all(bench.broker, topic)) == [output.value for output in outputs]

    async def test_a_record_with_neither_key_nor_partition_is_refused(self, bench: Bench) -> None:
        topic = await bench.topic(2)
        async with producing(bench.broker) as producer:
            with pytest.raises(ValueError, match="needs a key"):
                await producer.send([Output(topic, None, b"v")])
            with pytest.raises(ValueError, match="no partition 7"):
                await producer.send([Output(topic, b"k", b"v", partition=7)])

    async def test_partitions_are_counted(self, bench: Bench) -> None:
        topic = await bench.topic(3)
        async with producing(bench.broker) as producer:
            assert await producer.partition_count(topic) == 3

    async def test_the_broker_stamps_records_where_the_topic_says_so(self, bench: Bench) -> None:
        topic = await bench.topic(log_append_time=True)
        async with producing(bench.broker) as producer:
            await producer.send(numbered(topic, 3))
            await producer.send(numbered(topic, 1))
        stamps = [record.timestamp_ms for record in await read_all(bench.broker, topic)]
        assert stamps == sorted(stamps)
        assert len(set(stamps[:3])) == 1

    async def test_a_range_is_read_to_its_end_and_no_further(self, bench: Bench) -> None:
        topic = await bench.topic()
        async with producing(bench.broker) as producer:
            await producer.send(numbered(topic, 100))
        reader = bench.broker.reader()
        assert await reader.log_range(TopicPartition(topic, 0)) == LogRange(0, 100)
        offsets = [it.offset async for batch in reader.read_range(topic, 0, 10, 60) for it in batch]
        nothing = [it async for it in reader.read_range(topic, 0, 5, 5)]
        await reader.stop()
        assert offsets == list(range(10, 60))
        assert nothing == []

    async def test_a_range_that_is_gone_is_an_error(self, bench: Bench) -> None:
        topic = await bench.topic()
        async with producing(bench.broker) as producer:
            await producer.send(numbered(topic, 20))
        await bench.drop_before(TopicPartition(topic, 0), 10)
        reader = bench.broker.reader()
        assert await reader.log_range(TopicPartition(topic, 0)) == LogRange(10, 20)
        with pytest.raises(LogBroken):
            [it async for it in reader.read_range(topic, 0, 3, 20)]
        assert len([it async for batch in reader.read_range(topic, 0, 10, 20) for it in batch]) == 10
        await reader.stop()

    async def test_ends_of_several_logs_are_told_at_once(self, bench: Bench) -> None:
        one, other = await bench.topic(2), await bench.topic()
        async with producing(bench.broker) as producer:
            await producer.send([Output(one, None, b"a", partition=1)] * 3)
            await producer.send(numbered(other, 2))
        places = [TopicPartition(one, 0), TopicPartition(one, 1), TopicPartition(other, 0)]
        reader = bench.broker.reader()
        assert await reader.ends(places) == dict(zip(places, (0, 3, 2), strict=True))
        assert await reader.ends([]) == {}
        await reader.stop()

    async def test_one_range_after_the_other_is_read_whole_whichever_topic_it_is_of(self, bench: Bench) -> None:
        topics = [await bench.topic() for _ in range(2)]
        async with producing(bench.broker) as producer:
            for topic in topics:
                await producer.send(numbered(topic, 30))
        reader = bench.broker.reader()
        for topic in (*topics, *topics):
            found = [it async for batch in reader.read_range(topic, 0, 10, 30) for it in batch]
            assert [(it.topic, it.offset) for it in found] == [(topic, offset) for offset in range(10, 30)]
            assert await reader.log_range(TopicPartition(topic, 0)) == LogRange(0, 30)
        await reader.stop()

    async def test_a_follower_that_gathers_sees_even_a_little(self, bench: Bench) -> None:
        topic = await bench.topic()
        reader = bench.broker.reader()
        async with producing(bench.broker) as producer:
            await producer.send(numbered(topic, 3))
            follower = reader.follow({TopicPartition(topic, 0): 1}, gather_ms=20)
            fetched = await anext(follower)
            await follower.aclose()  # type: ignore[attr-defined]
        assert [record.offset for records in fetched.values() for record in records] == [1, 2]
        await reader.stop()

    async def test_a_member_that_gathers_gets_even_a_little(self, bench: Bench) -> None:
        topic = await bench.topic()
        policy = GroupPolicy(group_id=random_id("group"), topic=topic, gather_ms=20)
        async with producing(bench.broker) as producer, seated(bench.broker, policy) as seat:
            await producer.send(numbered(topic, 2))
            await eventually(lambda: len(seat.records) == 2)

    async def test_a_follower_sees_what_comes_later(self, bench: Bench) -> None:
        topic = await bench.topic(2)
        reader = bench.broker.reader()
        seen: list[bytes | None] = []

        async def follow() -> None:
            async for fetched in reader.follow({TopicPartition(topic, 0): 1, TopicPartition(topic, 1): 0}):
                seen.extend(record.value for records in fetched.values() for record in records)

        async with producing(bench.broker) as producer:
            await producer.send([Output(topic, None, b"skipped", partition=0)])
            following = asyncio.create_task(follow())
            await producer.send([Output(topic, None, b"first", partition=0)])
            await eventually(lambda: seen == [b"first"])
            await producer.send([Output(topic, None, b"second", partition=1)])
            await eventually(lambda: seen == [b"first", b"second"])
            following.cancel()
            await asyncio.wait({following})
        await reader.stop()

    async def test_a_group_goes_on_where_it_committed(self, bench: Bench) -> None:
        topic = await bench.topic()
        policy = GroupPolicy(group_id=random_id("g"), topic=topic)
        where = TopicPartition(topic, 0)
        async with producing(bench.broker) as producer:
            await producer.send(numbered(topic, 10))
            async with seated(bench.broker, policy) as first:
                await eventually(lambda: len(first.records) == 10)
                assert await first.consumer.committed(where) is None
                await first.consumer.commit({where: 7})
            async with seated(bench.broker, policy) as second:
                await eventually(lambda: len(second.records) == 3)
                assert [record.offset for record in second.records] == [7, 8, 9]
                assert second.consumer.known_end(where) == 10

    async def test_two_members_share_the_partitions_and_the_other_takes_all_when_one_leaves(self, bench: Bench) -> None:
        topic = await bench.topic(4)
        every = {TopicPartition(topic, number) for number in range(4)}
        policy = GroupPolicy(group_id=random_id("g"), topic=topic)
        async with seated(bench.broker, policy) as first:
            await eventually(lambda: first.held == every)
            async with seated(bench.broker, policy) as second:
                await eventually(lambda: len(first.held) == 2 and len(second.held) == 2, within_s=60)
                assert first.held | second.held == every
                assert first.revocations >= 1
            await eventually(lambda: first.held == every, within_s=60)

    async def test_a_static_member_that_comes_back_displaces_its_older_self(self, bench: Bench) -> None:
        topic = await bench.topic(2)
        every = {TopicPartition(topic, number) for number in range(2)}
        policy = GroupPolicy(group_id=random_id("g"), topic=topic, static_member_id="one")
        async with seated(bench.broker, policy) as first:
            await eventually(lambda: first.held == every)
            async with seated(bench.broker, policy) as second:
                await eventually(lambda: second.held == every, within_s=60)
                await eventually(lambda: isinstance(first.failure, Displaced), within_s=60)
                with pytest.raises(Displaced):
                    await first.consumer.fetch()
                async with producing(bench.broker) as producer:
                    await producer.send([Output(topic, None, b"after", partition=1)])
                await eventually(lambda: second.values() == [b"after"])
                assert second.failure is None

    async def test_a_paused_partition_waits_and_loses_nothing(self, bench: Bench) -> None:
        topic = await bench.topic(2)
        policy = GroupPolicy(group_id=random_id("g"), topic=topic)
        quiet, busy = TopicPartition(topic, 0), TopicPartition(topic, 1)
        async with producing(bench.broker) as producer, seated(bench.broker, policy) as seat:
            await eventually(lambda: len(seat.held) == 2)
            seat.consumer.pause(quiet)
            await producer.send([Output(topic, None, b"quiet", partition=0)])
            await producer.send([Output(topic, None, b"busy", partition=1)])
            await eventually(lambda: seat.values() == [b"busy"])
            seat.consumer.resume(quiet)
            await eventually(lambda: seat.values() == [b"busy", b"quiet"])
            assert busy in seat.held
