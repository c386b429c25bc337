"""Opening hours against a walk from minute to minute that looks at the clock on the wall and knows nothing else."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import example, given, settings
from hypothesis import strategies as st

from producers.admin.calendar import MINUTES_A_DAY, Calendar, Span, standing

CHANGES = {
    "Asia/Shanghai": (date(2026, 11, 25),),
    "Europe/Berlin": (date(2026, 3, 29), date(2026, 10, 25)),
    "America/New_York": (date(2026, 3, 8), date(2026, 11, 1)),
    "America/Havana": (date(2026, 3, 8), date(2026, 11, 1)),
    "Australia/Lord_Howe": (date(2026, 4, 5), date(2026, 10, 4)),
    "Pacific/Apia": (date(2011, 12, 30), date(2026, 11, 25)),
    "Africa/Cairo": (date(2026, 4, 24), date(2026, 10, 30)),
    "Africa/Casablanca": (date(2026, 2, 15), date(2026, 3, 22)),
    "Asia/Kathmandu": (date(2026, 11, 25),),
}
"""Zones, each with days on which something happens there: jumps forward and back, by an hour or half of one, at midnight,
and over a whole day."""
DAYS_AROUND = 4


@st.composite
def days(draw: st.DrawFn) -> tuple[Span, ...]:
    """Up to two openings, the last one perhaps past midnight, on quarters of an hour."""
    marks = sorted(draw(st.sets(st.integers(0, 4 * 24), max_size=4)))
    pairs = [(first * 15, last * 15) for first, last in zip(marks[::2], marks[1::2], strict=False)]
    spans = [Span(first, last) for first, last in pairs if first < MINUTES_A_DAY]
    is_late: bool = draw(st.booleans())
    if spans and is_late:
        spans[-1] = Span(spans[-1].begin, min(spans[-1].begin + 1_439, MINUTES_A_DAY + draw(st.integers(1, 40)) * 15))
    return tuple(spans)


@st.composite
def calendars(draw: st.DrawFn) -> tuple[Calendar, date]:
    zone = draw(st.sampled_from(sorted(CHANGES)))
    day = draw(st.sampled_from(CHANGES[zone]))
    week = draw(st.one_of(days().map(lambda same: (same,) * 7), st.tuples(*[days()] * 7)))
    closed = draw(st.sets(st.integers(-2, 2).map(lambda shift: day + timedelta(days=shift)), max_size=2))
    return Calendar(time_zone=zone, week=_apart(week), closed_on=tuple(sorted(closed))), day


def _apart(week: tuple[tuple[Span, ...], ...]) -> tuple[tuple[Span, ...], ...]:
    """What goes past midnight is cut where the next day begins."""
    cut = []
    for number, spans in enumerate(week):
        following = week[(number + 1) % 7]
        limit = MINUTES_A_DAY + (following[0].begin if following else MINUTES_A_DAY)
        cut.append(tuple(Span(span.begin, min(span.end, limit)) for span in spans if span.begin < limit))
    return tuple(cut)


def walked(calendar: Calendar, day: date) -> tuple[int, list[bool]]:
    """The first minute, since 1970, and for each from then on whether it is open: within the first and the last minute
    at which the clock shows a time of one of the openings."""
    start = datetime.combine(day, datetime.min.time(), UTC) - timedelta(days=DAYS_AROUND)
    first = int(start.timestamp()) // 60
    zone = ZoneInfo(calendar.time_zone)
    minutes = range(first, first + 2 * DAYS_AROUND * MINUTES_A_DAY)
    walls = [datetime.fromtimestamp(minute * 60, zone).replace(tzinfo=None) for minute in minutes]
    is_open = [False] * len(walls)
    for shift in range(-DAYS_AROUND - 2, DAYS_AROUND + 3):
        begins_on = day + timedelta(days=shift)
        for span in () if begins_on in calendar.closed_on else calendar.week[begins_on.weekday()]:
            midnight = datetime.combine(begins_on, datetime.min.time())
            begin, end = midnight + timedelta(minutes=span.begin), midnight + timedelta(minutes=span.end)
            shown = [index for index, wall in enumerate(walls) if begin <= wall < end]
            if shown:
                is_open[shown[0] : shown[-1] + 1] = [True] * (shown[-1] + 1 - shown[0])
    return first, is_open


@settings(max_examples=80)
@given(calendars(), st.lists(st.integers(0, 4 * MINUTES_A_DAY - 1), min_size=3, max_size=3))
@example((Calendar(time_zone="Africa/Cairo", week=((Span(0, 1_440),),) * 7), date(2026, 10, 30)), [0])
@example((Calendar(time_zone="America/Havana", week=((Span(15, 45),),) * 7), date(2026, 11, 1)), [0])
@example((Calendar(time_zone="Pacific/Apia", week=((Span(540, 1_260),),) * 7), date(2011, 12, 30)), [0])
def test_the_calendar_agrees_with_a_walk_from_minute_to_minute(chosen: tuple[Calendar, date], at: list[int]) -> None:
    calendar, day = chosen
    first, is_open = walked(calendar, day)
    middle = range(2 * MINUTES_A_DAY, 6 * MINUTES_A_DAY)
    changes = [index for index in middle if is_open[index] != is_open[index - 1]]
    for index in {*changes, *(change - 1 for change in changes), *(2 * MINUTES_A_DAY + shift for shift in at)}:
        found = standing(calendar, (first + index) * 60_000)
        assert found.open is is_open[index], index
        before = next((one for one in reversed(changes) if one <= index), None)
        after = next((one for one in changes if one > index), None)
        if before is not None:
            assert found.since_ms == (first + before) * 60_000
        if after is not None:
            assert found.until_ms == (first + after) * 60_000


@given(calendars(), st.integers(-3_000, 3_000))
def test_the_same_is_said_at_every_moment_between_two_changes(chosen: tuple[Calendar, date], hours: int) -> None:
    calendar, day = chosen
    at_ms = int(datetime.combine(day, datetime.min.time(), UTC).timestamp()) * 1000 + hours * 3_600_000
    found = standing(calendar, at_ms)
    if found.since_ms is not None:
        assert found.since_ms <= at_ms
        assert standing(calendar, found.since_ms) == found
        assert standing(calendar, found.since_ms - 1).open is not found.open
    if found.until_ms is not None:
        assert found.until_ms > at_ms
        assert standing(calendar, found.until_ms - 1) == found
        assert standing(calendar, found.until_ms).open is not found.open
