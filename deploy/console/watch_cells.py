"""Single cells of the supervisor's table: what they say, and whether it is good or bad. Pure.

Kept apart everywhere: `-` there is no data, `n/a` it cannot be computed, `0` it is zero. What is bad has a mark too, so
that nobody needs to see the colour.
"""

from __future__ import annotations

import enum
from typing import Final, NamedTuple

from deploy.console.words import duration

NO_DATA: Final = "-"
NOT_COMPUTABLE: Final = "n/a"
BAD_MARK: Final = "!"
MINUTE_MS: Final = 60_000
SHORT_MS: Final = 10_000
"""Below it a span is said in tenths of a second."""


class Level(enum.StrEnum):
    """How a cell is to be seen."""

    PLAIN = "plain"
    FAINT = "faint"
    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"


class Cell(NamedTuple):
    """What stands in a cell."""

    text: str
    level: Level = Level.PLAIN


NOTHING: Final = Cell(NO_DATA, Level.FAINT)
_NULL: Final = Cell(NOT_COMPUTABLE, Level.FAINT)


def count(value: int | None) -> Cell:
    """A number of things."""
    if value is None:
        return _NULL
    return Cell(str(value), Level.FAINT if value == 0 else Level.PLAIN)


def span(value_ms: int | None) -> Cell:
    """An average length of time: tenths of seconds where it is short."""
    if value_ms is None:
        return _NULL
    return Cell(f"{value_ms / 1000:.1f}s" if 0 <= value_ms < SHORT_MS else duration(value_ms))


def span_between(low_ms: int | None, high_ms: int | None) -> Cell:
    """The limits of a length of time."""
    return _NULL if low_ms is None or high_ms is None else Cell(f"{waited(low_ms)}-{waited(high_ms)}")


def rate(hundredths: int | None) -> Cell:
    """A share, given in hundredths of a percent."""
    return _NULL if hundredths is None else Cell(percent(hundredths))


def service_level(hundredths: int | None, goal_percent: int | None) -> Cell:
    """Good or bad by its goal."""
    if hundredths is None:
        return _NULL
    if goal_percent is None:
        return Cell(percent(hundredths))
    if hundredths < goal_percent * 100:
        return Cell(BAD_MARK + percent(hundredths), Level.BAD)
    return Cell(percent(hundredths), Level.GOOD)


def wait(since_ms: int | None, now_ms: int, within_ms: int | None) -> Cell:
    """How long the longest has waited until now: bad beyond the service level's time, a warning beyond half of it."""
    if since_ms is None:
        return _NULL
    waited_ms = max(0, now_ms - since_ms)
    text = waited(waited_ms)
    if within_ms is None or waited_ms * 2 <= within_ms:
        return Cell(text)
    return Cell(BAD_MARK + text, Level.BAD) if waited_ms > within_ms else Cell(text, Level.WARNING)


def waited(length_ms: int) -> str:
    """Minutes and seconds, from an hour on hours and minutes: at most six places for four days."""
    minutes = length_ms // MINUTE_MS
    return f"{minutes // 60}h{minutes % 60:02}m" if minutes >= 60 else duration(length_ms)


def percent(hundredths: int) -> str:
    """One decimal, and none where it is whole."""
    whole, rest = divmod(hundredths, 100)
    tenth = rest // 10
    return f"{whole}.{tenth}%" if tenth else f"{whole}%"
