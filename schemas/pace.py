"""How fast a queue's line moves, and how long somebody in it may wait. Pure; docs/expected-wait.md tells why.

Only the time in which somebody waits counts: an agent who looks for work says nothing about a line. Of that time are kept,
fading with `FADING_MS` of it: how much time the queue's agents gave to it, how many contacts they took out of the line,
how much was waited, and how many left the line otherwise (gave up, went to another queue). So each agent's share is known
however many queues the agent serves, a change of staff counts at once, and a quiet hour forgets nothing.
"""

from __future__ import annotations

import math
from typing import Final

from schemas.event import Value

FADING_MS: Final = 1_200_000
FEWEST_TAKEN: Final = 3.0
"""With fewer contacts taken out of the line than this, nothing is known."""
RANGE_PERCENT: Final = 80
_EXACT: Final = 200
_Z: Final = 1.2816
"""The normal quantile that leaves a tenth on either side."""


class Estimate(Value, frozen=True, kw_only=True):
    """From now until an agent takes it: the mean, and the limits between which `RANGE_PERCENT` of such waits lie."""

    expected_ms: int
    low_ms: int
    high_ms: int


NO_WAIT: Final = Estimate(expected_ms=0, low_ms=0, high_ms=0)


class Pace:
    """One queue. `waiting`: how many wait; `agents`: how many of those on queue serve it. Moments never go back."""

    __slots__ = ("_agent_ms", "_at_ms", "_left", "_taken", "_waited_ms", "agents", "waiting")

    def __init__(self, at_ms: int) -> None:
        self.waiting = 0
        self.agents = 0
        self._at_ms = at_ms
        self._taken = 0.0
        self._left = 0.0
        self._agent_ms = 0.0
        self._waited_ms = 0.0

    def advance(self, now_ms: int) -> None:
        """Time passes, with as many waiting and serving as there are."""
        passed_ms = now_ms - self._at_ms
        if passed_ms <= 0:
            return
        self._at_ms = now_ms
        if self.waiting == 0:
            return
        kept = math.exp(-passed_ms / FADING_MS)
        weight_ms = FADING_MS * (1.0 - kept)
        self._taken *= kept
        self._left *= kept
        self._agent_ms = self._agent_ms * kept + self.agents * weight_ms
        self._waited_ms = self._waited_ms * kept + self.waiting * weight_ms

    def took(self) -> None:
        """An agent took one who had waited."""
        self._taken += 1.0

    def lost(self) -> None:
        """One who waited left the line otherwise."""
        self._left += 1.0

    def estimate(self, position: int) -> Estimate | None:
        """For somebody at `position`, from 1, who does not give up; None = not known."""
        if self.agents == 0 or self._taken < FEWEST_TAKEN or self._agent_ms <= 0.0:
            return None
        taken_per_ms = self.agents * self._taken / self._agent_ms
        left_per_ms = self._left / self._waited_ms if self._waited_ms > 0.0 else 0.0
        mean, variance = _gaps(position, taken_per_ms, left_per_ms)
        shape = 1.0 / (variance / (mean * mean) + 1.0 / self._taken)
        low, high = (mean * _quantile(shape, z) for z in (-_Z, _Z))
        return Estimate(expected_ms=round(mean), low_ms=round(low), high_ms=round(high))


def _gaps(position: int, taken_per_ms: float, left_per_ms: float) -> tuple[float, float]:
    """Mean and variance of the time in which so many leave the front: with n ahead, one leaves after 1 / (taken + n left)
    on average. Summed one by one near the front, as an integral behind it.
    """
    if left_per_ms == 0.0:
        return position / taken_per_ms, position / taken_per_ms**2
    mean = variance = 0.0
    for ahead in range(min(position, _EXACT)):
        gap = 1.0 / (taken_per_ms + ahead * left_per_ms)
        mean += gap
        variance += gap * gap
    if position > _EXACT:
        near = taken_per_ms + (_EXACT - 0.5) * left_per_ms
        far = taken_per_ms + (position - 0.5) * left_per_ms
        mean += math.log(far / near) / left_per_ms
        variance += (1.0 / near - 1.0 / far) / left_per_ms
    return mean, variance


def _quantile(shape: float, z: float) -> float:
    """Of a gamma distribution with mean 1, after Wilson and Hilferty (1931)."""
    root = 1.0 - 1.0 / (9.0 * shape) + z / (3.0 * math.sqrt(shape))
    return float(max(0.0, root) ** 3)
