"""Opening hours as instants: open or closed at a moment, since when and until when. Pure.

An opening begins when the clock on the wall first shows its beginning, and lasts until the clock last shows a time before
its end. So where the clock is put back and a time exists twice, an opening takes in both; where it is put forward, a time
that does not exist is the moment of the jump, and an opening that lies wholly in what is left out does not take place. A
date that is closed takes away the openings that begin on it, with their part after midnight. Openings that touch or
overlap are one.
"""

from __future__ import annotations

import bisect
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

MINUTES_A_DAY: Final = 1_440
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MOMENT: Final = timedelta(milliseconds=1)
_BEYOND: Final = timedelta(days=22)
"""Three weeks: a week that is neither wholly open nor wholly closed shows a change, though the clock's jumps hide one."""

_Run = tuple[int, int]


class Span(msgspec.Struct, frozen=True, order=True):
    """Minutes since the midnight that begins a day; `end` is above `begin`, above 1,440 it lies on the next day."""

    begin: int
    end: int


class Calendar(msgspec.Struct, frozen=True, kw_only=True):
    """`week`: the openings that begin on each day, from Monday, in order and apart; `closed_on` in order."""

    time_zone: str
    week: tuple[tuple[Span, ...], ...]
    closed_on: tuple[date, ...] = ()


class Standing(msgspec.Struct, frozen=True):
    """Open or closed from `since_ms` up to, not including, `until_ms`, milliseconds since 1970; None = for ever."""

    open: bool
    since_ms: int | None
    until_ms: int | None


ALWAYS_OPEN: Final = Standing(open=True, since_ms=None, until_ms=None)
"""Without opening hours."""


def standing(calendar: Calendar, at_ms: int) -> Standing:
    """How it stands at `at_ms`. The same for every moment between two changes."""
    if not any(calendar.week):
        return Standing(open=False, since_ms=None, until_ms=None)
    today = _wall(at_ms, ZoneInfo(calendar.time_zone)).date()
    days = (today, *calendar.closed_on)
    earliest, latest = min(days) - _BEYOND, max(days) + _BEYOND
    reach = timedelta(days=2)
    while True:
        first, last = max(earliest, today - reach), min(latest, today + reach)
        since_ms, until_ms, is_open = _among(_runs(calendar, first, last), at_ms)
        begun, ends = since_ms is not None or first == earliest, until_ms is not None or last == latest
        if begun and ends:
            return Standing(open=is_open, since_ms=since_ms, until_ms=until_ms)
        reach *= 4


def _among(runs: list[_Run], at_ms: int) -> tuple[int | None, int | None, bool]:
    """(since, until, open); None = beyond what these runs can say: the first may have begun before, the last go on."""
    index = bisect.bisect_right(runs, at_ms, key=lambda run: run[0]) - 1
    following = runs[index + 1][0] if index + 1 < len(runs) else None
    if index >= 0 and at_ms < runs[index][1]:
        return (runs[index][0] if index else None), (None if following is None else runs[index][1]), True
    return (runs[index][1] if index >= 0 else None), following, False


def _runs(calendar: Calendar, first: date, last: date) -> list[_Run]:
    """The openings that begin on these days, in order; those that touch are one."""
    zone = ZoneInfo(calendar.time_zone)
    runs: list[_Run] = []
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        for span in () if day in calendar.closed_on else calendar.week[day.weekday()]:
            midnight = datetime.combine(day, time())
            begin_ms = _first_shown(midnight + timedelta(minutes=span.begin), zone)
            end_ms = _last_before(midnight + timedelta(minutes=span.end), zone)
            if begin_ms >= end_ms:
                continue
            if runs and begin_ms <= runs[-1][1]:
                runs[-1] = (runs[-1][0], max(runs[-1][1], end_ms))
            else:
                runs.append((begin_ms, end_ms))
    return runs


def _first_shown(local: datetime, zone: ZoneInfo) -> int:
    """When the clock first shows `local`, or jumps over it."""
    at_ms = _instant(local, zone, fold=0)
    return at_ms if _wall(at_ms, zone) == local else _jump(local, zone)


def _last_before(local: datetime, zone: ZoneInfo) -> int:
    """When the clock last ceases to show a time before `local`."""
    at_ms = _instant(local - _MOMENT, zone, fold=1)
    return at_ms + 1 if _wall(at_ms, zone) == local - _MOMENT else _jump(local - _MOMENT, zone)


def _jump(local: datetime, zone: ZoneInfo) -> int:
    """The moment at which the clock jumps over `local`. In a gap, fold 1 lies before the jump and fold 0 after it."""
    moments = range(_instant(local, zone, fold=1), _instant(local, zone, fold=0) + 1)
    return moments[bisect.bisect_left(moments, True, key=lambda at_ms: _wall(at_ms, zone) >= local)]


def _instant(local: datetime, zone: ZoneInfo, fold: int) -> int:
    return (local.replace(tzinfo=zone, fold=fold) - _EPOCH) // _MOMENT


def _wall(at_ms: int, zone: ZoneInfo) -> datetime:
    """What the clock on the wall shows."""
    return (_EPOCH + at_ms * _MOMENT).astimezone(zone).replace(tzinfo=None)
