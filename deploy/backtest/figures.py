"""What the waits of a call center come to, as the literature on them counts. Pure.

Asked = queued or answered. Mean and median are of those answered, who did not wait among them with 0; within 20 s and
60 s is a share of all who asked, but for those who were answered after a wait that the log does not tell. All waits in
seconds, all shares in per cent. None = nobody to count.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

import msgspec

from deploy.backtest.calls import RecordedCall, hour_of
from deploy.backtest.people import Outcome
from schemas.vocabulary import LegState

GROUPS: Final[dict[str, Callable[[RecordedCall], str]]] = {
    "type": lambda call: call.type,
    "priority": lambda call: call.recorded_priority,
    "day": lambda call: call.day,
    "hour": lambda call: hour_of(call.asked_ms),
}
"""What the figures are told by."""


class Wait(msgspec.Struct, frozen=True, gc=False):
    """One who asked. `waited_s` None = not known; neither answered nor hung up = routing ended it, or it still waits."""

    answered: bool
    hung_up: bool
    waited_s: float | None


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """Of one side. `longest_wait_s` is of all who asked."""

    asked: int
    answered: int
    hung_up: int
    abandoned_percent: float | None
    mean_wait_answered_s: float | None
    median_wait_answered_s: float | None
    within_20s: float | None
    within_60s: float | None
    longest_wait_s: float | None


class Pair(msgspec.Struct, frozen=True):
    """The same calls as recorded, and here."""

    recorded: Figures
    here: Figures


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """All calls, and `by` each of `GROUPS` the calls of each group."""

    whole: Pair
    by: dict[str, dict[str, Pair]]


def compared(calls: Sequence[RecordedCall], outcomes: Mapping[str, Outcome]) -> Compared:
    """The figures of the calls, which must be those that were run."""
    pairs = [(call, was(call), became(outcomes[call.call_id])) for call in calls]
    by: dict[str, dict[str, Pair]] = {}
    for name, key in GROUPS.items():
        groups: dict[str, list[tuple[RecordedCall, Wait, Wait]]] = {}
        for one in pairs:
            groups.setdefault(key(one[0]), []).append(one)
        by[name] = {group: _pair(groups[group]) for group in sorted(groups)}
    return Compared(whole=_pair(pairs), by=by)


def was(call: RecordedCall) -> Wait:
    """A call as recorded."""
    return Wait(call.answered, not call.answered, None if call.waited_ms is None else call.waited_ms / 1000)


def became(outcome: Outcome) -> Wait:
    """A call as it went here."""
    waited_s = None if outcome.waited_ms is None else outcome.waited_ms / 1000
    return Wait(outcome.agent_id is not None, outcome.state is LegState.ABANDONED, waited_s)


def figures(waits: Iterable[Wait]) -> Figures:
    """The figures of one side."""
    asked = tuple(waits)
    answered = [one.waited_s for one in asked if one.answered and one.waited_s is not None]
    known = [one.waited_s for one in asked if one.waited_s is not None]
    hung_up = sum(one.hung_up for one in asked)
    told = len(asked) - sum(one.answered and one.waited_s is None for one in asked)
    return Figures(
        asked=len(asked),
        answered=sum(one.answered for one in asked),
        hung_up=hung_up,
        abandoned_percent=_percent(hung_up, len(asked)),
        mean_wait_answered_s=_rounded(statistics.fmean(answered)) if answered else None,
        median_wait_answered_s=_rounded(statistics.median(answered)) if answered else None,
        within_20s=_percent(sum(wait_s <= 20 for wait_s in answered), told),
        within_60s=_percent(sum(wait_s <= 60 for wait_s in answered), told),
        longest_wait_s=_rounded(max(known)) if known else None,
    )


def _pair(ones: Sequence[tuple[RecordedCall, Wait, Wait]]) -> Pair:
    return Pair(figures(one[1] for one in ones), figures(one[2] for one in ones))


def _percent(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 2) if whole else None


def _rounded(seconds: float) -> float:
    return round(seconds, 2)
