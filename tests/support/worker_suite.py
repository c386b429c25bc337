"""What the partition worker promises, on any broker: order, acknowledgement before commit, hand-over, errors, crashes."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import msgspec
import pytest

from runtime import dead_letters
from runtime.broker import Broker, Displaced, GroupPolicy
from runtime.clock import SystemClock
from runtime.errors import Backpressure, LogBroken, Transient
from runtime.health import Health
from runtime.ids import random_id
from runtime.metrics import Metrics
from runtime.records import Output, Record, TopicPartition
from runtime.worker import Turn, WorkerPolicy, run_worker
from tests.support.broker_suite import Bench, producing, read_all, seated
from tests.support.faults import WORKER_POINTS, Crash, CrashingBroker, Planted
from tests.support.waiting import eventually
from tests.support.worker_stage import Story, sources

PARTITIONS = 3


class Run:
    """One running worker."""

    def __init__(self, task: asyncio.Task[None], stop: asyncio.Event, health: Health) -> None:
        self.task = task
        self.health = health
        self._stop = stop

    async def stop(self) -> None:
        self._stop.set()
        async with asyncio.timeout(60):
            await self.task

    async def failure(self) -> BaseException:
        """What it raised; it must end by itself."""
        await asyncio.wait({self.task}, timeout=60)
        assert self.task.done(), "the worker goes on"
        error = self.task.exception()
        assert error is not None, "the worker ended without an error"
        return error


class Scene:
    """An input topic with its dead letters, a target, one group, and the story of its stages."""

    def __init__(self, bench: Bench, source: str, target: str) -> None:
        self.bench = bench
        self.source = source
        self.target = target
        self.story = Story(target)
        self._running: asyncio.Task[None] | None = None
        self.policy = WorkerPolicy(
            group_id=random_id("g"),
            topic=source,
            idle_ms=20,
            commit_interval_ms=0,
            transient_pause_ms=5,
            backpressure_pause_ms=5,
            send_timeout_ms=20_000,
        )

    @contextlib.asynccontextmanager
    async def worker(
        self, broker: Broker | None = None, turn: Turn | None = None, **changes: object
    ) -> AsyncIterator[Run]:
        """A worker; stopped at the end of the block if it still runs."""
        stop, health = asyncio.Event(), Health()
        policy = msgspec.structs.replace(self.policy, **changes)
        kafka = broker or self.bench.broker
        work = run_worker(policy, self.story.stage, kafka, SystemClock(), Metrics(), stop, health, turn)
        run = Run(asyncio.create_task(work), stop, health)
        self._running = run.task
        try:
            yield run
            if not run.task.done():
                await run.stop()
        finally:
            run.task.cancel()
            await asyncio.wait({run.task})

    async def send(self, count: int, partition: int = 0, prefix: str = "") -> None:
        async with producing(self.bench.broker) as producer:
            await producer.send(
                [Output(self.source, b"k", f"{prefix}{n}".encode(), partition=partition) for n in range(count)]
            )

    async def copies(self) -> list[Record]:
        return [it for number in range(PARTITIONS) for it in await read_all(self.bench.broker, self.target, number)]

    async def dead(self) -> list[Record]:
        return await read_all(self.bench.broker, dead_letters.PREFIX + self.source)

    async def committed(self) -> dict[int, int | None]:
        """The group's positions, looked up by an outsider when no worker runs."""
        async with seated(self.bench.broker, GroupPolicy(group_id=self.policy.group_id, topic=self.source)) as seat:
            await eventually(lambda: len(seat.held) == PARTITIONS)
            return {
                number: await seat.consumer.committed(TopicPartition(self.source, number))
                for number in range(PARTITIONS)
            }

    def where(self, partition: int = 0) -> TopicPartition:
        return TopicPartition(self.source, partition)

    async def sent(self, next_offset: int, partition: int = 0) -> None:
        """Waits until everything of a partition below `next_offset` is acknowledged."""

        def is_sent() -> bool:
            if self._running is not None and self._running.done():
                self._running.result()
            return self.story.sent_to.get(self.where(partition)) == next_offset

        await eventually(is_sent, within_s=60, what=f"partition {partition} sent to {next_offset}")


