"""Reads what a partition's owner needs before its first input: snapshots, and the tail of the decisions."""

from __future__ import annotations

from collections.abc import AsyncIterator

import msgspec
import structlog

from runtime.broker import Reader
from runtime.records import Record, TopicPartition
from runtime.snapshots import Listed, Packed, Snapshot, listed
from runtime.stage import LogRange
from schemas.topics import ROUTING_DECISIONS, ROUTING_INPUTS, ROUTING_SNAPSHOTS
from streams.routing.engine import Engine
from streams.routing.position import Emitted, Plan, Restored, collect, decisions_from, plan
from streams.routing.prepared import Prepared

_log = structlog.get_logger(__name__)


class Recovery:
    """Reads one partition of the three routing topics, outside any group."""

    def __init__(
        self, reader: Reader, partition: int, factory: type[Engine] = Engine, prepared: Prepared | None = None
    ) -> None:
        self._reader = reader
        self._factory = factory
        self._partition = partition
        self._prepared = prepared if prepared is not None else Prepared()

    async def plan(self, log: LogRange, only: str | None = None) -> Plan:
        """How to begin, the whole partition or `only` one workspace.

        Raises LogBroken when the log cannot be continued.
        """
        there = await self._snapshots()
        restored, there = self._restored(there, only)
        return plan(there, restored, await self._emitted(there), log, only)

    async def prepare(self) -> None:
        """Restores the newest snapshots of the partition into `prepared`: a `plan` that comes upon them takes them."""
        restored, _ = self._restored(await self._snapshots(), None)
        for state in restored.values():
            self._prepared.keep(state)

    async def decisions_end(self) -> int:
        """The offset that the next decision of this partition will have, or a later one."""
        tail = await self._reader.log_range(TopicPartition(ROUTING_DECISIONS.name, self._partition))
        return tail.end

    async def inputs(self, first: int, end: int) -> AsyncIterator[Record]:
        """The inputs from `first` up to, not including, `end`."""
        async for batch in self._reader.read_range(ROUTING_INPUTS.name, self._partition, first, end):
            for record in batch:
                yield record

    def _restored(self, there: Listed, only: str | None) -> tuple[dict[str, Restored], Listed]:
        """The newest snapshot of each workspace, or of `only` one, that is whole and that this program can read; and
        what there is without those whose bytes do not agree.
        """
        restored: dict[str, Restored] = {}
        kept: dict[str, tuple[Packed, ...]] = {}
        for workspace, several in there.snapshots.items():
            left = list(several)
            for packed in several if only in (None, workspace) else ():
                state = self._prepared.take(packed.manifest)
                if state is None:
                    snapshot = packed.opened()
                    if snapshot is None:
                        left.remove(packed)
                        continue
                    state = self._restore(snapshot)
                if state is not None:
                    restored[workspace] = state
                    break
            kept[workspace] = tuple(left)
        return restored, msgspec.structs.replace(there, snapshots=kept)

    def _restore(self, snapshot: Snapshot) -> Restored | None:
        try:
            return Restored(snapshot.manifest, self._factory.restore(snapshot.chunks))
        except ValueError as error:
            manifest = snapshot.manifest
            _log.warning(
                "snapshot.unreadable", workspace=manifest.workspace, generation=manifest.generation, why=str(error)
            )
            return None

    async def _snapshots(self) -> Listed:
        log = await self._reader.log_range(TopicPartition(ROUTING_SNAPSHOTS.name, self._partition))
        records: list[Record] = []
        async for batch in self._reader.read_range(ROUTING_SNAPSHOTS.name, self._partition, log.first, log.end):
            records.extend(batch)
        return listed(ROUTING_SNAPSHOTS, records)

    async def _emitted(self, there: Listed) -> dict[str, Emitted]:
        log = await self._reader.log_range(TopicPartition(ROUTING_DECISIONS.name, self._partition))
        known = decisions_from(there)
        first = log.first if known is None else max(known, log.first)
        emitted: dict[str, Emitted] = {}
        async for batch in self._reader.read_range(ROUTING_DECISIONS.name, self._partition, first, log.end):
            collect(emitted, list(batch))
        return emitted
