"""Crashes at the numbered points of the architecture, planted between a stage and its broker; any broker will do.

1 read, 2 applied, 3 a part sent, 4 all sent, 5 committed, 6 snapshot chunks, 7 manifest. The router commits nothing, as
its position is the snapshots': after point 7 comes the partition's index.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum

from runtime.broker import Broker, Fetched, GroupConsumer, GroupPolicy, Membership, Producer, Reader
from runtime.records import Output, TopicPartition
from schemas.topics import ROUTING_DECISIONS, ROUTING_SNAPSHOTS

INDEX_KEY = b"index"


class Crash(StrEnum):
    """Where it ends. Parts of a batch: its first record, or its first half."""

    READ = "read"
    APPLIED = "applied"
    FIRST_SENT = "first_sent"
    HALF_SENT = "half_sent"
    ALL_SENT = "all_sent"
    SNAPSHOT_CHUNKS = "snapshot_chunks"
    SNAPSHOT_MANIFEST = "snapshot_manifest"
    SNAPSHOT_INDEX = "snapshot_index"


class Planted(Exception):
    """A planted crash of a process that is only a task."""


class CrashingBroker:
    """Calls `crash` when `point` is reached after it was spared so often; `crash` must not return."""

    def __init__(self, inner: Broker, point: Crash, spared: int, crash: Callable[[], None]) -> None:
        self._inner = inner
        self._point = point
        self._spared = spared
        self._crash = crash
        self.crashed = False

    def consumer(self, policy: GroupPolicy) -> GroupConsumer:
        return _Consumer(self._inner.consumer(policy), self)

    def producer(self) -> Producer:
        return _Producer(self._inner.producer(), self)

    def reader(self) -> Reader:
        return self._inner.reader()

    def is_due(self, point: Crash) -> bool:
        """Counts one more time that `point` is reached; whether this is the time."""
        if point is not self._point or self.crashed:
            return False
        self._spared -= 1
        return self._spared < 0

    def crash(self) -> None:
        self.crashed = True
        self._crash()


class _Producer:
    def __init__(self, inner: Producer, plan: CrashingBroker) -> None:
        self._inner = inner
        self._plan = plan
        self.start = inner.start
        self.stop = inner.stop
        self.partition_count = inner.partition_count

    async def send(self, outputs: Sequence[Output]) -> None:
        for point, sent in _cuts(outputs):
            if self._plan.is_due(point):
                if sent:
                    await self._inner.send(outputs[:sent])
                self._plan.crash()
        await self._inner.send(outputs)


def _cuts(outputs: Sequence[Output]) -> list[tuple[Crash, int]]:
    """The points that lie in this send, each with how many of its records are sent by then."""
    whole = len(outputs)
    if not outputs:
        return []
    if outputs[0].topic == ROUTING_DECISIONS.name:
        parts = [(Crash.FIRST_SENT, 1), (Crash.HALF_SENT, whole // 2)] if whole > 1 else []
        return [(Crash.APPLIED, 0), *parts, (Crash.ALL_SENT, whole)]
    if outputs[0].topic == ROUTING_SNAPSHOTS.name:
        if outputs[0].key == INDEX_KEY:
            return [(Crash.SNAPSHOT_INDEX, whole)]
        return [(Crash.SNAPSHOT_CHUNKS, whole - 1), (Crash.SNAPSHOT_MANIFEST, whole)]
    return []


class _Consumer:
    def __init__(self, inner: GroupConsumer, plan: CrashingBroker) -> None:
        self._inner = inner
        self._plan = plan
        self.connect = inner.connect
        self.committed = inner.committed
        self.log_range = inner.log_range
        self.begin = inner.begin
        self.pause = inner.pause
        self.resume = inner.resume
        self.known_end = inner.known_end
        self.stop = inner.stop

    async def start(self, membership: Membership) -> None:
        await self._inner.start(membership)

    async def fetch(self) -> Fetched:
        fetched = await self._inner.fetch()
        if self._plan.is_due(Crash.READ):
            self._plan.crash()
        return fetched

    async def commit(self, offsets: Mapping[TopicPartition, int]) -> None:
        await self._inner.commit(offsets)
