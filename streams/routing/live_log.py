"""A workspace's log as it lies in Kafka, read outside any group."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final

from runtime.broker import Reader
from runtime.closing import closing
from runtime.partitioner import partition_of
from runtime.records import Record, TopicPartition, header
from runtime.snapshots import Snapshot, find
from schemas import codec
from schemas.decisions import WorkspaceStopped
from schemas.topics import ROUTING_DECISIONS, ROUTING_INPUTS, ROUTING_SNAPSHOTS, WORKSPACE_PARTITIONS, Topic
from streams.routing.logged import LoggedDecision, LoggedInput
from streams.routing.position import STOPPED_TYPE

TYPE: Final = "ce_type"


class LiveLog:
    """A `LogSource` over the topics; each question is answered as of when it is asked."""

    def __init__(self, reader: Reader, workspace: str) -> None:
        self._reader = reader
        self._workspace = workspace
        self._key = workspace.encode()
        self._partition = partition_of(self._key, WORKSPACE_PARTITIONS)

    @property
    def workspace(self) -> str:
        """See `LogSource`."""
        return self._workspace

    async def inputs(self, first: int | None = None, end: int | None = None) -> AsyncIterator[LoggedInput]:
        """See `LogSource`."""
        async with closing(self.records(ROUTING_INPUTS, first, end)) as records:
            async for record in records:
                event = readable(record)
                if event is not None:
                    yield event

    async def decisions(self) -> AsyncIterator[LoggedDecision]:
        """See `LogSource`; one without an id has the place (0, 0)."""
        async with closing(self.records(ROUTING_DECISIONS)) as records:
            async for record in records:
                epoch, seq = place_of(record)
                yield LoggedDecision(epoch, seq, record.value or b"")

    async def stops(self) -> list[WorkspaceStopped]:
        """See `LogSource`."""
        found: list[WorkspaceStopped] = []
        last = (0, 0)
        async for record in self.records(ROUTING_DECISIONS):
            place = place_of(record)
            if header(record.headers, TYPE) == STOPPED_TYPE and place > last:
                found.append(codec.decode(ROUTING_DECISIONS, record.value or b""))
            last = max(last, place)
        return found

    async def snapshots(self) -> tuple[Snapshot, ...]:
        """See `LogSource`."""
        where = TopicPartition(ROUTING_SNAPSHOTS.name, self._partition)
        log = await self._reader.log_range(where)
        records: list[Record] = []
        async for batch in self._reader.read_range(where.topic, where.partition, log.first, log.end):
            records.extend(batch)
        return find(ROUTING_SNAPSHOTS, records).snapshots.get(self._workspace, ())

    async def records(self, topic: Topic, first: int | None = None, end: int | None = None) -> AsyncIterator[Record]:
        """The workspace's records of a topic, from `first` up to, not including, `end`; None = as far as it goes."""
        log = await self._reader.log_range(TopicPartition(topic.name, self._partition))
        begin = log.first if first is None else max(first, log.first)
        until = log.end if end is None else min(end, log.end)
        if begin >= until:
            return
        async with closing(self._reader.read_range(topic.name, self._partition, begin, until)) as batches:
            async for batch in batches:
                for record in batch:
                    if record.key == self._key:
                        yield record


def readable(record: Record) -> LoggedInput | None:
    """The input in the record; None when nobody can decode it."""
    version = header(record.headers, "ce_version") or b"1"
    try:
        event = codec.decode(ROUTING_INPUTS, record.value or b"", int(version) if version.isdigit() else 1)
    except codec.Undecodable:
        return None
    return LoggedInput(record.offset, record.timestamp_ms, event)


def place_of(record: Record) -> tuple[int, int]:
    """The epoch and seq that a decision's id names; (0, 0) = it has none."""
    identity = header(record.headers, "ce_id")
    if identity is None:
        return (0, 0)
    _, epoch, seq = identity.decode().rsplit("/", 2)
    return (int(epoch), int(seq))
