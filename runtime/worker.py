"""The partition worker: runs a stream stage over the partitions that its group gives it.

- Records of a partition are handed over in order and batches never overlap.
- A batch's outputs and dead letters are acknowledged before `sent`, `sent` comes before the commit, and nothing else of
  the partition is handed over before that. A failed send ends the process.
- At a rebalance the batch in hand is finished and committed, the stage closed, and only then the partition given up.
- Whatever the group or the log answers that is not known to pass is raised: restart is recovery, and the only one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Final

import msgspec

from runtime.broker import Broker, GroupPolicy, NotOwner
from runtime.clock import Clock
from runtime.commits import Commits
from runtime.health import Health
from runtime.metrics import Metrics
from runtime.pump import OrderedSender, PartitionPump, PumpPolicy
from runtime.records import TopicPartition
from runtime.settings import Worker as WorkerSettings
from runtime.stage import StageFactory
from runtime.worker_metrics import PartitionMetrics

_OBSERVE_S: Final = 0.5
Turn = Callable[[], Awaitable[bool]]
"""Awaited before the group is joined; False = never join."""


class WorkerPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """What a worker does. `commit` False: positions never come from the group (the stage keeps its own).
    `gather_ms`: see `runtime.broker.GroupPolicy`.
    """

    group_id: str
    topic: str
    static_member_id: str | None = None
    gather_ms: int = 0
    commit: bool = True
    max_batch: int = 500
    inbox_records: int = 4_096
    idle_ms: int = 200
    commit_interval_ms: int = 100
    transient_retries: int = 8
    transient_pause_ms: int = 100
    backpressure_pause_ms: int = 100
    send_timeout_ms: int = 120_000


def worker_policy(
    settings: WorkerSettings,
    *,
    group_id: str,
    topic: str,
    instance: str,
    commit: bool = True,
    idle_ms: int | None = None,
    gather_ms: int = 0,
) -> WorkerPolicy:
    """The policy of a stage by the settings; `instance` is its static member's name."""
    return WorkerPolicy(
        group_id=group_id,
        topic=topic,
        static_member_id=instance,
        gather_ms=gather_ms,
        commit=commit,
        max_batch=settings.max_batch,
        inbox_records=settings.inbox_records,
        idle_ms=settings.idle_ms if idle_ms is None else idle_ms,
        commit_interval_ms=settings.commit_interval_ms,
        transient_retries=settings.transient_retries,
        transient_pause_ms=settings.transient_pause_ms,
        backpressure_pause_ms=settings.backpressure_pause_ms,
        send_timeout_ms=settings.send_timeout_ms,
    )


async def run_worker(
    policy: WorkerPolicy,
    factory: StageFactory,
    kafka: Broker,
    clock: Clock,
    metrics: Metrics,
    stop: asyncio.Event,
    health: Health | None = None,
    turn: Turn | None = None,
) -> None:
    """Works until `stop` is set, then leaves cleanly; raises what must end the process.

    With `health` the worker is ready once it has its partitions and their stages are open. With `turn` it connects, and
    joins the group only when its turn has come.
    """
    worker = _Worker(policy, factory, kafka, clock, metrics, turn)
    if health is not None:
        health.add_ready(f"worker:{policy.topic}", worker.not_ready)
    try:
        await worker.run(stop)
    except BaseExceptionGroup as group:
        raise _first(group) from None


