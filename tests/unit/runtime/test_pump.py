from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence

import pytest

from runtime.broker import GroupPolicy
from runtime.clock import ManualClock
from runtime.errors import Backpressure, Invalid, LogBroken, Transient
from runtime.memory import MemoryBroker
from runtime.memory_clients import MemoryConsumer
from runtime.metrics import Metrics
from runtime.pump import TRANSIENT_CAP_MS, OrderedSender, PartitionPump, PumpPolicy
from runtime.records import Output, Record, TopicPartition
from runtime.stage import Handled, LogRange, PartitionStage
from runtime.worker_metrics import PartitionMetrics
from tests.support.waiting import eventually
from tests.support.worker_stage import Story

WHERE = TopicPartition("in", 0)


class Rig:
    """A pump on the broker in memory with a clock that tests move."""

    def __init__(self, stage: PartitionStage | None = None) -> None:
        self.clock = ManualClock()
        self.broker = MemoryBroker({"in": 1, "out": 1, "dlq.in": 1}, self.clock)
        self.story = Story("out")
        self.metrics = Metrics()
        self.consumer = MemoryConsumer(self.broker, GroupPolicy(group_id="g", topic="in"))
        self.done: list[int] = []
        sender = OrderedSender(self.broker.producer(), 1_000_000)
        self.pump = PartitionPump(
            WHERE,
            stage or self.story.stage(WHERE, sender),
            sender,
            self.consumer,
            PumpPolicy(stage_name="copy", max_batch=4, inbox_records=8, transient_retries=12, transient_pause_ms=100),
            self.clock,
            PartitionMetrics(self.metrics, WHERE),
            lambda _, next_offset: self.done.append(next_offset),
        )
        self.task = asyncio.create_task(self.pump.run())

    def records(self, count: int) -> list[Record]:
        start = self.broker.log_range(WHERE).end
        return [self.broker.append(Output("in", b"k", str(n).encode()), 0) for n in range(start, start + count)]

    async def settle(self, look: Callable[[], object]) -> None:
        await eventually(look, within_s=60)

    async def naps(self, errors: Sequence[Exception]) -> list[int]:
        """How long the pump waits before each next try, in milliseconds."""
        self.story.errors = list(errors)
        await self.settle(lambda: self.pump.is_open)
        self.pump.feed(self.records(1))
        lengths = []
        for left in range(len(errors) - 1, -1, -1):

            def napping(left: int = left) -> bool:
                return len(self.story.errors) == left and self.clock.until_next_ms is not None

            await self.settle(napping)
            lengths.append(self.clock.until_next_ms or 0)
            self.clock.advance_ms(lengths[-1])
        await self.settle(lambda: self.done)
        return lengths


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    made = Rig()
    yield made
    made.task.cancel()
    await asyncio.wait({made.task})


async def test_the_pause_before_a_repeated_try_doubles_up_to_its_cap(rig: Rig) -> None:
    naps = await rig.naps([Transient("planted")] * 8)
    assert naps == [100, 200, 400, 800, 1_600, 3_200, TRANSIENT_CAP_MS, TRANSIENT_CAP_MS]


async def test_back_pressure_waits_the_same_each_time_without_limit(rig: Rig) -> None:
    assert await rig.naps([Backpressure()] * 20) == [100] * 20


async def test_a_partition_is_paused_while_its_stage_cannot_take_more(rig: Rig) -> None:
    rig.story.errors = [Backpressure()]
    await rig.settle(lambda: rig.pump.is_open)
    rig.pump.feed(rig.records(1))
    await rig.settle(lambda: rig.consumer.is_paused(WHERE))
    rig.clock.advance_ms(100)
    await rig.settle(lambda: rig.done == [1])
    assert not rig.consumer.is_paused(WHERE)


async def test_a_full_inbox_pauses_the_partition_until_it_is_half_empty(rig: Rig) -> None:
    rig.story.errors = [Backpressure()]
    await rig.settle(lambda: rig.pump.is_open)
    rig.pump.feed(rig.records(20))
    await rig.settle(lambda: not rig.story.errors)
    assert rig.consumer.is_paused(WHERE)
    rig.clock.advance_ms(100)
    await rig.settle(lambda: rig.done == [4, 8, 12, 16, 20])
    assert not rig.consumer.is_paused(WHERE)


async def test_a_partition_lost_while_its_stage_cannot_take_more_is_given_up_at_once(rig: Rig) -> None:
    rig.story.errors = [Backpressure()] * 3
    await rig.settle(lambda: rig.pump.is_open)
    rig.pump.feed(rig.records(3))
    await rig.settle(lambda: len(rig.story.errors) == 2)
    rig.pump.close()
    await asyncio.wait_for(rig.task, 60)
    assert (rig.done, rig.story.names(WHERE)[-1]) == ([], "closed")


