"""One workspace in its owner's hands: the engine, what it may say aloud, and whether it is stopped. Pure.

A decision at or below the last one said is silent: a replay says nothing twice. A broken invariant spoils the engine
(`Spoiled`): the owner notes the stop, rewinds to a snapshot and replays; the noted stop then holds at its input. While
stopped, inputs are passed over (they stay in the log) and commands are refused. A resumption leaves `reread`: the kept
inputs to be taken again, without the commands, which have been answered. Stops that the decisions log knows hold at a
replay even where a mended engine would not break.
"""

from __future__ import annotations

from typing import Any

import msgspec

from schemas import codec
from schemas.decisions import Decision
from schemas.inputs import Command, TimeAdvanced, WorkspaceResumed
from streams.routing.breach import BrokenInvariant, NewerEngine
from streams.routing.engine import Engine
from streams.routing.position import Start
from streams.routing.schedule import TickSchedule

EngineFactory = type[Engine]
Place = tuple[int, int]


class Diverged(Exception):
    """A replay did not give the decision that the log holds: the log was changed, or another program wrote it."""


class Spoiled(Exception):
    """The input at `offset` broke an invariant; the engine's state is not to be used any more."""

    def __init__(self, stop: Stop) -> None:
        super().__init__(f"{stop.invariant} at input {stop.offset}: {stop.detail}")
        self.stop = stop


class Stop(msgspec.Struct, frozen=True):
    """A workspace stops at this input. `place` is that of its decision, None while it was not said yet."""

    offset: int
    invariant: str
    detail: str
    place: Place | None = None


class Hosted:
    """One workspace. `next_offset` is the first input that it has not taken."""

    def __init__(self, start: Start, tick_ms: int, factory: EngineFactory = Engine) -> None:
        self.workspace = start.workspace
        self.upgrading_to = 0
        self.schedule = TickSchedule(tick_ms)
        self._factory = factory
        self._noted: list[Stop] = []
        self.said: Place = (start.emitted.epoch, start.emitted.seq)
        if start.reopened is not None and start.reopened.epoch > start.emitted.epoch:
            self.said = (start.reopened.epoch, 0)
        self.rewind(start)

    def rewind(self, start: Start) -> None:
        """Back to the state that `start` names; what was said stays said."""
        restored = start.restored
        self.engine = restored.engine if restored else self._factory.of_log(self.workspace)
        self.generation = restored.manifest.generation if restored else 0
        self.first_offset = start.first_offset
        self.next_offset = self.saved_offset = start.next_offset
        self.decisions_offset = start.decisions_offset
        self._saved_place = self.place
        self.stopped_at: int | None = None
        self.reread: range | None = None
        self._last_sent = start.emitted.value
        self._last_sent_place = (start.emitted.epoch, start.emitted.seq)
        emitted = [Stop(s.offset, s.invariant, s.detail, (s.epoch, s.seq)) for s in start.emitted.stops]
        place = self.place
        self._stops = [stop for stop in emitted if stop.place is not None and stop.place > place]
        self._stops += [stop for stop in self._noted if all(stop.offset != known.offset for known in emitted)]

    @property
    def place(self) -> Place:
        """The last decision derived."""
        return self.engine.epoch, self.engine.seq

    @property
    def caught_up(self) -> bool:
        """Whether everything that was ever said has been derived again."""
        return self.place >= self.said

    def upgradable_to(self, version: int) -> bool:
        """Whether the log may be brought to that version of the rules now: it has older ones, has not been asked to
        change them, everything said has been derived, and it is not stopped (a resumption brings its own).
        """
        older = max(self.engine.engine_version, self.upgrading_to) < version
        return older and self.caught_up and self.stopped_at is None

    @property
    def changed(self) -> bool:
        """Whether inputs were taken since the last snapshot."""
        return self.engine.offset >= self.saved_offset or self.place != self._saved_place

    def saved(self, next_offset: int, decisions_offset: int) -> None:
        """A snapshot of this state goes on from there."""
        self.saved_offset, self.decisions_offset = next_offset, decisions_offset
        self._saved_place = self.place

    def note(self, stop: Stop) -> None:
        """From the next `rewind` on, the workspace stops at that input."""
        self._noted.append(stop)

    def take(self, offset: int, stamp_ms: int, event: Any) -> tuple[Decision, ...]:
        """Takes the input at `offset`; returns the decisions to be sent.

        Raises:
            Spoiled: an invariant broke.
            Diverged: the log holds another decision at that place.
        """
        if offset < self.next_offset:
            return ()
        if isinstance(event, TimeAdvanced):
            self.schedule.seen()
        if self.stopped_at is None:
            decisions = self._apply(offset, stamp_ms, event)
        elif self._resumes(event):
            decisions = self.engine.resume(event, offset=offset, stamp_ms=stamp_ms)
            self.reread = range(event.from_offset + event.skip, offset)
            self.stopped_at = None
        elif isinstance(event, Command):
            decisions = self.engine.refuse_stopped(event, offset=offset, stamp_ms=stamp_ms)
        else:
            decisions = ()
        self.next_offset = offset + 1
        return self._aloud(decisions)

    def take_kept(self, offset: int, stamp_ms: int, event: Any) -> tuple[Decision, ...]:
        """As `take`, for an input of `reread`; once stopped again, the rest is passed over."""
        if self.stopped_at is not None or isinstance(event, Command):
            return ()
        return self._aloud(self._apply(offset, stamp_ms, event))

    def _resumes(self, event: Any) -> bool:
        return isinstance(event, WorkspaceResumed) and event.from_offset == self.stopped_at

    def _apply(self, offset: int, stamp_ms: int, event: Any) -> tuple[Decision, ...]:
        if self._stops and self._stops[0].offset == offset:
            return self._stop(self._stops.pop(0), stamp_ms, event)
        try:
            return self.engine.apply(event, offset=offset, stamp_ms=stamp_ms)
        except BrokenInvariant as broken:
            raise Spoiled(Stop(offset, broken.name, broken.detail)) from broken
        except NewerEngine:
            raise
        except Exception as error:  # a bug met by one workspace must not stop its neighbours
            raise Spoiled(Stop(offset, "internal_error", f"{type(error).__name__}: {error}")) from error

    def _stop(self, stop: Stop, stamp_ms: int, event: Any) -> tuple[Decision, ...]:
        self.stopped_at = stop.offset
        decisions = self.engine.stop(stop.invariant, stop.detail, offset=stop.offset, stamp_ms=stamp_ms)
        if isinstance(event, Command):
            decisions += self.engine.refuse_stopped(event, offset=stop.offset, stamp_ms=stamp_ms)
        return decisions

    def _aloud(self, decisions: tuple[Decision, ...]) -> tuple[Decision, ...]:
        if not decisions or (decisions[0].epoch, decisions[0].seq) > self.said:
            loud = decisions
        else:
            loud = tuple(one for one in decisions if (one.epoch, one.seq) > self.said)
            self._compare(decisions)
        if loud:
            self.said = (loud[-1].epoch, loud[-1].seq)
        return loud

    def _compare(self, decisions: tuple[Decision, ...]) -> None:
        for one in decisions:
            if (one.epoch, one.seq) == self._last_sent_place and codec.encode(one) != self._last_sent:
                raise Diverged(f"{self.workspace} {one.epoch}/{one.seq}: {codec.encode(one)!r} now")
