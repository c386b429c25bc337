from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping

import pytest

from runtime.broker import GroupPolicy, NotOwner
from runtime.clock import ManualClock
from runtime.commits import Commits
from runtime.memory import MemoryBroker
from runtime.memory_clients import MemoryConsumer
from runtime.metrics import Metrics
from runtime.records import TopicPartition
from tests.support.waiting import eventually

FIRST, SECOND = TopicPartition("in", 0), TopicPartition("in", 1)


class Member:
    """A membership that only holds."""

    def assigned(self, partitions: Iterable[TopicPartition]) -> None:
        self.held = list(partitions)

    async def revoked(self, partitions: Iterable[TopicPartition]) -> None:
        self.held = []


class Counting(MemoryConsumer):
    """Remembers each commit, and holds them up while `gate` is closed."""

    def __init__(self, broker: MemoryBroker) -> None:
        super().__init__(broker, GroupPolicy(group_id="g", topic="in"))
        self.commits: list[dict[TopicPartition, int]] = []
        self.gate = asyncio.Event()
        self.gate.set()

    async def commit(self, offsets: Mapping[TopicPartition, int]) -> None:
        self.commits.append(dict(offsets))
        await self.gate.wait()
        await super().commit(offsets)


@pytest.fixture
async def consumer() -> Counting:
    made = Counting(MemoryBroker({"in": 2}, ManualClock()))
    await made.start(Member())
    return made


def commits_of(consumer: Counting, clock: ManualClock, interval_ms: int = 50) -> Commits:
    return Commits(consumer, clock, interval_ms, Metrics().commits.labels("in"))


async def test_positions_noted_during_a_commit_go_out_together_with_the_next(consumer: Counting) -> None:
    clock = ManualClock()
    commits = commits_of(consumer, clock)
    running = asyncio.create_task(commits.run())
    consumer.gate.clear()
    commits.note(FIRST, 1)
    await eventually(lambda: consumer.commits == [{FIRST: 1}])
    for offset in (2, 3, 4):
        commits.note(FIRST, offset)
    commits.note(SECOND, 9)
    consumer.gate.set()
    await eventually(lambda: clock.until_next_ms == 50)
    clock.advance_ms(50)
    await eventually(lambda: consumer.commits == [{FIRST: 1}, {FIRST: 4, SECOND: 9}])
    running.cancel()
    await asyncio.wait({running})


async def test_two_commits_keep_their_distance(consumer: Counting) -> None:
    clock = ManualClock()
    commits = commits_of(consumer, clock)
    running = asyncio.create_task(commits.run())
    commits.note(FIRST, 1)
    await eventually(lambda: clock.until_next_ms == 50)
    commits.note(FIRST, 2)
    clock.advance_ms(49)
    await asyncio.sleep(0)
    assert len(consumer.commits) == 1
    clock.advance_ms(1)
    await eventually(lambda: consumer.commits == [{FIRST: 1}, {FIRST: 2}])
    running.cancel()
    await asyncio.wait({running})


async def test_a_flush_waits_for_nothing_and_commits_all_that_is_noted(consumer: Counting) -> None:
    commits = commits_of(consumer, ManualClock())
    await commits.flush()
    assert consumer.commits == []
    commits.note(FIRST, 7)
    await commits.flush()
    assert await consumer.committed(FIRST) == 7


async def test_a_commit_of_what_another_holds_is_refused(consumer: Counting) -> None:
    commits = commits_of(consumer, ManualClock())
    await consumer.expire()
    commits.note(FIRST, 7)
    with pytest.raises(NotOwner):
        await commits.flush()
    assert await consumer.committed(FIRST) is None
