"""What a log's decisions were, kept small: of each decision of the last epoch a digest.

The decisions of earlier epochs followed from inputs that may be lost. What a router sent twice counts once, and must be
equal.
"""

from __future__ import annotations

import hashlib
from typing import Final

import msgspec

from runtime.closing import closing
from streams.routing.logged import LoggedDecision, LogSource

_BYTES: Final = 16


class Breach(msgspec.Struct, frozen=True):
    """What does not hold, and the input after which it was seen.

    `input`: that input as JSON. `interaction_id`: whose trace explains it, if one does.
    """

    invariant: str
    offset: int
    detail: str
    input: str | None = None
    interaction_id: str | None = None


class Recorded:
    """The decisions of a log's last epoch. `breach`: the first thing wrong with them."""

    def __init__(self) -> None:
        self.epoch = 0
        self.count = 0
        self.repeated = 0
        self.breach: Breach | None = None
        self._digests = bytearray()

    def add(self, decision: LoggedDecision) -> None:
        """The next decision as it lies in the log."""
        if not decision.epoch:
            self._note("dense_seq", f"a decision without an id behind {self.epoch}/{self.count}")
        elif decision.epoch >= self.epoch:
            if decision.epoch > self.epoch:
                self.epoch, self.count, self._digests = decision.epoch, 0, bytearray()
            self._next(decision)

    def says(self, epoch: int, seq: int, value: bytes) -> bool:
        """Whether the log has that decision, or nothing there to compare it with."""
        if epoch != self.epoch or not 0 < seq <= self.count:
            return True
        return self._at(seq) == _digest(value)

    def _next(self, decision: LoggedDecision) -> None:
        place = f"{decision.epoch}/{decision.seq}"
        if decision.seq <= self.count:
            self.repeated += 1
            if self._at(decision.seq) != _digest(decision.value):
                self._note("one_decision", f"{place} was sent with two contents")
        elif decision.seq != self.count + 1:
            self._note("dense_seq", f"{place} follows {self.epoch}/{self.count}")
        else:
            self.count += 1
            self._digests += _digest(decision.value)

    def _at(self, seq: int) -> bytes:
        return bytes(self._digests[(seq - 1) * _BYTES : seq * _BYTES])

    def _note(self, invariant: str, detail: str) -> None:
        if self.breach is None:
            self.breach = Breach(invariant, -1, detail)


async def recorded(source: LogSource) -> Recorded:
    """All decisions of the source."""
    found = Recorded()
    async for decision in source.decisions():
        found.add(decision)
    return found


async def decision_at(source: LogSource, epoch: int, seq: int) -> bytes | None:
    """The bytes of one decision as they lie in the log."""
    async with closing(source.decisions()) as decisions:
        async for decision in decisions:
            if (decision.epoch, decision.seq) == (epoch, seq):
                return decision.value
    return None


def _digest(value: bytes) -> bytes:
    return hashlib.blake2b(value, digest_size=_BYTES).digest()
