"""The section `hours` of a workspace document: read, checked, and made a calendar. Pure.

`weekly` maps days (`sun`, `mon-fri`) to a range of the day or a list of them. `22:00-06:00` goes on past midnight and
belongs to the day on which it begins; a whole day is `00:00-24:00`; days left out are closed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any, Final

from producers.admin.calendar import MINUTES_A_DAY, Calendar, Span
from producers.admin.fields import BAD, Key, Table, listed, mapping, struct, time_zone
from producers.admin.problems import Problems, at_index, at_key

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAYS: Final = re.compile(rf"({'|'.join(DAYS)})(?:-({'|'.join(DAYS)}))?")
_RANGE: Final = re.compile(r"([0-9]{2}):([0-9]{2})-([0-9]{2}):([0-9]{2})")
_DATE: Final = re.compile(r"2[0-9]{3}-[0-9]{2}-[0-9]{2}")

_Placed = tuple[Span, str]
"""An opening and the path at which it stands."""


def read_hours(section: Any, problems: Problems) -> dict[str, Calendar]:
    """The calendars of a section that stands alone, as it is kept with a document."""
    found: dict[str, Calendar] = {}
    for name, entry in mapping(problems, section, "hours").items():
        path = at_key("hours", name)
        calendar = calendar_of(problems, entry, path)
        if calendar is not BAD:
            found[name] = calendar
    return found


def _weekly(problems: Problems, value: Any, path: str) -> Any:
    """The week of a calendar."""
    before = len(problems.found)
    placed: dict[int, list[_Placed]] = {}
    written: dict[int, str] = {}
    for key, ranges in mapping(problems, value, path).items():
        where = at_key(path, key)
        spans = list(_spans(problems, ranges, where))
        for day in _days(problems, key, where):
            if day in written:
                problems.add(where, f'{DAYS[day]} stands under "{written[day]}", too')
                continue
            written[day] = key
            placed[day] = spans
    if len(problems.found) > before:
        return BAD
    _check_midnights(problems, placed)
    return tuple(tuple(span for span, _ in placed.get(day, ())) for day in range(len(DAYS)))


def _days(problems: Problems, key: str, path: str) -> range:
    """The numbers of the days that a key names, from Monday, 0."""
    found = _DAYS.fullmatch(key)
    if found is None:
        problems.add(path, "write a day or days, such as sat or mon-fri")
        return range(0)
    first = DAYS.index(found[1])
    last = first if found[2] is None else DAYS.index(found[2])
    if last < first:
        problems.add(path, f"{found[1]} comes after {found[2]}; a week begins with mon")
    return range(first, last + 1)


def _spans(problems: Problems, value: Any, path: str) -> Iterator[_Placed]:
    """The openings of a day: a text, or a list of texts in order."""
    if value is None:
        return
    several = isinstance(value, list)
    before: Span | None = None
    for index, text in enumerate(value if several else [value]):
        where = at_index(path, index) if several else path
        span = _span(problems, text, where)
        if span is None:
            continue
        if before is not None and span.begin < before.end:
            problems.add(where, "overlaps the range before it, or belongs before it")
        before = span
        yield span, where


def _span(problems: Problems, value: Any, path: str) -> Span | None:
    found = _RANGE.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        problems.add(path, "write a range of the day such as 09:00-21:00, several as a list")
        return None
    hours, minutes = (int(found[1]), int(found[3])), (int(found[2]), int(found[4]))
    begin, end = (hour * 60 + minute for hour, minute in zip(hours, minutes, strict=True))
    if max(minutes) > 59 or begin >= MINUTES_A_DAY or end > MINUTES_A_DAY:
        problems.add(path, "a time is 00:00 to 23:59, and 24:00 ends a day")
    elif begin == end:
        problems.add(path, "begins and ends at once; a whole day is 00:00-24:00")
    else:
        return Span(begin, end if end > begin else end + MINUTES_A_DAY)
    return None


def _check_midnights(problems: Problems, placed: dict[int, list[_Placed]]) -> None:
    """What goes on past midnight must end before the next day's first opening begins."""
    said: set[str] = set()
    for day, spans in sorted(placed.items()):
        following = placed.get((day + 1) % len(DAYS), [])
        if spans and following and spans[-1][0].end - MINUTES_A_DAY > following[0][0].begin:
            path = following[0][1]
            if path not in said:
                problems.add(path, f"overlaps what {DAYS[day]} has past midnight, {spans[-1][1]}")
            said.add(path)


def _date(problems: Problems, value: Any, path: str) -> Any:
    try:
        if isinstance(value, str) and _DATE.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    problems.add(path, "write a date such as 2027-02-06")
    return BAD


def _dates(problems: Problems, value: Any, path: str) -> Any:
    first: dict[str, int] = {}
    for index, text in enumerate(value if isinstance(value, list) else ()):
        if isinstance(text, str) and first.setdefault(text, index) != index:
            problems.add(at_index(path, index), f'"{text}" stands twice')
    dates = listed(_date)(problems, value, path)
    return BAD if dates is BAD else tuple(sorted(dates))


HOURS: Final[Table] = {
    "time_zone": Key("time_zone", time_zone),
    "weekly": Key("week", _weekly),
    "closed_on": Key("closed_on", _dates),
}
calendar_of: Final = struct(Calendar, HOURS)
"""Reads one entry of `hours`."""
