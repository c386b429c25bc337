"""One company's life: an engine, from time to time its twin from a snapshot, and the checkers after every input."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Iterable, Sequence

from deploy.checking.checker import Checker
from deploy.fuzzing.deeds import Author
from deploy.fuzzing.words import WORKSPACE
from schemas import codec
from schemas.decisions import Decision
from schemas.inputs import InputsTopicEvent
from streams.routing import invariants
from streams.routing.breach import BrokenInvariant
from streams.routing.engine import Engine

Line = tuple[int, int, InputsTopicEvent]
"""(offset, stamp in ms, input)"""
TWIN_EVERY = 150
TWIN_LIVES_FOR = 40
OF_RESTORED = ("restored_goes_on_the_same", "restored_is_the_same")
"""Promises on an engine that was restored from a snapshot."""
OF_REPLAYED = ("replay_gives_the_same_bytes", "replay_gives_the_same_state")
"""Promises on an engine that takes a whole log once more."""


class Breach(Exception):
    """A promise was broken at the input at `offset`. `promise`: its name, or the error's."""

    def __init__(self, promise: str, offset: int, detail: str) -> None:
        super().__init__(f"{promise}, at input {offset}: {detail}")
        self.promise = promise
        self.offset = offset
        self.detail = detail


class Watched:
    """An engine that is checked after every input, and at times a twin that was restored from a snapshot."""

    def __init__(self) -> None:
        self.engine = Engine.of_log(WORKSPACE)
        self._checker = Checker()
        self._twin: Engine | None = None
        self._digest = hashlib.sha256()

    @property
    def said(self) -> str:
        """A digest of all decisions' bytes so far."""
        return self._digest.hexdigest()

    def apply(self, line: Line) -> tuple[Decision, ...]:
        """Take one input. Raises Breach."""
        offset, stamp_ms, event = line
        try:
            decisions = self.engine.apply(event, offset=offset, stamp_ms=stamp_ms)
            invariants.check(self.engine.world)
            self._checker.take(event, offset=offset, stamp_ms=stamp_ms, decisions=decisions, world=self.engine.world)
            self._checker.look(self.engine.world)
        except BrokenInvariant as broken:
            raise Breach(broken.name, offset, broken.detail) from broken
        except Exception as error:
            raise Breach(type(error).__name__, offset, str(error)) from error
        said = encoded(decisions)
        self._digest.update(said)
        if self._twin is not None and self._of_twin(self._twin, line) != said:
            raise Breach(OF_RESTORED[0], offset, "the restored engine decided otherwise")
        return decisions

    def divide(self) -> None:
        """From here on a twin restored from a snapshot goes along. Raises Breach when it is not the same."""
        try:
            self._twin = Engine.restore(self.engine.snapshot())
        except Exception as error:
            raise Breach(OF_RESTORED[1], self.engine.offset, f"it cannot be restored: {error!r}") from error
        self._compare()

    def join(self) -> None:
        """Only the twin goes on. Raises Breach when it is not the same."""
        if self._twin is not None:
            self._compare()
            self.engine, self._twin = self._twin, None

    @property
    def is_divided(self) -> bool:
        """Whether a twin goes along."""
        return self._twin is not None

    def replayed(self, log: Sequence[Line]) -> None:
        """What was fed gives the same once more. Raises Breach."""
        replay(log, self.said, self.engine.fingerprint())

    def _of_twin(self, twin: Engine, line: Line) -> bytes:
        offset, stamp_ms, event = line
        try:
            return encoded(twin.apply(event, offset=offset, stamp_ms=stamp_ms))
        except Exception as error:
            raise Breach(OF_RESTORED[0], offset, f"only the restored engine fails: {error!r}") from error

    def _compare(self) -> None:
        if self._twin is not None and self._twin.fingerprint() != self.engine.fingerprint():
            raise Breach(OF_RESTORED[1], self.engine.offset, "the fingerprints differ")


class Life:
    """A life that chance of `seed` writes; `log` is what was fed."""

    def __init__(self, seed: str) -> None:
        self._watched = Watched()
        self._author = Author(random.Random(seed), self._watched.engine)
        self._points = random.Random(f"{seed}/snapshots")
        self.log: list[Line] = []
        self.decisions = 0

    def run(self, steps: int, goes_on: Callable[[], bool] = lambda: True) -> None:
        """Live for about so many inputs, or until `goes_on` says no, then replay them. Raises Breach."""
        self._feed(self._author.begin())
        while len(self.log) < steps and goes_on():
            self._feed(self._author.act())
            if not self._watched.is_divided and self._points.random() < 1 / TWIN_EVERY:
                self._watched.divide()
            elif self._watched.is_divided and self._points.random() < 1 / TWIN_LIVES_FOR:
                self._watched.join()
                self._author.engine = self._watched.engine
        self._watched.replayed(self.log)

    def _feed(self, events: Iterable[InputsTopicEvent]) -> None:
        for event in events:
            line = (len(self.log), self._author.now_ms, event)
            self.log.append(line)
            self.decisions += len(self._watched.apply(line))


def replay(log: Sequence[Line], said: str, fingerprint: str) -> None:
    """The recorded inputs give the same bytes and the same state. Raises Breach."""
    engine = Engine.of_log(WORKSPACE)
    digest = hashlib.sha256()
    for offset, stamp_ms, event in log:
        try:
            digest.update(encoded(engine.apply(event, offset=offset, stamp_ms=stamp_ms)))
        except Exception as error:
            raise Breach(OF_REPLAYED[0], offset, f"only the replaying engine fails: {error!r}") from error
    if digest.hexdigest() != said:
        raise Breach(OF_REPLAYED[0], log[-1][0], "the decisions' digests differ")
    if engine.fingerprint() != fingerprint:
        raise Breach(OF_REPLAYED[1], log[-1][0], "the fingerprints differ")


def encoded(decisions: Iterable[Decision]) -> bytes:
    """The decisions' bytes, a line each."""
    return b"".join(codec.encode(decision) + b"\n" for decision in decisions)
