"""The newest decisions and messages in memory, so that many polls cost one reading of the log.

Follows every partition of both topics from the first poll on, and stops when nobody has polled for `idle_ms`. Each
polled adapter has a feed: what concerns it, in the order in which it came, complete for every partition from
`feed.start` to `tail.positions`. What lies before is read from Kafka (see `polling`).
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Final, NamedTuple

import msgspec

from producers.http.feed import marks_in, shown
from runtime.broker import Fetched, Reader
from runtime.clock import Clock
from runtime.log import Logger
from runtime.records import Record, TopicPartition
from runtime.stage import LogRange
from schemas.topics import MESSAGES, ROUTING_DECISIONS

PARTITIONS: Final = tuple(
    TopicPartition(topic.name, number) for topic in (ROUTING_DECISIONS, MESSAGES) for number in range(topic.partitions)
)
Positions = dict[TopicPartition, int]


class TailPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """`most_kept` events a feed stay in memory; a tail or feed that nobody polls for `idle_ms` is dropped."""

    most_kept: int = 5_000
    idle_ms: int = 60_000


class Entry(NamedTuple):
    """One event of a feed: where it lies, and the CloudEvent as JSON."""

    partition: TopicPartition
    offset: int
    event: bytes


class Feed:
    """What concerns one adapter."""

    def __init__(self, workspace: str, mark: str, start: Positions, most_kept: int) -> None:
        self.workspace = workspace
        self.mark = mark
        self.start = start
        self.entries: deque[Entry] = deque()
        self.changed = asyncio.Event()
        self.polled_s = 0.0
        self._most_kept = most_kept

    def add(self, record: Record) -> None:
        """Takes a record that may concern this adapter."""
        event = shown(record, self.workspace, self.mark)
        if event is None:
            return
        self.entries.append(Entry(TopicPartition(record.topic, record.partition), record.offset, event))
        if len(self.entries) > self._most_kept:
            oldest = self.entries.popleft()
            self.start[oldest.partition] = oldest.offset + 1
        self.wake()

    def wake(self) -> None:
        """Lets every waiting poll look again."""
        self.changed.set()
        self.changed = asyncio.Event()


class Tail:
    """All feeds of this process, and the one follower that fills them."""

    def __init__(self, reader: Reader, clock: Clock, log: Logger, policy: TailPolicy) -> None:
        self._reader = reader
        self._clock = clock
        self._log = log
        self._policy = policy
        self._feeds: dict[bytes, Feed] = {}
        self._following: asyncio.Task[None] | None = None
        self._starting = asyncio.Lock()
        self._stopped = False
        self.positions: Positions = {}

    async def feed(self, workspace: str, mark: str) -> Feed:
        """The feed of that adapter, begun at the present end of the log when it is new. After `stop` nothing fills it."""
        async with self._starting:
            if self._following is None:
                self.positions = await self._ends()
                if not self._stopped:
                    self._following = asyncio.create_task(self._follow(), name="decisions-tail")
        feed = self._feeds.get(mark.encode())
        if feed is None:
            feed = Feed(workspace, mark, dict(self.positions), self._policy.most_kept)
            self._feeds[mark.encode()] = feed
        feed.polled_s = self._clock.monotonic()
        return feed

    def drop_idle(self) -> None:
        """Forgets feeds that nobody polls; without any, the follower ends. A poll that still waits for one answers."""
        oldest_s = self._clock.monotonic() - self._policy.idle_ms / 1000
        for mark in [mark for mark, feed in self._feeds.items() if feed.polled_s < oldest_s]:
            self._feeds.pop(mark).wake()
        if not self._feeds and self._following is not None:
            self._following.cancel()
            self._following = None

    async def stop(self) -> None:
        """Lets waiting polls go and ends the follower."""
        self._stopped = True
        self._release()
        following, self._following = self._following, None
        if following is not None:
            following.cancel()
            await asyncio.wait([following])

    def dropped(self, feed: Feed) -> bool:
        """The feed is no longer filled."""
        return self._feeds.get(feed.mark.encode()) is not feed

    @property
    def stopped(self) -> bool:
        """The process ends: polls answer at once."""
        return self._stopped

    def take(self, fetched: Fetched) -> None:
        """Sorts what was read into the feeds."""
        for partition, records in fetched.items():
            for record in records:
                for mark in marks_in(record):
                    feed = self._feeds.get(mark)
                    if feed is not None:
                        feed.add(record)
            self.positions[partition] = records[-1].offset + 1

    async def _follow(self) -> None:
        try:
            async for fetched in self._reader.follow(self.positions):
                self.take(fetched)
        except Exception as error:
            self._log.exception("tail.failed", exc_info=error)
            self._following = None
            self._release()

    def _release(self) -> None:
        """Polls that wait look again, find nothing and answer; the next poll begins anew."""
        feeds, self._feeds = self._feeds, {}
        for feed in feeds.values():
            feed.wake()

    async def _ends(self) -> Positions:
        return await bounds_of(self._reader, PARTITIONS, lambda found: found.end)


async def bounds_of(
    reader: Reader, partitions: tuple[TopicPartition, ...], choose: Callable[[LogRange], int]
) -> Positions:
    """One bound of each partition's log."""
    found = await asyncio.gather(*(reader.log_range(partition) for partition in partitions))
    return dict(zip(partitions, map(choose, found), strict=True))
