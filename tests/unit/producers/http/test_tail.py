from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import cast

import pytest

from producers.http.tail import PARTITIONS, Tail, TailPolicy
from runtime import log
from runtime.broker import Fetched, Reader
from runtime.clock import ManualClock
from runtime.memory import MemoryBroker
from runtime.records import Output, Record, TopicPartition
from runtime.settings import LogLevel
from runtime.stage import LogRange
from schemas import ids
from schemas.codec import encode
from schemas.envelope import Envelope, to_headers
from schemas.messages import Author, MessagePosted
from schemas.topics import MESSAGES, TOPICS
from tests.support.waiting import eventually

MARK = ids.adapter_mark("bookcity", "web")
ABOUT = ids.interaction_id("bookcity", "web", "c1")


def a_message(number: int, about: str = ABOUT) -> Output:
    message = MessagePosted(
        workspace="bookcity", interaction_id=about, message_id=f"m_{number}", author=Author.AGENT, sent_at_ms=number
    )
    return Output(
        MESSAGES.name, about.encode(), encode(message), to_headers(Envelope(id="1", source="/x", type="message.posted"))
    )


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def broker(clock: ManualClock) -> MemoryBroker:
    return MemoryBroker({topic.name: topic.partitions for topic in TOPICS}, clock)


@pytest.fixture
async def tail(broker: MemoryBroker, clock: ManualClock) -> AsyncIterator[Tail]:
    logger = log.configure("http", "test", LogLevel.ERROR)
    tail = Tail(broker.reader(), clock, logger, TailPolicy(most_kept=3, idle_ms=1_000))
    yield tail
    await tail.stop()


async def test_a_feed_begins_at_the_end_of_the_log_and_gets_what_comes(tail: Tail, broker: MemoryBroker) -> None:
    old = broker.append(a_message(1), 0)
    feed = await tail.feed("bookcity", MARK)
    partition = TopicPartition(MESSAGES.name, old.partition)
    assert feed.start[partition] == 1
    changed = feed.changed
    broker.append(a_message(2), 0)
    await changed.wait()
    assert [(entry.partition, entry.offset) for entry in feed.entries] == [(partition, 1)]
    assert tail.positions[partition] == 2


async def test_what_concerns_another_adapter_moves_the_position_but_is_not_kept(
    tail: Tail, broker: MemoryBroker
) -> None:
    feed = await tail.feed("bookcity", MARK)
    record = broker.append(a_message(1, ids.interaction_id("bookcity", "phone", "x")), 0)
    partition = TopicPartition(MESSAGES.name, record.partition)
    await eventually(lambda: tail.positions[partition] == 1)
    assert not feed.entries


async def test_a_full_feed_forgets_its_oldest_and_says_from_where_it_is_complete(
    tail: Tail, broker: MemoryBroker
) -> None:
    feed = await tail.feed("bookcity", MARK)
    records = [broker.append(a_message(number), 0) for number in range(5)]
    partition = TopicPartition(MESSAGES.name, records[0].partition)
    await eventually(lambda: tail.positions[partition] == 5)
    assert [entry.offset for entry in feed.entries] == [2, 3, 4]
    assert feed.start[partition] == 2


async def test_a_feed_that_nobody_polls_is_dropped_and_with_the_last_one_the_reading_ends(
    tail: Tail, clock: ManualClock
) -> None:
    feed = await tail.feed("bookcity", MARK)
    clock.advance_ms(900)
    tail.drop_idle()
    assert not tail.dropped(feed)
    clock.advance_ms(200)
    tail.drop_idle()
    assert tail.dropped(feed)
    again = await tail.feed("bookcity", MARK)
    assert again is not feed
    assert set(again.start) == set(PARTITIONS)


class BreakingReader:
    """A reader whose first following breaks when told to."""

    def __init__(self, inner: Reader) -> None:
        self._inner = inner
        self.broken = asyncio.Event()
        self._begun = 0

    async def connect(self, topics: Sequence[str]) -> None:
        await self._inner.connect(topics)

    async def log_range(self, partition: TopicPartition) -> LogRange:
        return await self._inner.log_range(partition)

    def read_range(self, topic: str, partition: int, first: int, end: int) -> AsyncIterator[Sequence[Record]]:
        return self._inner.read_range(topic, partition, first, end)

    async def ends(self, partitions: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
        return await self._inner.ends(partitions)

    async def follow(self, positions: Mapping[TopicPartition, int], *, gather_ms: int = 0) -> AsyncIterator[Fetched]:
        self._begun += 1
        if self._begun == 1:
            await self.broken.wait()
            raise RuntimeError("planted")
        async for fetched in self._inner.follow(positions, gather_ms=gather_ms):
            yield fetched

    async def stop(self) -> None:
        await self._inner.stop()


async def test_when_the_reading_breaks_waiting_polls_are_let_go_and_the_next_begins_anew(
    broker: MemoryBroker, clock: ManualClock
) -> None:
    reader = BreakingReader(broker.reader())
    tail = Tail(reader, clock, log.configure("http", "test", LogLevel.ERROR), TailPolicy())
    feed = await tail.feed("bookcity", MARK)
    changed = feed.changed
    reader.broken.set()
    await changed.wait()
    assert tail.dropped(feed)
    again = await tail.feed("bookcity", MARK)
    changed = again.changed
    broker.append(a_message(1), 0)
    await changed.wait()
    assert [entry.offset for entry in again.entries] == [0]
    await tail.stop()


async def test_a_poll_that_comes_while_the_process_stops_begins_no_reading_that_nobody_ends(
    broker: MemoryBroker, clock: ManualClock
) -> None:
    reader = CountingReader(broker.reader())
    tail = Tail(cast(Reader, reader), clock, log.configure("http", "test", LogLevel.ERROR), TailPolicy())
    await tail.stop()
    feed = await tail.feed("bookcity", MARK)
    await asyncio.sleep(0)
    assert reader.followed == 0
    assert set(feed.start) == set(PARTITIONS)


class CountingReader:
    """Says how often somebody began to follow."""

    def __init__(self, inner: Reader) -> None:
        self._inner = inner
        self.log_range = inner.log_range
        self.followed = 0

    def follow(self, positions: Mapping[TopicPartition, int]) -> AsyncIterator[Fetched]:
        self.followed += 1
        return self._inner.follow(positions)