async def test_a_partition_lost_while_a_bad_record_is_looked_for_goes_no_further_than_what_was_taken(rig: Rig) -> None:
    rig.story.errors = [Invalid("planted: one of the three"), Backpressure()]
    await rig.settle(lambda: rig.pump.is_open)
    rig.pump.feed(rig.records(3))
    await rig.settle(lambda: not rig.story.errors)
    rig.pump.close()
    await asyncio.wait_for(rig.task, 60)
    assert (rig.done, rig.story.batches) == ([], []), "the first was never taken"


async def test_what_waits_in_the_inbox_is_dropped_when_the_partition_is_lost(rig: Rig) -> None:
    await rig.settle(lambda: rig.pump.is_open)
    rig.broker.faults.go_away()
    rig.pump.feed(rig.records(8))
    await rig.settle(lambda: rig.story.batches)
    rig.pump.close()
    rig.broker.faults.come_back()
    await asyncio.wait_for(rig.task, 60)
    assert rig.done == [4], "the batch in hand is finished, the next is another's"


class Sparing:
    """A stage that takes one record less than it is handed, if there are several."""

    def __init__(self) -> None:
        self.handed: list[list[int]] = []
        self.sent_to: list[int] = []

    async def open(self, committed: int | None, log: LogRange) -> int:
        return 0

    async def handle(self, batch: Sequence[Record]) -> Handled:
        self.handed.append([record.offset for record in batch])
        taken = max(1, len(batch) - 1)
        return Handled([Output("out", b"k", record.value) for record in batch[:taken]], taken=taken)

    async def sent(self, next_offset: int) -> None:
        self.sent_to.append(next_offset)

    async def idle(self) -> None: ...

    async def close(self) -> None: ...


async def test_what_a_stage_does_not_take_of_a_batch_comes_again_once_the_rest_is_sent() -> None:
    stage = Sparing()
    rig = Rig(stage)
    try:
        await rig.settle(lambda: rig.pump.is_open)
        rig.pump.feed(rig.records(6))
        await rig.settle(lambda: rig.done and rig.done[-1] == 6)
    finally:
        rig.task.cancel()
        await asyncio.wait({rig.task})
    assert stage.handed == [[0, 1, 2, 3], [3, 4, 5], [5]]
    assert stage.sent_to == rig.done == [3, 5, 6]
    assert rig.broker.log_range(TopicPartition("out", 0)).end == 6


async def test_records_that_come_again_end_the_process(rig: Rig) -> None:
    await rig.settle(lambda: rig.pump.is_open)
    records = rig.records(2)
    rig.pump.feed(records)
    await rig.settle(lambda: rig.done == [2])
    rig.pump.feed(records)
    with pytest.raises(RuntimeError, match="in/0: 0 came again after 2"):
        await asyncio.wait_for(rig.task, 60)


async def test_a_stage_may_recover_beyond_the_end_it_was_told_if_the_log_has_grown() -> None:
    rig = Rig()
    rig.story.hold_open.clear()
    rig.story.start_at = {0: 2}
    await rig.settle(lambda: rig.story.events)
    rig.records(2)
    rig.story.hold_open.set()
    await rig.settle(lambda: rig.pump.is_open)
    rig.pump.close()
    await asyncio.wait_for(rig.task, 60)
    assert rig.story.opened[0][1].end == 0


async def test_a_stage_that_recovers_beyond_the_log_is_an_error() -> None:
    rig = Rig()
    rig.story.start_at = {0: 2}
    with pytest.raises(LogBroken, match="cannot read from 2, the log has 0 to 0"):
        await asyncio.wait_for(rig.task, 60)


class SilentStage:
    """Takes everything without waiting for anything or sending, as a replay does; `turns`: another task's at each batch."""

    def __init__(self) -> None:
        self.turn = 0
        self.turns: list[int] = []

    async def open(self, committed: int | None, log: LogRange) -> int:
        return log.first

    async def handle(self, batch: Sequence[Record]) -> Handled:
        self.turns.append(self.turn)
        return Handled()

    async def sent(self, next_offset: int) -> None:
        return

    async def idle(self) -> None:
        return

    async def close(self) -> None:
        return

    async def beat(self) -> None:
        """A heartbeat."""
        while True:
            self.turn += 1
            await asyncio.sleep(0)


async def test_a_heartbeat_has_its_turn_between_batches_that_wait_for_nothing() -> None:
    stage = SilentStage()
    rig = Rig(stage)
    beating = asyncio.create_task(stage.beat())
    try:
        await rig.settle(lambda: rig.pump.is_open)
        rig.pump.feed(rig.records(20))
        await rig.settle(lambda: rig.done == [4, 8, 12, 16, 20])
        assert len(set(stage.turns)) == 5
    finally:
        beating.cancel()
        rig.task.cancel()
        await asyncio.wait({beating, rig.task})
