from __future__ import annotations

import asyncio

import pytest

from runtime.clock import ManualClock
from runtime.errors import LogBroken
from runtime.memory import BrokerFault, MemoryBroker, records_of
from runtime.records import Output, TopicPartition

WHERE = TopicPartition("in", 0)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(now_ms=1_000)


@pytest.fixture
def broker(clock: ManualClock) -> MemoryBroker:
    return MemoryBroker({"in": 1, "out": 2}, clock, log_append_time=["in"])


async def test_the_brokers_clock_stamps_at_the_append_and_the_producers_at_the_send(
    broker: MemoryBroker, clock: ManualClock
) -> None:
    broker.faults.go_away()
    outputs = [Output("in", b"k", b"v"), Output("out", b"k", b"v", partition=0)]
    sending = asyncio.create_task(broker.producer().send(outputs))
    await asyncio.sleep(0)
    clock.advance_ms(500)
    broker.faults.come_back()
    await asyncio.wait_for(sending, 60)
    assert [it.timestamp_ms for it in records_of(broker, "in")] == [1_500]
    assert [it.timestamp_ms for it in records_of(broker, "out")] == [1_000]


async def test_a_planted_fault_appends_only_the_first_partitions_and_strikes_once(broker: MemoryBroker) -> None:
    outputs = [Output("out", b"k", str(n).encode(), partition=n % 2) for n in range(4)]
    broker.faults.fail_next_send(after_partitions=1)
    with pytest.raises(BrokerFault):
        await broker.producer().send(outputs)
    assert [it.value for it in records_of(broker, "out")] == [b"0", b"2"]
    await broker.producer().send(outputs)
    assert len(records_of(broker, "out")) == 6


async def test_nothing_is_created_on_demand(broker: MemoryBroker) -> None:
    with pytest.raises(LookupError):
        await broker.producer().send([Output("nowhere", b"k", b"v")])


def test_what_was_truncated_cannot_be_read(broker: MemoryBroker) -> None:
    for number in range(5):
        broker.append(Output("in", b"k", str(number).encode()), 0)
    broker.truncate(WHERE, first=3)
    assert [it.offset for it in broker.read(WHERE, 3, 10)] == [3, 4]
    for offset in (2, 6):
        with pytest.raises(LogBroken):
            broker.read(WHERE, offset, 1)


def test_a_topic_made_anew_starts_at_zero(broker: MemoryBroker) -> None:
    broker.append(Output("in", b"k", b"old"), 0)
    broker.recreate("in")
    assert broker.append(Output("in", b"k", b"new"), 0).offset == 0
