"""Finds the after-call time with which as many callers hang up here as did in the record. Pure.

The share that hangs up rises with the time that agents need after a call, but for chance; callers and their patience
are the same in every try. Whole seconds; the search ends when two neighbours lie on both sides, one is close enough, or
enough has been tried.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec

CLOSE_POINTS: Final = 0.05
"""Closer needs no further try."""
ENOUGH_POINTS: Final = 0.3
"""Farther from the record the time found does not reproduce it."""
MOST_TRIES: Final = 20
HALVES_EVERY: Final = 3
FIRST_GUESS_S: Final = 120
LONGEST_S: Final = 1_920


class Try(msgspec.Struct, frozen=True):
    """A time that was tried, and the share that hung up with it, in per cent."""

    after_call_s: int
    abandoned_percent: float


class Fit(msgspec.Struct, frozen=True):
    """`reached`: whether the best lies within `ENOUGH_POINTS` of the record; `why` says why not, None where it does."""

    best: Try
    tries: tuple[Try, ...]
    reached: bool
    why: str | None = None


def fit(wanted_percent: float, abandoned: Callable[[int], float]) -> Fit:
    """The after-call time whose share comes closest to `wanted_percent`; `abandoned` tells a time's share. Never more
    than `MOST_TRIES` times are tried.
    """
    tries: list[Try] = []

    def look(after_call_s: int) -> Try:
        tries.append(Try(after_call_s, abandoned(after_call_s)))
        return tries[-1]

    high = look(FIRST_GUESS_S)
    low = Try(0, 0.0)
    while high.abandoned_percent < wanted_percent and high.after_call_s < LONGEST_S:
        low, high = high, look(high.after_call_s * 2)
    if low.after_call_s == 0:
        low = look(0)
    while low.abandoned_percent <= wanted_percent <= high.abandoned_percent and _goes_on(
        low, high, tries, wanted_percent
    ):
        middle = look(_between(low, high, wanted_percent, len(tries)))
        if middle.abandoned_percent < wanted_percent:
            low = middle
        else:
            high = middle
    best = min(tries, key=lambda one: (abs(one.abandoned_percent - wanted_percent), one.after_call_s))
    reached = abs(best.abandoned_percent - wanted_percent) <= ENOUGH_POINTS
    return Fit(best, tuple(tries), reached, None if reached else _why(low, high, wanted_percent))


def _goes_on(low: Try, high: Try, tries: list[Try], wanted_percent: float) -> bool:
    miss = min(abs(one.abandoned_percent - wanted_percent) for one in tries)
    return high.after_call_s - low.after_call_s > 1 and miss > CLOSE_POINTS and len(tries) < MOST_TRIES


def _between(low: Try, high: Try, wanted_percent: float, tried: int) -> int:
    """Where a straight line between the two meets the wanted share, but at least a tenth of the way inside; each third
    time the middle, so that a curve cannot hold the search on one side.
    """
    width = high.after_call_s - low.after_call_s
    rise = high.abandoned_percent - low.abandoned_percent
    share = (wanted_percent - low.abandoned_percent) / rise if rise > 0 and tried % HALVES_EVERY else 0.5
    inside = min(0.9, max(0.1, share))
    return min(high.after_call_s - 1, max(low.after_call_s + 1, low.after_call_s + round(width * inside)))


def _why(low: Try, high: Try, wanted_percent: float) -> str:
    record = f"{wanted_percent:.2f} % in the record"
    if low.abandoned_percent > wanted_percent:
        return (
            f"without any work after calls {low.abandoned_percent:.2f} % hang up, {record}: more agents were there, or could"
            " take these calls, than the log names"
        )
    if high.abandoned_percent < wanted_percent:
        return (
            f"with {high.after_call_s} s after each call only {high.abandoned_percent:.2f} % hang up, {record}: callers who"
            " would have waited here gave up there, or calls find an agent here who was not free there"
        )
    return (
        f"{low.abandoned_percent:.2f} % hang up with {low.after_call_s} s and {high.abandoned_percent:.2f} % with"
        f" {high.after_call_s} s, {record}: with so few calls one second changes more"
    )
