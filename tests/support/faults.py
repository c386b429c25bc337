"""Crashes at the numbered points of the architecture, planted between a stage and its broker; any broker will do.

1 read, 2 applied, 3 a part sent, 4 all sent, 5 committed, 6 snapshot chunks, 7 manifest. What the router sends to its own
log or to dead letters is no point; it commits nothing, as its position is the snapshots': after 7 comes the partition's index.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum

from runtime import dead_letters
from runtime.broker import Broker, Fetched, GroupConsumer, GroupPolicy, Producer, Reader
from runtime.records import Output, TopicPartition
from schemas.snapshots import INDEX_KEY
from schemas.topics import ROUTING_INPUTS, ROUTING_SNAPSHOTS


class Crash(StrEnum):
    """Where it ends. Parts of a batch: its first record, or its first half."""

    READ = "read"
    APPLIED = "applied"
    FIRST_SENT = "first_sent"
    HALF_SENT = "half_sent"
    ALL_SENT = "all_sent"
    COMMITTED = "committed"
    SNAPSHOT_CHUNKS = "snapshot_chunks"
    SNAPSHOT_MANIFEST = "snapshot_manifest"
    SNAPSHOT_INDEX = "snapshot_index"


ROUTER_POINTS = tuple(point for point in Crash if point is not Crash.COMMITTED)
WORKER_POINTS = (Crash.READ, Crash.APPLIED, Crash.FIRST_SENT, Crash.ALL_SENT, Crash.COMMITTED)
"""Those that a worker passes whose stage keeps no snapshots."""


class Planted(Exception):
    """A planted crash of a process that is only a task."""


def end_task() -> None:
    """The crash of such a process."""
    raise Planted


class CrashingBroker:
    """Calls `crash` when `point` is reached after it was spared so often, once; `crash` must not return."""

    def __init__(self, inner: Broker, point: Crash, spared: int, crash: Callable[[], None] = end_task) -> None:
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

    def reach(self, point: Crash) -> None:
        """Crashes if it is time."""
        if self.is_due(point):
            self.crash()


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
    topic = outputs[0].topic
    if topic == ROUTING_INPUTS.name or topic.startswith(dead_letters.PREFIX):
        return []
    if topic == ROUTING_SNAPSHOTS.name:
        if outputs[0].key == INDEX_KEY.encode():
            return [(Crash.SNAPSHOT_INDEX, whole)]
        return [(Crash.SNAPSHOT_CHUNKS, whole - 1), (Crash.SNAPSHOT_MANIFEST, whole)]
    parts = [(Crash.FIRST_SENT, 1), (Crash.HALF_SENT, whole // 2)] if whole > 1 else []
    return [(Crash.APPLIED, 0), *parts, (Crash.ALL_SENT, whole)]


class _Consumer:
    def __init__(self, inner: GroupConsumer, plan: CrashingBroker) -> None:
        self._inner = inner
        self._plan = plan
        self.connect = inner.connect
        self.start = inner.start
        self.committed = inner.committed
        self.log_range = inner.log_range
        self.begin = inner.begin
        self.pause = inner.pause
        self.resume = inner.resume
        self.known_end = inner.known_end
        self.stop = inner.stop

    async def fetch(self) -> Fetched:
        fetched = await self._inner.fetch()
        self._plan.reach(Crash.READ)
        return fetched

    async def commit(self, offsets: Mapping[TopicPartition, int]) -> None:
        await self._inner.commit(offsets)
        self._plan.reach(Crash.COMMITTED)
