"""Replays a log and, if asked, compares every decision and every known fingerprint with what was recorded."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import msgspec

from deploy.log_file import LogFile, Mark
from deploy.moments import Place
from deploy.recorded import Recorded, decision_at, recorded
from runtime.closing import closing
from schemas import codec
from schemas.decisions import Decision
from streams.routing.fold import Fold
from streams.routing.logged import LoggedInput, LogSource

Progress = Callable[[int], None]


class NothingToReplay(Exception):
    """The log has no input of that workspace, or nothing to be checked against."""


class Difference(msgspec.Struct, frozen=True):
    """The first thing that the replay gives otherwise.

    `what` is `decision` or `fingerprint`; `fields` name what differs in a decision, by path. `input` is the cause.
    """

    what: str
    epoch: int
    seq: int
    offset: int
    stamp_ms: int
    input: str
    recorded: str
    replayed: str
    fields: tuple[str, ...] = ()
    interaction_id: str | None = None


class Replayed(msgspec.Struct, frozen=True):
    """What a replay gave. `compared`, `fingerprints`: so many were equal; None = nothing was compared."""

    workspace: str
    inputs: int
    decisions: int
    epoch: int
    seq: int
    engine_version: int
    fingerprint: str
    seconds: float
    inputs_per_s: int
    decisions_per_s: int
    stopped_at: int | None = None
    compared: int | None = None
    fingerprints: int | None = None
    difference: Difference | None = None


async def replay(
    source: LogSource, *, until: Place | None = None, check: bool = False, progress: Progress | None = None
) -> Replayed:
    """Replays from the first input through decision `until`. Raises NothingToReplay, and Broke as a fold does."""
    known = await recorded(source) if check else None
    if known is not None and not known.count:
        raise NothingToReplay(f"{source.workspace}: no decision was recorded to check against")
    replaying = _Replaying(source, known, await marks_of(source) if check else [])
    return await replaying.run(until, progress)


async def marks_of(source: LogSource) -> list[Mark]:
    """The fingerprints that the log knows, in order."""
    if isinstance(source, LogFile):
        return source.marks()
    manifests = [snapshot.manifest for snapshot in await source.snapshots()]
    return sorted(
        (Mark(one.fingerprint, one.next_offset, one.epoch, one.seq) for one in manifests),
        key=lambda mark: mark.next_offset,
    )


class _Replaying:
    def __init__(self, source: LogSource, known: Recorded | None, marks: list[Mark]) -> None:
        self._source = source
        self._known = known
        self._marks = marks
        self._stops: list[Any] = []
        self._inputs = self._decisions = self._compared = self._fingerprints = 0
        self._difference: Difference | None = None

    async def run(self, until: Place | None, progress: Progress | None) -> Replayed:
        fold = Fold(self._source, await self._source.stops())
        fold.before = lambda logged: self._check_marks(fold, logged)
        began = time.perf_counter()
        async with closing(fold.steps()) as steps:
            async for step in steps:
                self._inputs += not step.again
                for decision in step.decisions:
                    self._decisions += 1
                    await self._compare(step.input, decision)
                    if self._difference or (until is not None and until.is_at(decision.epoch, decision.seq)):
                        return self._replayed(fold, began)
                if progress is not None:
                    progress(self._inputs)
        if not self._inputs:
            raise NothingToReplay(f"no input of workspace {self._source.workspace}")
        return self._replayed(fold, began)

    async def _compare(self, cause: LoggedInput, decision: Decision) -> None:
        known = self._known
        if known is None:
            return
        value = codec.encode(decision)
        if known.says(decision.epoch, decision.seq, value):
            self._compared += decision.epoch == known.epoch and decision.seq <= known.count
            return
        was = await decision_at(self._source, decision.epoch, decision.seq) or b"{}"
        named = [one for one in (decision.leg, decision.offer, decision.interaction) if one is not None]
        self._difference = Difference(
            what="decision",
            epoch=decision.epoch,
            seq=decision.seq,
            offset=cause.offset,
            stamp_ms=cause.stamp_ms,
            input=codec.encode(cause.event).decode(),
            recorded=was.decode(errors="replace"),
            replayed=value.decode(),
            fields=differing(was, value),
            interaction_id=named[0].interaction_id if named else None,
        )

    def _check_marks(self, fold: Fold, logged: LoggedInput) -> None:
        engine = fold.engine
        while self._marks and self._marks[0].next_offset <= logged.offset and not self._difference:
            mark = self._marks.pop(0)
            if (engine.epoch, engine.seq) != (mark.epoch, mark.seq):
                continue
            found = engine.fingerprint()
            if found == mark.fingerprint:
                self._fingerprints += 1
                continue
            self._difference = Difference(
                what="fingerprint",
                epoch=mark.epoch,
                seq=mark.seq,
                offset=logged.offset,
                stamp_ms=logged.stamp_ms,
                input=codec.encode(logged.event).decode(),
                recorded=mark.fingerprint,
                replayed=found,
            )

    def _replayed(self, fold: Fold, began: float) -> Replayed:
        seconds = max(time.perf_counter() - began, 1e-9)
        engine = fold.engine
        return Replayed(
            workspace=self._source.workspace,
            inputs=self._inputs,
            decisions=self._decisions,
            epoch=engine.epoch,
            seq=engine.seq,
            engine_version=engine.engine_version,
            fingerprint=engine.fingerprint(),
            seconds=round(seconds, 3),
            inputs_per_s=round(self._inputs / seconds),
            decisions_per_s=round(self._decisions / seconds),
            stopped_at=fold.hosted.stopped_at,
            compared=None if self._known is None else self._compared,
            fingerprints=None if self._known is None else self._fingerprints,
            difference=self._difference,
        )


def differing(recorded_value: bytes, replayed_value: bytes) -> tuple[str, ...]:
    """The paths at which two JSON documents differ, with both values."""
    try:
        return tuple(_differing(msgspec.json.decode(recorded_value), msgspec.json.decode(replayed_value), ""))
    except msgspec.DecodeError:
        return ("what was recorded is not JSON",)


def _differing(one: Any, other: Any, path: str) -> list[str]:
    if isinstance(one, dict) and isinstance(other, dict):
        found: list[str] = []
        for key in dict.fromkeys([*one, *other]):
            found += _differing(one.get(key), other.get(key), f"{path}.{key}" if path else str(key))
        return found
    return [] if one == other else [f"{path}: {_short(one)} was recorded, {_short(other)} replayed"]


def _short(value: Any) -> str:
    return "nothing" if value is None else msgspec.json.encode(value).decode()[:80]
