"""A log in memory: what a driver fed its engine, and what the engine decided."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any

from runtime.snapshots import Snapshot
from schemas import codec
from schemas.decisions import Decision, WorkspaceStopped
from streams.routing.checkpoints import checkpoint
from streams.routing.engine import Engine
from streams.routing.logged import LoggedDecision, LoggedInput
from tests.support.engine_driver import WORKSPACE, Driver


class ListedLog:
    """A `LogSource`. `asked` lists the offsets from which inputs were read."""

    def __init__(self, inputs: Sequence[tuple[int, int, Any]], decisions: Sequence[Decision] = ()) -> None:
        self.workspace = WORKSPACE
        self.asked: list[int | None] = []
        self.said = [LoggedDecision(one.epoch, one.seq, codec.encode(one)) for one in decisions]
        self.taken: list[Snapshot] = []
        self._inputs = [LoggedInput(*one) for one in inputs]
        self._stops = [one for one in decisions if isinstance(one, WorkspaceStopped)]

    async def inputs(self, first: int | None = None, end: int | None = None) -> AsyncIterator[LoggedInput]:
        self.asked.append(first)
        for one in self._inputs:
            if (first is None or one.offset >= first) and (end is None or one.offset < end):
                yield one

    async def decisions(self) -> AsyncIterator[LoggedDecision]:
        for one in self.said:
            yield one

    async def stops(self) -> list[WorkspaceStopped]:
        return self._stops

    async def snapshots(self) -> tuple[Snapshot, ...]:
        return tuple(self.taken)


def listed(driver: Driver, snapshot_at: int | None = None) -> ListedLog:
    """The driver's log, as if a workspace had begun with it; a snapshot was taken before the input `snapshot_at`."""
    engine = Engine.of_log(WORKSPACE)
    decisions: list[Decision] = []
    taken: list[Snapshot] = []
    for offset, stamp_ms, event in driver.log:
        if offset == snapshot_at:
            taken.append(checkpoint(engine, offset))
        decisions += engine.apply(event, offset=offset, stamp_ms=stamp_ms)
    found = ListedLog(driver.log, decisions)
    found.taken = taken
    return found
