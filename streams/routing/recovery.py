"""Reads what a partition's owner needs before its first input: snapshots, and the tail of the decisions."""

from __future__ import annotations

from collections.abc import AsyncIterator

import structlog

from runtime.broker import Reader
from runtime.records import Record, TopicPartition
from runtime.snapshots import Found, Snapshot, find
from runtime.stage import LogRange
from schemas.topics import ROUTING_DECISIONS, ROUTING_INPUTS, ROUTING_SNAPSHOTS
from streams.routing.engine import Engine
from streams.routing.position import Emitted, Plan, Restored, collect, decisions_from, plan

_log = structlog.get_logger(__name__)


class Recovery:
    """Reads one partition of the three routing topics, outside any group."""

    def __init__(self, reader: Reader, partition: int, factory: type[Engine] = Engine) -> None:
        self._reader = reader
        self._factory = factory
        self._partition = partition

    async def plan(self, log: LogRange, only: str | None = None) -> Plan:
        """How to begin, the whole partition or `only` one workspace.

        Raises LogBroken when the log cannot be continued.
        """
        found = await self._snapshots()
        wanted = found.snapshots if only is None else {only: found.snapshots.get(only, ())}
        restored = {workspace: self._restore(snapshots) for workspace, snapshots in wanted.items()}
        whole = {workspace: state for workspace, state in restored.items() if state is not None}
        return plan(found, whole, await self._emitted(found), log)

    async def decisions_end(self) -> int:
        """The offset that the next decision of this partition will have, or a later one."""
        tail = await self._reader.log_range(TopicPartition(ROUTING_DECISIONS.name, self._partition))
        return tail.end

    async def inputs(self, first: int, end: int) -> AsyncIterator[Record]:
        """The inputs from `first` up to, not including, `end`."""
        async for batch in self._reader.read_range(ROUTING_INPUTS.name, self._partition, first, end):
            for record in batch:
                yield record

    def _restore(self, snapshots: tuple[Snapshot, ...]) -> Restored | None:
        """The newest that this program can read: what it cannot is folded again from the log."""
        for snapshot in snapshots:
            try:
                return Restored(snapshot.manifest, self._factory.restore(snapshot.chunks))
            except ValueError as error:
                manifest = snapshot.manifest
                _log.warning(
                    "snapshot.unreadable", workspace=manifest.workspace, generation=manifest.generation, why=str(error)
                )
        return None

    async def _snapshots(self) -> Found:
        log = await self._reader.log_range(TopicPartition(ROUTING_SNAPSHOTS.name, self._partition))
        records: list[Record] = []
        async for batch in self._reader.read_range(ROUTING_SNAPSHOTS.name, self._partition, log.first, log.end):
            records.extend(batch)
        return find(ROUTING_SNAPSHOTS, records)

    async def _emitted(self, found: Found) -> dict[str, Emitted]:
        log = await self._reader.log_range(TopicPartition(ROUTING_DECISIONS.name, self._partition))
        known = decisions_from(found)
        first = log.first if known is None else max(known, log.first)
        emitted: dict[str, Emitted] = {}
        async for batch in self._reader.read_range(ROUTING_DECISIONS.name, self._partition, first, log.end):
            collect(emitted, list(batch))
        return emitted
