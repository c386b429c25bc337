"""GET decisions: one page of what concerns an adapter, waiting for it if there is none yet.

A poll answers events in the log's order for each interaction's decisions and for each interaction's messages, none left
out and none twice, as long as the adapter hands back the cursor of the page before. The same cursor gives the same
events again, so a page lost on the way is no loss. What is older than the tail in memory is read from Kafka, a bounded
stretch for each answer; `more` says that the next page is there already.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Final

import msgspec
from aiokafka.errors import KafkaError

from producers.http import cursor as cursors
from producers.http.access import Admitted
from producers.http.feed import marks_in, shown
from producers.http.problems import Kind
from producers.http.tail import PARTITIONS, Entry, Feed, Positions, Tail, bounds_of
from runtime.broker import Reader
from runtime.clock import Clock
from runtime.errors import LogBroken
from runtime.partitioner import partition_of
from runtime.problems import Problem
from runtime.records import TopicPartition
from schemas.ids import adapter_mark
from schemas.topics import MESSAGES, ROUTING_DECISIONS

_MESSAGE_PARTITIONS: Final = tuple(partition for partition in PARTITIONS if partition.topic == MESSAGES.name)


class PollPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """`most_events` of one page; `stretch_records` read from Kafka for one page; `most_polls` waiting at once."""

    most_events: int = 500
    stretch_records: int = 10_000
    most_polls: int = 5_000
    answer_timeout_ms: int = 5_000


class Page(msgspec.Struct, frozen=True):
    """CloudEvents as JSON, and the cursor of the next page. `more`: ask again at once."""

    events: tuple[bytes, ...]
    after: str
    more: bool = False

    def body(self) -> bytes:
        """The answer's JSON."""
        rest = msgspec.json.encode({"after": self.after, "more": self.more})
        return b'{"events":[' + b",".join(self.events) + b"]," + rest[1:]


class Polling:
    """Answers polls over one tail."""

    def __init__(self, tail: Tail, reader: Reader, clock: Clock, policy: PollPolicy) -> None:
        self._tail = tail
        self._reader = reader
        self._clock = clock
        self._policy = policy
        self._polls = 0

    @property
    def under_way(self) -> int:
        """How many polls are being answered, or wait for something to answer."""
        return self._polls

    async def page(self, admitted: Admitted, after: str | None, wait_s: int) -> Page:
        """The next page. Without `after`: an empty one whose cursor stands at the log's present end.

        Raises:
            Problem: 410 when the log no longer holds what follows `after`, 422 for a strange cursor, 503.
        """
        if self._polls >= self._policy.most_polls:
            raise Problem(Kind.OVERLOADED, retry_after_s=5)
        self._polls += 1
        try:
            return await self._page(admitted, after, wait_s)
        except LogBroken:
            raise Problem(Kind.CURSOR_EXPIRED, f"begin again with after={cursors.FIRST} or without") from None
        finally:
            self._polls -= 1

    async def _page(self, admitted: Admitted, after: str | None, wait_s: int) -> Page:
        mark = adapter_mark(admitted.workspace, admitted.adapter)
        number = partition_of(admitted.workspace.encode(), ROUTING_DECISIONS.partitions)
        decisions = TopicPartition(ROUTING_DECISIONS.name, number)
        async with self._in_time():
            feed = await self._tail.feed(admitted.workspace, mark)
            at = await self._begin(after, mark, decisions)
        if after is None:
            return Page((), _text(mark, decisions, at))
        deadline_s = self._clock.monotonic() + wait_s
        while True:
            changed = feed.changed
            async with self._in_time():
                events, more = await self._older(feed, at)
            dropped = self._tail.dropped(feed)
            if not (events or more or dropped or _lags(feed, at)):
                events, more = _newer(feed, at, self._tail.positions, self._policy.most_events)
            left_s = deadline_s - self._clock.monotonic()
            if _lags(feed, at) and not (events or more):
                continue
            if events or more or left_s <= 0 or self._tail.stopped or dropped:
                return Page(tuple(events), _text(mark, decisions, at), more)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(changed.wait(), left_s)

    async def _begin(self, after: str | None, mark: str, decisions: TopicPartition) -> Positions:
        """Where the page begins. Partitions of other workspaces' decisions are left out: they never concern it."""
        wanted = (decisions, *_MESSAGE_PARTITIONS)
        if after is None:
            return {partition: self._tail.positions[partition] for partition in wanted}
        if after == cursors.FIRST:
            return await bounds_of(self._reader, wanted, lambda log: log.first)
        given = cursors.decode(after, mark, len(_MESSAGE_PARTITIONS))
        at = dict(zip(wanted, (given.decisions, *given.messages), strict=True))
        for partition in wanted:
            if at[partition] > self._tail.positions[partition]:
                await self._check_end(partition, at[partition])
        return at

    async def _check_end(self, partition: TopicPartition, offset: int) -> None:
        """Another instance may be ahead of our tail, but no cursor lies beyond the log: then it is another log."""
        if offset > (await self._reader.log_range(partition)).end:
            raise LogBroken(f"{partition.topic}/{partition.partition}: the cursor lies beyond the log's end")

    async def _older(self, feed: Feed, at: Positions) -> tuple[list[bytes], bool]:
        """What lies before the feed's start, read from Kafka; moves `at`. True when there is more of it to read."""
        events: list[bytes] = []
        left = self._policy.stretch_records
        for partition in at:
            until = feed.start[partition]
            if at[partition] >= until:
                continue
            end = min(until, at[partition] + left)
            left -= end - at[partition]
            async for entry in self._read(partition, at[partition], end, feed):
                if len(events) >= self._policy.most_events:
                    at[partition] = entry.offset
                    return events, True
                events.append(entry.event)
            at[partition] = end
            if left == 0:
                return events, True
        return events, bool(events)

    async def _read(self, partition: TopicPartition, first: int, end: int, feed: Feed) -> AsyncIterator[Entry]:
        mark = feed.mark.encode()
        async for records in self._reader.read_range(partition.topic, partition.partition, first, end):
            for record in records:
                event = shown(record, feed.workspace, feed.mark) if mark in marks_in(record) else None
                if event is not None:
                    yield Entry(partition, record.offset, event)

    @contextlib.asynccontextmanager
    async def _in_time(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(self._policy.answer_timeout_ms / 1000):
                yield
        except (KafkaError, OSError):
            raise Problem(Kind.NOT_READY, "the log does not answer", retry_after_s=2) from None


def _lags(feed: Feed, at: Positions) -> bool:
    return any(offset < feed.start[partition] for partition, offset in at.items())


def _newer(feed: Feed, at: Positions, ends: Positions, most: int) -> tuple[list[bytes], bool]:
    """What the feed holds from `at` on; moves `at`. True when the page is full and there is more."""
    events: list[bytes] = []
    reached = {partition: max(offset, ends[partition]) for partition, offset in at.items()}
    cut: Positions = {}
    for entry in feed.entries:
        if entry.partition not in at or entry.offset < at[entry.partition]:
            continue
        if len(events) < most:
            events.append(entry.event)
        else:
            cut.setdefault(entry.partition, entry.offset)
    at.update(reached)
    at.update(cut)
    return events, bool(cut)


def _text(mark: str, decisions: TopicPartition, at: Positions) -> str:
    messages = tuple(at[partition] for partition in _MESSAGE_PARTITIONS)
    return cursors.encode(cursors.new(mark, at[decisions], messages))
