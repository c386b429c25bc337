"""Finds the after-call time with which as many callers hang up here as did in the record. Pure.

The share that hangs up rises with the time that agents need after a call, but for chance; callers and their patience
are the same in every try. Whole seconds; the search ends when two neighbours lie on both sides, or one is close enough.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec

CLOSE_POINTS: Final = 0.05
FIRST_GUESS_S: Final = 120
LONGEST_S: Final = 1_920


class Try(msgspec.Struct, frozen=True):
    """A time that was tried, and the share that hung up with it, in per cent."""

    after_call_s: int
    abandoned_percent: float


class Fit(msgspec.Struct, frozen=True):
    """`reached`: whether the record lies within what the tries have shown, not beyond its ends."""

    best: Try
    tries: tuple[Try, ...]
    reached: bool


def fit(wanted_percent: float, abandoned: Callable[[int], float]) -> Fit:
    """The after-call time whose share comes closest to `wanted_percent`; `abandoned` tells a time's share."""
    tries: list[Try] = []

    def look(after_call_s: int) -> Try:
        tries.append(Try(after_call_s, abandoned(after_call_s)))
        return tries[-1]

    high = look(FIRST_GUESS_S)
    low = Try(0, 0.0)
    while high.abandoned_percent < wanted_percent and high.after_call_s < LONGEST_S:
        low, high = high, look(high.after_call_s * 2)
    if high.abandoned_percent < wanted_percent:
        return Fit(high, tuple(tries), reached=False)
    if low.after_call_s == 0:
        low = look(0)
        if low.abandoned_percent > wanted_percent:
            return Fit(low, tuple(tries), reached=False)
    while high.after_call_s - low.after_call_s > 1 and _miss(tries, wanted_percent) > CLOSE_POINTS:
        middle = look(_between(low, high, wanted_percent))
        if middle.abandoned_percent < wanted_percent:
            low = middle
        else:
            high = middle
    best = min(tries, key=lambda one: (abs(one.abandoned_percent - wanted_percent), one.after_call_s))
    return Fit(best, tuple(tries), reached=True)


def _miss(tries: list[Try], wanted_percent: float) -> float:
    return min(abs(one.abandoned_percent - wanted_percent) for one in tries)


def _between(low: Try, high: Try, wanted_percent: float) -> int:
    """Where a straight line between the two meets the wanted share, but at least a tenth of the way inside."""
    width = high.after_call_s - low.after_call_s
    rise = high.abandoned_percent - low.abandoned_percent
    share = (wanted_percent - low.abandoned_percent) / rise if rise > 0 else 0.5
    inside = min(0.9, max(0.1, share))
    return min(high.after_call_s - 1, max(low.after_call_s + 1, low.after_call_s + round(width * inside)))