async def scene_on(bench: Bench) -> Scene:
    source, target = await bench.topic(PARTITIONS), await bench.topic(PARTITIONS)
    await bench.create(dead_letters.PREFIX + source, 1)
    return Scene(bench, source, target)


class WorkerSuite:
    """Subclasses give a fixture `scene`."""

    async def test_every_record_is_handled_in_order_and_committed(self, scene: Scene) -> None:
        await scene.send(1_200)
        async with scene.worker(max_batch=100) as run:
            await scene.sent(1_200)
            await scene.send(300)
            await scene.sent(1_500)
            await run.stop()
        assert sorted(sources(await scene.copies())) == sorted(f"0/{n}" for n in range(1_500))
        assert max(len(offsets) for _, offsets in scene.story.batches) <= 100
        assert await scene.committed() == {0: 1_500, 1: None, 2: None}

    async def test_a_worker_with_a_turn_joins_when_it_comes_and_never_when_it_is_refused(self, scene: Scene) -> None:
        await scene.send(10)
        asked, may_join = asyncio.Event(), asyncio.Event()

        async def allowed() -> bool:
            asked.set()
            await may_join.wait()
            return True

        async def refused() -> bool:
            asked.set()
            return False

        async with scene.worker(turn=refused) as run:
            await asked.wait()
            await run.stop()
        asked.clear()
        async with scene.worker(turn=allowed) as run:
            await asked.wait()
            assert scene.story.batches == []
            assert run.health.ready_problems() != {}
            may_join.set()
            await scene.sent(10)

    async def test_a_worker_that_waits_for_its_turn_ends_when_told(self, scene: Scene) -> None:
        asked = asyncio.Event()

        async def never() -> bool:
            asked.set()
            await asyncio.Event().wait()
            return True

        async with scene.worker(turn=never) as run:
            await asked.wait()
            await run.stop()
        assert scene.story.batches == []

    async def test_sent_is_told_only_what_the_target_already_holds(self, scene: Scene) -> None:
        seen: list[tuple[int, int]] = []
        reader = scene.bench.broker.reader()

        async def look(next_offset: int) -> None:
            ranges = [await reader.log_range(TopicPartition(scene.target, number)) for number in range(PARTITIONS)]
            seen.append((next_offset, sum(it.end for it in ranges)))

        scene.story.on_sent = look
        await scene.send(50)
        async with scene.worker(max_batch=10):
            await scene.sent(50)
        await reader.stop()
        assert seen == [(10, 10), (20, 20), (30, 30), (40, 40), (50, 50)]

    async def test_a_worker_started_again_goes_on_where_it_stopped(self, scene: Scene) -> None:
        await scene.send(10)
        async with scene.worker():
            await scene.sent(10)
        await scene.send(10)
        async with scene.worker():
            await scene.sent(20)
        copies = sources(await scene.copies())
        assert sorted(copies) == sorted(f"0/{n}" for n in range(20))

    @pytest.mark.parametrize("point", WORKER_POINTS)
    async def test_a_crash_at_each_point_loses_nothing_and_commits_nothing_unsent(
        self, scene: Scene, point: Crash
    ) -> None:
        spared = 0 if point is Crash.READ else 1
        await scene.send(60, partition=0)
        await scene.send(60, partition=1)
        async with scene.worker(CrashingBroker(scene.bench.broker, point, spared), max_batch=15) as run:
            assert isinstance(await run.failure(), Planted)
        copied = set(sources(await scene.copies()))
        for partition, offset in (await scene.committed()).items():
            assert {f"{partition}/{n}" for n in range(offset or 0)} <= copied
        async with scene.worker():
            await scene.sent(60, partition=0)
            await scene.sent(60, partition=1)
        expected = {f"{partition}/{n}" for partition in (0, 1) for n in range(60)}
        assert set(sources(await scene.copies())) == expected

    async def test_after_a_failed_send_no_other_batch_of_the_partition_is_handed_over(self, scene: Scene) -> None:
        await scene.send(100)
        async with scene.worker(CrashingBroker(scene.bench.broker, Crash.APPLIED, spared=2), max_batch=10) as run:
            assert isinstance(await run.failure(), Planted)
        handled = [offset for _, offsets in scene.story.batches for offset in offsets]
        acknowledged = scene.story.sent_to[scene.where()]
        assert handled[-1] + 1 - acknowledged == 10

    async def test_what_the_stage_refuses_becomes_a_dead_letter_and_the_rest_goes_on(self, scene: Scene) -> None:
        scene.story.refused = {b"3": "planted: no such queue"}
        await scene.send(6)
        async with scene.worker():
            await scene.sent(6)
        [letter] = await scene.dead()
        origin = dead_letters.origin_of(letter)
        assert (letter.key, letter.value) == (b"k", b"3")
        assert origin == dead_letters.Origin(scene.source, 0, 3, scene.policy.group_id, "planted: no such queue")
        assert sorted(sources(await scene.copies())) == ["0/0", "0/1", "0/2", "0/4", "0/5"]

    async def test_a_record_that_makes_the_stage_raise_invalid_is_found_and_set_aside(self, scene: Scene) -> None:
        scene.story.invalid = {b"2", b"5"}
        await scene.send(6)
        async with scene.worker():
            await scene.sent(6)
        letters = await scene.dead()
        assert [(it.key, it.value) for it in letters] == [(b"k", b"2"), (b"k", b"5")]
        assert {it.reason for it in map(dead_letters.origin_of, letters) if it} == {"planted: not readable"}
        assert scene.story.passed_over == [2, 5]
        assert sorted(sources(await scene.copies())) == ["0/0", "0/1", "0/3", "0/4"]
        assert (await scene.committed())[0] == 6

    async def test_back_pressure_holds_one_partition_and_hands_the_same_batch_again(self, scene: Scene) -> None:
        scene.story.errors = [Backpressure()] * 5
        await scene.send(10, partition=0)
        async with scene.worker():
            await scene.sent(10, partition=0)
            await scene.send(5, partition=1)
            await scene.sent(5, partition=1)
        assert scene.story.errors == []
        assert sorted(sources(await scene.copies())) == sorted(
            [f"0/{n}" for n in range(10)] + [f"1/{n}" for n in range(5)]
        )

    async def test_a_passing_failure_is_repeated(self, scene: Scene) -> None:
        scene.story.errors = [Transient("planted")] * 3
        await scene.send(4)
        async with scene.worker(transient_retries=3):
            await scene.sent(4)
        assert sorted(sources(await scene.copies())) == ["0/0", "0/1", "0/2", "0/3"]

    async def test_a_failure_that_does_not_pass_ends_the_process(self, scene: Scene) -> None:
        scene.story.errors = [Transient("planted")] * 9
        await scene.send(4)
        async with scene.worker(transient_retries=2) as run:
            assert isinstance(await run.failure(), Transient)
        assert len(scene.story.errors) == 6
        assert await scene.committed() == {0: None, 1: None, 2: None}

    async def test_any_other_error_ends_the_process(self, scene: Scene) -> None:
        scene.story.errors = [Planted("a bug")]
        await scene.send(4)
        async with scene.worker() as run:
            assert isinstance(await run.failure(), Planted)
        assert await scene.copies() == []

    async def test_a_stage_that_cannot_be_made_ends_the_process(self, scene: Scene) -> None:
        scene.story.no_stage = Planted("a bug in the factory")
        async with scene.worker() as run:
            assert await run.failure() is scene.story.no_stage

    async def test_a_second_worker_takes_its_share_without_doing_anything_twice(self, scene: Scene) -> None:
        for partition in range(PARTITIONS):
            await scene.send(200, partition=partition)
        async with scene.worker(max_batch=7) as first:
            await eventually(lambda: len(scene.story.batches) > 3)
            async with scene.worker(max_batch=7) as second:
                await eventually(
                    lambda: not first.health.ready_problems() and not second.health.ready_problems(), within_s=60
                )
                for partition in range(PARTITIONS):
                    await scene.send(200, partition=partition)
                for partition in range(PARTITIONS):
                    await scene.sent(400, partition=partition)
        copies = sources(await scene.copies())
        assert len(copies) == len(set(copies)) == 400 * PARTITIONS
        for partition in range(PARTITIONS):
            lives = [it for it in scene.story.names(scene.where(partition)) if it in ("open", "closed")]
            assert lives == ["open", "closed"] * (len(lives) // 2), "closed before another opened it"

    async def test_a_worker_displaced_by_its_own_successor_ends(self, scene: Scene) -> None:
        await scene.send(5)
        async with scene.worker(static_member_id="copy-1") as first:
            await scene.sent(5)
            async with scene.worker(static_member_id="copy-1"):
                assert isinstance(await first.failure(), Displaced)
                await scene.send(5)
                await scene.sent(10)
        assert set(sources(await scene.copies())) == {f"0/{n}" for n in range(10)}

    async def test_a_stage_with_a_position_of_its_own_commits_nothing(self, scene: Scene) -> None:
        scene.story.start_at = {0: 0}
        await scene.send(8)
        async with scene.worker(commit=False):
            await scene.sent(8)
        scene.story.start_at = {0: 8}
        await scene.send(2)
        async with scene.worker(commit=False):
            await scene.sent(10)
        assert await scene.committed() == {0: None, 1: None, 2: None}
        assert sorted(sources(await scene.copies())) == sorted(f"0/{n}" for n in range(10))

    async def test_a_committed_position_beyond_the_end_is_an_error(self, scene: Scene) -> None:
        await scene.send(5)
        group = GroupPolicy(group_id=scene.policy.group_id, topic=scene.source)
        async with seated(scene.bench.broker, group) as seat:
            await eventually(lambda: len(seat.held) == PARTITIONS)
            await seat.consumer.commit({scene.where(): 6})
        async with scene.worker() as run:
            error = await run.failure()
            assert isinstance(error, LogBroken)
            assert "committed 6, but the log ends at 5" in str(error)

    async def test_a_stage_that_asks_for_what_the_log_does_not_have_ends_the_process(self, scene: Scene) -> None:
        scene.story.start_at = {0: 7}
        await scene.send(5)
        async with scene.worker(commit=False) as run:
            assert isinstance(await run.failure(), LogBroken)

    async def test_a_stage_is_idle_on_schedule_and_may_send(self, scene: Scene) -> None:
        said: list[Output] = []

        def once() -> list[Output]:
            if said:
                return []
            said.append(Output(scene.target, b"tick", b"tick"))
            return said

        scene.story.on_idle = once
        async with scene.worker():
            await eventually(lambda: all(scene.story.idles[scene.where(n)] > 5 for n in range(PARTITIONS)))
        assert [it.value for it in await scene.copies()] == [b"tick"]

    async def test_a_worker_is_ready_once_its_stages_are_open(self, scene: Scene) -> None:
        scene.story.hold_open.clear()
        async with scene.worker() as run:
            await eventually(lambda: len(scene.story.events) == PARTITIONS)
            [reason] = run.health.ready_problems().values()
            assert reason.startswith("recovering")
            scene.story.hold_open.set()
            await eventually(lambda: run.health.ready_problems() == {})

    async def test_a_stop_during_recovery_does_not_wait_for_it(self, scene: Scene) -> None:
        scene.story.hold_open.clear()
        async with scene.worker() as run:
            await eventually(lambda: len(scene.story.events) == PARTITIONS)
            await run.stop()
        assert scene.story.names(scene.where()) == ["opening", "closed"]

    async def test_a_small_inbox_pauses_the_partition_and_everything_still_comes(self, scene: Scene) -> None:
        for start in range(0, 3_000, 1_000):
            await scene.send(1_000, prefix=f"{start}-")
        async with scene.worker(inbox_records=50, max_batch=20):
            await scene.sent(3_000)
        assert len(set(sources(await scene.copies()))) == 3_000
