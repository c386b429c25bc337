"""Moments as people type and read them, by the clock on their wall: pure but for the machine's own time zone.

`zone` None = the machine's. Typed: `30m` or `2h` from now, `15:30` (the next time that it is), `12-24 15:30`,
`2027-01-04 09:00`.
"""

from __future__ import annotations

import datetime
import re
from typing import Final

_SPAN: Final = re.compile(r"(\d{1,4})([mhd])")
_UNITS_MS: Final = {"m": 60_000, "h": 3_600_000, "d": 86_400_000}
_CLOCK: Final = re.compile(r"(?:(?:(\d{4})-)?(\d{1,2})-(\d{1,2}) )?(\d{1,2}):(\d{2})")


def moment_ms(text: str, now_ms: int, zone: datetime.tzinfo | None = None) -> int | None:
    """The moment that is meant, later than now where no year is said; None = it is none."""
    span = _SPAN.fullmatch(text)
    if span is not None:
        return now_ms + int(span[1]) * _UNITS_MS[span[2]]
    clock = _CLOCK.fullmatch(text)
    if clock is None:
        return None
    now = datetime.datetime.fromtimestamp(now_ms / 1000, zone)
    year, month, day = (None if part is None else int(part) for part in clock.group(1, 2, 3))
    try:
        found = now.replace(
            year=year or now.year,
            month=month or now.month,
            day=day or now.day,
            hour=int(clock[4]),
            minute=int(clock[5]),
            second=0,
            microsecond=0,
        )
        if found <= now and year is None:
            found = found + datetime.timedelta(days=1) if day is None else found.replace(year=now.year + 1)
    except ValueError:
        return None
    return round(found.timestamp() * 1000)


def written(at_ms: int, now_ms: int, zone: datetime.tzinfo | None = None) -> str:
    """The moment for people: its day only where that is not today."""
    at, now = (datetime.datetime.fromtimestamp(ms / 1000, zone) for ms in (at_ms, now_ms))
    if at.date() == now.date():
        return at.strftime("%H:%M")
    return at.strftime("%m-%d %H:%M" if at.year == now.year else "%Y-%m-%d %H:%M")
