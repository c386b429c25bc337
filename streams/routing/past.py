"""Answers questions about the past by replays that are bounded: so many at once, so long each, so much kept.

Between questions nothing is read. A replay leaves states behind from which later ones begin; the stops of each partition
are read on from where the last question left off.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager

from runtime.broker import Reader
from runtime.clock import Clock
from runtime.partitioner import partition_of
from runtime.records import TopicPartition
from runtime.settings import Explainer as Policy
from runtime.snapshots import Snapshot
from schemas.decisions import WorkspaceStopped
from schemas.topics import ROUTING_DECISIONS, WORKSPACE_PARTITIONS
from schemas.trace import Trace
from streams.routing.checkpoints import Checkpoints, checkpoint
from streams.routing.explaining import Until, explain
from streams.routing.fold import Fold
from streams.routing.live_log import LiveLog
from streams.routing.position import Emitted, collect

_TRACES_KEPT = 64
_GRACE_S = 5.0


class Busy(Exception):
    """So many questions wait already; ask again in a moment."""


class TooFar(Exception):
    """The answer takes longer than anybody may wait; asking again gets further, the command line has no limit."""


class Past:
    """The past of all workspaces. `trace` may also raise what the broker raises."""

    def __init__(self, reader: Reader, clock: Clock, policy: Policy) -> None:
        self._reader = reader
        self._clock = clock
        self._policy = policy
        self._turns = asyncio.Semaphore(policy.open_count)
        self._waiting = 0
        self._checkpoints = Checkpoints(policy.keep_bytes)
        self._stops: dict[int, tuple[int, dict[str, Emitted]]] = {}
        self._ended: OrderedDict[tuple[str, str], Trace] = OrderedDict()

    async def trace(
        self, workspace: str, interaction_id: str, at_ms: int | None = None, since_ms: int | None = None
    ) -> Trace:
        """The trace of the interaction, as of `at_ms` or now. `since_ms`: it did not come before that.

        Raises:
            NotInLog: there is no such interaction.
            Busy: too many ask.
            TooFar: it would take too long.
            TimeoutError: the broker does not answer.
        """
        known = self._ended.get((workspace, interaction_id))
        if known is not None and at_ms is None:
            return known
        async with self._turn(), asyncio.timeout(self._policy.patience_ms / 1000 + _GRACE_S):
            found = await self._replay(LiveLog(self._reader, workspace), interaction_id, at_ms, since_ms)
        if found.ended and at_ms is None:
            self._ended[workspace, interaction_id] = found
            if len(self._ended) > _TRACES_KEPT:
                self._ended.popitem(last=False)
        return found

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        if self._waiting >= self._policy.most_waiting:
            raise Busy
        self._waiting += 1
        try:
            async with self._turns:
                yield
        finally:
            self._waiting -= 1

    async def _replay(self, log: LiveLog, interaction_id: str, at_ms: int | None, since_ms: int | None) -> Trace:
        deadline_s = self._clock.monotonic() + self._policy.patience_ms / 1000
        stops = await self._stops_of(log.workspace, deadline_s)
        last = 0

        async def turn(fold: Fold, next_offset: int) -> None:
            nonlocal last
            await self._clock.sleep(0)
            late = self._clock.monotonic() > deadline_s
            if late or next_offset - last >= self._policy.keep_every_records:
                last = next_offset
                self._keep(fold, next_offset)
            if late:
                raise TooFar

        candidates = self._candidates(log)
        try:
            return await explain(
                log, interaction_id, until=Until(at_ms), snapshots=candidates, stops=stops, since_ms=since_ms, turn=turn
            )
        finally:
            await candidates.aclose()

    async def _candidates(self, log: LiveLog) -> AsyncGenerator[Snapshot, None]:
        """States to begin from: our own, then, if none will do, the router's."""
        for next_offset in self._checkpoints.places(log.workspace):
            yield self._checkpoints.take(log.workspace, next_offset)
        for snapshot in await log.snapshots():
            yield snapshot

    def _keep(self, fold: Fold, next_offset: int) -> None:
        """Keeps the fold's state, unless part of what it has read is still to be applied."""
        hosted = fold.hosted
        whole = hosted.next_offset == next_offset and hosted.stopped_at is None and hosted.reread is None
        if whole and not self._checkpoints.has(hosted.workspace, next_offset):
            self._checkpoints.keep(checkpoint(fold.engine, next_offset))

    async def _stops_of(self, workspace: str, deadline_s: float) -> list[WorkspaceStopped]:
        """Every stop of the workspace, read on from the last question. Raises TooFar."""
        partition = partition_of(workspace.encode(), WORKSPACE_PARTITIONS)
        where = TopicPartition(ROUTING_DECISIONS.name, partition)
        log = await self._reader.log_range(where)
        first, emitted = self._stops.get(partition, (log.first, {}))
        async for batch in self._reader.read_range(where.topic, partition, max(first, log.first), log.end):
            collect(emitted, list(batch))
            self._stops[partition] = (batch[-1].offset + 1, emitted)
            await self._clock.sleep(0)
            if self._clock.monotonic() > deadline_s:
                raise TooFar
        found = emitted.get(workspace)
        return [] if found is None else list(found.stops)
