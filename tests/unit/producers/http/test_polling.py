from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import cast

import msgspec
import pytest
from aiokafka.errors import NodeNotReadyError

from producers.http import cursor
from producers.http.access import Admitted
from producers.http.polling import Page, Polling, PollPolicy
from producers.http.problems import Kind
from producers.http.tail import Tail, TailPolicy
from runtime import log
from runtime.broker import Reader
from runtime.clock import ManualClock, SystemClock
from runtime.memory import MemoryBroker
from runtime.problems import Problem
from runtime.records import TopicPartition
from runtime.settings import LogLevel
from runtime.stage import LogRange
from schemas import ids
from schemas.topics import TOPICS
from tests.support.waiting import eventually
from tests.unit.producers.http.test_tail import ABOUT, MARK, a_message

ADMITTED = Admitted(workspace="bookcity", adapter="web", key_id="hk_1")


@pytest.fixture
async def broker() -> MemoryBroker:
    return MemoryBroker({topic.name: topic.partitions for topic in TOPICS}, SystemClock())


@pytest.fixture
async def polling(broker: MemoryBroker) -> AsyncIterator[Polling]:
    clock, reader = SystemClock(), broker.reader()
    tail = Tail(reader, clock, log.configure("http", "test", LogLevel.ERROR), TailPolicy())
    policy = PollPolicy(most_events=4, stretch_records=10, most_polls=2, answer_timeout_ms=60_000)
    yield Polling(tail, reader, clock, policy)
    await tail.stop()


def numbers(page: Page) -> list[int]:
    return [int(msgspec.json.decode(event)["id"].removeprefix("m_")) for event in page.events]


def test_a_page_is_json() -> None:
    assert Page((b'{"a":1}', b"{}"), "x", more=True).body() == b'{"events":[{"a":1},{}],"after":"x","more":true}'
    assert Page((), "x").body() == b'{"events":[],"after":"x","more":false}'


async def test_without_a_cursor_the_answer_is_empty_and_stands_at_the_end(
    polling: Polling, broker: MemoryBroker
) -> None:
    broker.append(a_message(1), 0)
    page = await polling.page(ADMITTED, None, 50)
    assert page.events == ()
    assert sum(cursor.decode(page.after, MARK, 32).messages) == 1


async def test_from_the_beginning_pages_are_whole_and_say_when_there_is_more(
    polling: Polling, broker: MemoryBroker
) -> None:
    for number in range(10):
        broker.append(a_message(number), 0)
    first = await polling.page(ADMITTED, cursor.FIRST, 0)
    second = await polling.page(ADMITTED, first.after, 0)
    third = await polling.page(ADMITTED, second.after, 0)
    fourth = await polling.page(ADMITTED, third.after, 0)
    assert [numbers(page) for page in (first, second, third, fourth)] == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9], []]
    assert (first.more, second.more, fourth.more) == (True, True, False)
    assert numbers(await polling.page(ADMITTED, first.after, 0)) == [4, 5, 6, 7]


async def test_a_long_stretch_without_anything_of_ones_own_is_passed_in_bounded_pages(
    polling: Polling, broker: MemoryBroker
) -> None:
    foreign = next(
        about
        for about in (ids.interaction_id("bookcity", "phone", str(number)) for number in range(1_000))
        if broker.append(a_message(0, about), 0).partition == broker.append(a_message(1, ABOUT), 0).partition
    )
    for number in range(30):
        broker.append(a_message(number, foreign), 0)
    broker.append(a_message(7), 0)
    seen: list[int] = []
    page = await polling.page(ADMITTED, cursor.FIRST, 0)
    async with asyncio.timeout(60):
        while page.more:
            seen += numbers(page)
            page = await polling.page(ADMITTED, page.after, 0)
    seen += numbers(page)
    assert seen[-1] == 7
    assert set(seen[:-1]) == {1}


async def test_a_poll_waits_no_longer_than_asked(polling: Polling) -> None:
    after = (await polling.page(ADMITTED, None, 0)).after
    async with asyncio.timeout(60):
        page = await polling.page(ADMITTED, after, 1)
    assert page.events == ()
    assert page.after == after


async def test_only_so_many_polls_wait_at_once(polling: Polling) -> None:
    after = (await polling.page(ADMITTED, None, 0)).after
    waiting = [asyncio.create_task(polling.page(ADMITTED, after, 50)) for _ in range(2)]
    await eventually(lambda: polling.under_way == 2)
    with pytest.raises(Problem) as caught:
        await polling.page(ADMITTED, after, 0)
    assert caught.value.kind is Kind.OVERLOADED
    for task in waiting:
        task.cancel()
    await asyncio.wait(waiting)


async def test_what_the_log_no_longer_holds_is_gone(polling: Polling, broker: MemoryBroker) -> None:
    record = broker.append(a_message(1), 0)
    [held] = [partition for partition in broker.partitions("messages.v1") if partition.partition == record.partition]
    old = cursor.encode(cursor.new(MARK, 0, (0,) * 32))
    broker.truncate(held, first=1)
    with pytest.raises(Problem) as caught:
        await polling.page(ADMITTED, old, 0)
    assert caught.value.kind is Kind.CURSOR_EXPIRED


async def test_what_comes_after_a_waiting_polls_feed_was_dropped_is_in_its_next_page(broker: MemoryBroker) -> None:
    clock, reader = ManualClock(), broker.reader()
    tail = Tail(reader, clock, log.configure("http", "test", LogLevel.ERROR), TailPolicy(idle_ms=1_000))
    polling = Polling(tail, reader, clock, PollPolicy())
    other = Admitted(workspace="bookcity", adapter="phone", key_id="hk_2")
    after = (await polling.page(ADMITTED, None, 0)).after
    waiting = asyncio.create_task(polling.page(ADMITTED, after, 60))
    await eventually(lambda: polling.under_way == 1)
    clock.advance_ms(2_000)
    await polling.page(other, None, 0)
    tail.drop_idle()
    record = broker.append(a_message(1), 0)
    await eventually(lambda: tail.positions[TopicPartition(record.topic, record.partition)] == record.offset + 1)
    page = await waiting
    assert numbers(page) + numbers(await polling.page(ADMITTED, page.after, 0)) == [1]
    await tail.stop()


class AwayReader:
    """The broker answers that it cannot just now."""

    async def log_range(self, partition: TopicPartition) -> LogRange:
        raise NodeNotReadyError(f"{partition.topic} is not there")


async def test_a_broker_that_says_it_is_away_is_no_failure_of_ours() -> None:
    clock, reader = ManualClock(), cast(Reader, AwayReader())
    tail = Tail(reader, clock, log.configure("http", "test", LogLevel.ERROR), TailPolicy())
    with pytest.raises(Problem) as caught:
        await Polling(tail, reader, clock, PollPolicy()).page(ADMITTED, None, 0)
    assert (caught.value.kind, caught.value.retry_after_s) == (Kind.NOT_READY, 2)
