"""Folds a log again as a router does: with its stops and resumptions, and with everything said aloud.

Where the log knows of no stop but the engine breaks all the same, `Broke` is raised: whoever wants to go on notes the
stop and folds anew, as a router would.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence

import msgspec

from runtime.closing import closing
from runtime.snapshots import Snapshot
from schemas.decisions import Decision, WorkspaceStopped
from streams.routing.engine import Engine
from streams.routing.hosted import EngineFactory, Hosted, Spoiled, Stop
from streams.routing.logged import LoggedInput, LogSource
from streams.routing.position import Emitted, Restored, Start

_TICK_MS = 1_000


class Broke(Exception):
    """An invariant broke at this input, and no router has said so yet."""

    def __init__(self, stop: Stop) -> None:
        super().__init__(f"{stop.invariant} at input {stop.offset}: {stop.detail}")
        self.stop = stop


class Step(msgspec.Struct, frozen=True):
    """One input and what follows from it; `again`: it was passed over while the workspace was stopped."""

    input: LoggedInput
    decisions: tuple[Decision, ...]
    again: bool = False


class Fold:
    """One workspace, from its first input or from `snapshot` on.

    Raises ValueError when the snapshot is not one that this program can read.
    """

    def __init__(
        self,
        source: LogSource,
        stops: Sequence[WorkspaceStopped] = (),
        snapshot: Snapshot | None = None,
        factory: EngineFactory = Engine,
    ) -> None:
        restored = None
        if snapshot is not None:
            restored = Restored(snapshot.manifest, factory.restore(snapshot.chunks))
        self._source = source
        self._first = snapshot.manifest.next_offset if snapshot else None
        start = Start(source.workspace, 0, self._first or 0, restored, Emitted(stops=list(stops)), None, None)
        self.hosted = Hosted(start, _TICK_MS, factory)
        self.before: Callable[[LoggedInput], None] | None = None
        """Told of each input that comes for the first time, before it is applied."""

    @property
    def engine(self) -> Engine:
        """The engine as it is now."""
        return self.hosted.engine

    async def steps(self, end: int | None = None) -> AsyncIterator[Step]:
        """Every input, up to but not including the offset `end`. Raises Broke."""
        async with closing(self._source.inputs(self._first, end)) as inputs:
            async for logged in inputs:
                if self.before is not None:
                    self.before(logged)
                yield self._take(logged)
                if self.hosted.reread is None:
                    continue
                kept, self.hosted.reread = self.hosted.reread, None
                async with closing(self._source.inputs(kept.start, kept.stop)) as again:
                    async for earlier in again:
                        yield self._take(earlier, again=True)

    def _take(self, logged: LoggedInput, *, again: bool = False) -> Step:
        take = self.hosted.take_kept if again else self.hosted.take
        try:
            return Step(logged, take(logged.offset, logged.stamp_ms, logged.event), again)
        except Spoiled as spoiled:
            raise Broke(spoiled.stop) from spoiled