class _Worker:
    """A `Membership` of its group's consumer."""

    def __init__(
        self,
        policy: WorkerPolicy,
        factory: StageFactory,
        kafka: Broker,
        clock: Clock,
        metrics: Metrics,
        turn: Turn | None = None,
    ) -> None:
        self._policy = policy
        self._turn = turn
        self._pump_policy = PumpPolicy(
            stage_name=policy.group_id,
            commit=policy.commit,
            max_batch=policy.max_batch,
            inbox_records=policy.inbox_records,
            transient_retries=policy.transient_retries,
            transient_pause_ms=policy.transient_pause_ms,
            backpressure_pause_ms=policy.backpressure_pause_ms,
        )
        self._factory = factory
        self._clock = clock
        self._metrics = metrics
        group = GroupPolicy(
            group_id=policy.group_id,
            topic=policy.topic,
            static_member_id=policy.static_member_id,
            gather_ms=policy.gather_ms,
        )
        self._consumer = kafka.consumer(group)
        self._producer = kafka.producer()
        commits = metrics.commits.labels(policy.topic)
        self._commits = Commits(self._consumer, clock, policy.commit_interval_ms, commits)
        self._pumps: dict[TopicPartition, PartitionPump] = {}
        self._running: dict[TopicPartition, asyncio.Task[None]] = {}
        self._tasks = asyncio.TaskGroup()
        self._has_assignment = False
        self._stopping = False

    async def run(self, stop: asyncio.Event) -> None:
        try:
            async with self._tasks:
                works = (self._fetch(), self._tick(), self._observe(), self._commits.run())
                background = [self._tasks.create_task(work) for work in works]
                await stop.wait()
                self._stopping = True
                await self._give_up(list(self._pumps))
                for task in background:
                    task.cancel()
        finally:
            await self._consumer.stop()
            await self._producer.stop()

    def not_ready(self) -> str | None:
        """The check of readiness."""
        if not self._has_assignment:
            return "the group has given no partitions yet"
        closed = [str(pump.partition.partition) for pump in self._pumps.values() if not pump.is_open]
        return f"recovering {', '.join(closed)} of {self._policy.topic}" if closed else None

    def assigned(self, partitions: Iterable[TopicPartition]) -> None:
        """See `runtime.broker.Membership`. Clients swallow what this raises: errors end the worker another way."""
        if self._stopping:
            return
        self._metrics.rebalances.labels(self._policy.topic).inc()
        try:
            for partition in partitions:
                pump = self._pumps[partition] = self._pump(partition)
                self._running[partition] = self._tasks.create_task(pump.run(), name=f"pump:{partition}")
        except Exception as error:
            self._fail(error)
        self._has_assignment = True

    async def revoked(self, partitions: Iterable[TopicPartition]) -> None:
        """See `runtime.broker.Membership`; errors as with `assigned`."""
        self._has_assignment = False
        try:
            await self._give_up([partition for partition in partitions if partition in self._running])
        except Exception as error:
            self._fail(error)

    def _pump(self, partition: TopicPartition) -> PartitionPump:
        sender = OrderedSender(self._producer, self._policy.send_timeout_ms)
        return PartitionPump(
            partition,
            self._factory(partition, sender),
            sender,
            self._consumer,
            self._pump_policy,
            self._clock,
            PartitionMetrics(self._metrics, partition),
            self._done,
        )

    def _done(self, partition: TopicPartition, next_offset: int) -> None:
        if self._policy.commit:
            self._commits.note(partition, next_offset)

    async def _give_up(self, partitions: list[TopicPartition]) -> None:
        """Returns when these are finished, committed and closed."""
        running = [self._running[partition] for partition in partitions]
        for partition in partitions:
            self._pumps[partition].close()
        if running:
            await asyncio.wait(running)
        for partition in partitions:
            self._running.pop(partition, None)
            self._pumps.pop(partition, None)
        try:
            await self._commits.flush()
        except NotOwner:
            # Whoever has these partitions now does the uncommitted batch again: at least once, as promised.
            self._metrics.lost_commits.labels(self._policy.topic).inc()

    async def _fetch(self) -> None:
        async with asyncio.TaskGroup() as connecting:
            connecting.create_task(self._producer.start())
            connecting.create_task(self._consumer.connect())
        if self._turn is not None and not await self._turn():
            return
        await self._consumer.start(self)
        while True:
            for partition, records in (await self._consumer.fetch()).items():
                pump = self._pumps.get(partition)
                if pump is not None:
                    pump.feed(records)

    async def _tick(self) -> None:
        while True:
            await self._clock.sleep(self._policy.idle_ms / 1000)
            for pump in self._pumps.values():
                pump.wake()

    async def _observe(self) -> None:
        held = self._metrics.partitions.labels(self._policy.topic)
        while True:
            await self._clock.sleep(_OBSERVE_S)
            now_ms = self._clock.now_ms()
            for pump in self._pumps.values():
                pump.observe_lag(now_ms)
            held.set(sum(pump.is_open for pump in self._pumps.values()))

    def _fail(self, error: Exception) -> None:
        async def failing() -> None:
            raise error

        self._tasks.create_task(failing())


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The error that came first: the others are its consequences."""
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
