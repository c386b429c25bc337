"""Finds the whole trace of an interaction in a log, from the snapshot nearest before its arrival where there is one."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Sequence
from typing import Final

import msgspec

from runtime.closing import closing
from runtime.snapshots import Snapshot
from schemas.decisions import WorkspaceStopped
from schemas.inputs import InteractionIdentified
from schemas.trace import Trace
from streams.routing.fold import Broke, Fold
from streams.routing.hosted import Stop
from streams.routing.logged import LogSource
from streams.routing.trace import Tracer

TURN: Final = 200
"""After so many inputs `turn` is called."""
_BREAKS: Final = 10
_WHOLE: Final = 16
"""An id's end is looked for only when fewer characters than this are given."""
_NAMED: Final = 3

Turn = Callable[[Fold, int], Awaitable[None]]
"""Given the fold and the offset behind the last input: lets others have the processor, may raise to give up."""


class NotInLog(Exception):
    """The log has no such interaction."""


class Until:
    """How far to look: the end of log time `at_ms`, or the input at `offset`, whatever comes first; None = the end."""

    def __init__(self, at_ms: Callable[[str | None], int] | int | None = None, offset: int | None = None) -> None:
        self._at_ms = at_ms
        self.offset = offset

    def at_ms(self, zone: str | None) -> int | None:
        """The moment, which may depend on the workspace's time zone."""
        return self._at_ms(zone) if callable(self._at_ms) else self._at_ms


async def _no_turn(_fold: Fold, _next: int) -> None: ...


async def explain(
    source: LogSource,
    interaction_id: str,
    *,
    until: Until | None = None,
    snapshots: AsyncIterable[Snapshot] | None = None,
    stops: Sequence[WorkspaceStopped] = (),
    since_ms: int | None = None,
    turn: Turn = _no_turn,
) -> Trace:
    """The trace of the interaction, from its arrival to its end, or to the end of the log or `until`.

    `snapshots`, newest first, are where a replay may begin (none is looked at behind the one that will do); `stops` is
    what the decisions log knows of them. `since_ms`: it is known not to have come before that; else a snapshot that does
    not know it may have forgotten it, and then the log is read from its start.

    Raises:
        NotInLog: there is no such interaction in the log, or it had not arrived yet.
    """
    wanted = until or Until()
    fold = None if snapshots is None else await _begun(source, stops, snapshots, interaction_id, since_ms)
    if fold is not None:
        try:
            trace = await _follow(fold, interaction_id, wanted, turn)
        except Broke:
            trace = None
        if trace is not None:
            return trace
        if since_ms is not None:
            raise NotInLog(f"no interaction {interaction_id} in the log of {source.workspace}")
    return await _from_the_start(source, list(stops), interaction_id, wanted, turn)


async def whole_id(source: LogSource, named: str) -> str:
    """The id that ends with `named`, which people read off a screen; `named` itself when it is an id, or long as one is.

    Raises:
        NotInLog: several ids end so.
    """
    if len(named) >= _WHOLE:
        return named
    found = set[str]()
    async with closing(source.inputs()) as inputs:
        async for one in inputs:
            if isinstance(one.event, InteractionIdentified) and one.event.interaction_id.endswith(named):
                found.add(one.event.interaction_id)
    if named in found or not found:
        return named
    if len(found) > 1:
        raise NotInLog(f"{len(found)} interactions end with {named}, among them {', '.join(sorted(found)[:_NAMED])}")
    return found.pop()


async def kept(source: LogSource) -> AsyncIterator[Snapshot]:
    """The snapshots that the log has, newest first."""
    for snapshot in await source.snapshots():
        yield snapshot


async def _begun(
    source: LogSource,
    stops: Sequence[WorkspaceStopped],
    snapshots: AsyncIterable[Snapshot],
    interaction_id: str,
    since_ms: int | None,
) -> Fold | None:
    """A fold from the first snapshot that can be read and does not know the interaction: it arrives later."""
    async for snapshot in snapshots:
        if since_ms is not None and snapshot.manifest.at_ms > since_ms:
            continue
        try:
            fold = Fold(source, stops, snapshot)
        except ValueError:
            continue
        world = fold.engine.world
        if interaction_id not in world.interactions and not world.memory.has_ended(interaction_id):
            return fold
    return None


async def _from_the_start(
    source: LogSource, stops: list[WorkspaceStopped], interaction_id: str, until: Until, turn: Turn
) -> Trace:
    for _ in range(_BREAKS):
        try:
            trace = await _follow(Fold(source, stops), interaction_id, until, turn)
        except Broke as broke:
            stops = [*stops, noted(source.workspace, broke.stop)]
            continue
        if trace is not None:
            return trace
        raise NotInLog(f"no interaction {interaction_id} in the log of {source.workspace}")
    raise NotInLog(f"the log of {source.workspace} breaks invariants too often to be followed")


async def _follow(fold: Fold, interaction_id: str, until: Until, turn: Turn) -> Trace | None:
    """The trace; None when the interaction did not come."""
    tracer = Tracer(interaction_id)
    fold.engine.world.witness = tracer
    limit: int | None = None
    count = 0
    async with closing(fold.steps(None if until.offset is None else until.offset + 1)) as steps:
        async for step in steps:
            world = fold.engine.world
            world.witness = tracer
            tracer.took(world, step.input.event, step.decisions)
            limit = until.at_ms(world.policy.settings.time_zone)
            if tracer.ended or (limit is not None and step.input.stamp_ms > limit):
                break
            count += 1
            if count % TURN == 0:
                await turn(fold, step.input.offset + 1)
    fold.engine.world.witness = None
    found = tracer.trace(fold.engine.world)
    return _cut(found, limit) if tracer.known else None


def _cut(trace: Trace, limit: int | None) -> Trace | None:
    """The trace as of the moment `limit`: what is decided later is not known yet."""
    if limit is None or trace.until_ms <= limit:
        return trace
    moments = tuple(moment for moment in trace.moments if moment.at_ms <= limit)
    ended = trace.ended and len(moments) == len(trace.moments)
    return msgspec.structs.replace(trace, moments=moments, ended=ended, until_ms=limit) if moments else None


def noted(workspace: str, stop: Stop) -> WorkspaceStopped:
    """A stop that no decision says yet, as one that does; its place lies behind all others."""
    behind = 1 << 60
    return WorkspaceStopped(
        workspace=workspace,
        epoch=behind,
        seq=behind,
        cause=stop.offset,
        at_ms=0,
        invariant=stop.invariant,
        offset=stop.offset,
        detail=stop.detail,
    )
