"""The waits of two call centers beside each other, as the literature on them counts. Pure.

Asked = queued or answered. The mean and the median are of those answered, who did not wait among them with 0; within
20 s and 60 s is a share of all who asked. All waits in seconds of the bank's time.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Sequence
from typing import Final

import msgspec

from deploy.simulation.bank_log import BankCall
from deploy.simulation.ends import Experience

LIMITS_S: Final = (20, 60)
HOUR_S: Final = 3_600


class Wait(msgspec.Struct, frozen=True):
    """One who asked, and how long that one waited."""

    answered: bool
    waited_s: float


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """None = nobody to count."""

    asked: int
    answered: int
    hung_up: int
    mean_wait_s: float | None
    median_wait_s: float | None
    within_20_s: float | None
    within_60_s: float | None
    longest_s: float | None


class Pair(msgspec.Struct, frozen=True):
    """The same calls at the bank, and here."""

    bank: Figures
    ours: Figures


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """`by_hour`: the hour in which it was asked. `unknown`: calls of ours that were neither answered nor hung up."""

    whole: Pair
    by_type: dict[str, Pair]
    by_hour: dict[str, Pair]
    by_priority: dict[str, Pair]
    unknown: int


class Lived(msgspec.Struct, frozen=True):
    """A call of the log, and what became of it here."""

    call: BankCall
    here: Experience


def compare(lived: Iterable[Lived], speed: float) -> Comparison:
    """Ours are scaled back by the speed."""
    all_of = tuple(lived)
    known = [one for one in all_of if one.here.waited_ms is not None]

    def grouped(key: Callable[[BankCall], str]) -> dict[str, Pair]:
        groups: dict[str, list[Lived]] = {}
        for one in known:
            groups.setdefault(key(one.call), []).append(one)
        return {name: _pair(groups[name], speed) for name in sorted(groups)}

    return Comparison(
        whole=_pair(known, speed),
        by_type=grouped(lambda call: call.type),
        by_hour=grouped(lambda call: f"{call.asked_s // HOUR_S:02d}"),
        by_priority=grouped(lambda call: str(call.priority)),
        unknown=len(all_of) - len(known),
    )


def figures(waits: Iterable[Wait]) -> Figures:
    """The figures of one side."""
    asked = tuple(waits)
    answered = [one.waited_s for one in asked if one.answered]
    within = [_share(sum(wait_s <= limit for wait_s in answered), len(asked)) for limit in LIMITS_S]
    return Figures(
        asked=len(asked),
        answered=len(answered),
        hung_up=len(asked) - len(answered),
        mean_wait_s=_rounded(statistics.fmean(answered)) if answered else None,
        median_wait_s=_rounded(statistics.median(answered)) if answered else None,
        within_20_s=within[0],
        within_60_s=within[1],
        longest_s=_rounded(max(one.waited_s for one in asked)) if asked else None,
    )


def _pair(lived: Sequence[Lived], speed: float) -> Pair:
    return Pair(
        figures(Wait(one.call.answered, one.call.waited_s) for one in lived),
        figures(Wait(one.here.answered, (one.here.waited_ms or 0.0) * speed / 1000) for one in lived),
    )


def _share(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 2) if whole else None


def _rounded(seconds: float) -> float:
    return round(seconds, 2)
