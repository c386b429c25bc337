from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from producers.admin.calendar import Calendar, Span, Standing, standing

DAILY = (Span(9 * 60, 21 * 60),)
WHOLE_DAY = (Span(0, 24 * 60),)


def ms(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def a_calendar(zone: str = "UTC", day: tuple[Span, ...] = DAILY, **more: Any) -> Calendar:
    return Calendar(**{"time_zone": zone, "week": (day,) * 7, **more})


def said(calendar: Calendar, at: str) -> tuple[bool, str | None, str | None]:
    """In UTC, to the minute."""
    found = standing(calendar, ms(at))
    since, until = (
        None if value is None else datetime.fromtimestamp(value / 1000, UTC).strftime("%m-%d %H:%M")
        for value in (found.since_ms, found.until_ms)
    )
    return found.open, since, until


def test_a_shop_is_open_by_the_clock_of_its_own_town() -> None:
    shop = a_calendar("Asia/Shanghai")
    assert said(shop, "2026-11-25 00:59") == (False, "11-24 13:00", "11-25 01:00")
    assert said(shop, "2026-11-25 01:00") == (True, "11-25 01:00", "11-25 13:00")
    assert said(shop, "2026-11-25 13:00") == (False, "11-25 13:00", "11-26 01:00")


def test_the_millisecond_of_a_change_belongs_to_what_follows() -> None:
    shop = a_calendar()
    assert not standing(shop, ms("2026-11-25 09:00") - 1).open
    assert standing(shop, ms("2026-11-25 09:00")).open
    assert standing(shop, ms("2026-11-25 21:00") - 1).open
    assert not standing(shop, ms("2026-11-25 21:00")).open


def test_days_left_out_are_closed() -> None:
    workdays = a_calendar(week=(DAILY,) * 5 + ((), ()))
    assert said(workdays, "2026-11-28 12:00") == (False, "11-27 21:00", "11-30 09:00")


def test_several_ranges_a_day_leave_a_break_open_or_closed_as_written() -> None:
    lunch = a_calendar(day=(Span(9 * 60, 12 * 60), Span(13 * 60, 18 * 60)))
    assert said(lunch, "2026-11-25 12:30") == (False, "11-25 12:00", "11-25 13:00")
    touching = a_calendar(day=(Span(9 * 60, 12 * 60), Span(12 * 60, 18 * 60)))
    assert said(touching, "2026-11-25 12:30") == (True, "11-25 09:00", "11-25 18:00")


def test_a_range_past_midnight_belongs_to_the_day_on_which_it_begins() -> None:
    friday = a_calendar(week=((), (), (), (), (Span(22 * 60, 30 * 60),), (), ()))
    assert said(friday, "2026-11-28 03:00") == (True, "11-27 22:00", "11-28 06:00")
    closed = a_calendar(week=friday.week, closed_on=(date(2026, 11, 27),))
    assert said(closed, "2026-11-28 03:00") == (False, "11-21 06:00", "12-04 22:00")
    next_day = a_calendar(week=friday.week, closed_on=(date(2026, 11, 28),))
    assert said(next_day, "2026-11-28 03:00")[0]


def test_whole_days_follow_each_other_without_a_change() -> None:
    assert standing(a_calendar(day=WHOLE_DAY), ms("2026-11-25 12:00")) == Standing(True, None, None)
    workdays = a_calendar(week=(WHOLE_DAY,) * 5 + ((), ()))
    assert said(workdays, "2026-11-25 12:00") == (True, "11-23 00:00", "11-28 00:00")


def test_a_holiday_far_away_is_the_next_change_of_what_is_always_open() -> None:
    always = a_calendar(day=WHOLE_DAY, closed_on=(date(2025, 1, 1), date(2028, 1, 1)))
    found = standing(always, ms("2026-11-25 12:00"))
    assert found == Standing(True, ms("2025-01-02 00:00"), ms("2028-01-01 00:00"))
    assert standing(always, ms("2028-01-01 05:00")).until_ms == ms("2028-01-02 00:00")
    assert standing(always, ms("2028-02-01 05:00")).until_ms is None
    assert standing(always, ms("2024-02-01 05:00")).since_ms is None


def test_no_opening_at_all_is_closed_for_ever() -> None:
    assert standing(a_calendar(day=()), 0) == Standing(False, None, None)


def test_weeks_of_holidays_are_one_closure() -> None:
    mondays = a_calendar(week=(DAILY, (), (), (), (), (), ()), closed_on=(date(2026, 11, 23), date(2026, 11, 30)))
    assert said(mondays, "2026-11-25 12:00") == (False, "11-16 21:00", "12-07 09:00")


@pytest.mark.parametrize(
    ("opens", "closes", "at", "expected"),
    [
        # Berlin, 29 March 2026: the clock jumps from 02:00 to 03:00, at 01:00 UTC.
        (150, 300, "2026-03-29 02:00", (True, "03-29 01:00", "03-29 03:00")),
        (60, 150, "2026-03-29 00:30", (True, "03-29 00:00", "03-29 01:00")),
        (130, 170, "2026-03-29 01:00", (False, "03-28 01:50", "03-30 00:10")),
        # Berlin, 25 October 2026: 02:00 to 03:00 is shown twice, from 00:00 UTC and from 01:00 UTC.
        (150, 300, "2026-10-25 02:00", (True, "10-25 00:30", "10-25 04:00")),
        (60, 150, "2026-10-25 01:10", (True, "10-24 23:00", "10-25 01:30")),
        (60, 120, "2026-10-25 00:10", (False, "10-25 00:00", "10-26 00:00")),
        (60, 180, "2026-10-25 01:30", (True, "10-24 23:00", "10-25 02:00")),
        (130, 170, "2026-10-25 00:55", (True, "10-25 00:10", "10-25 01:50")),
    ],
)
def test_where_the_clock_is_changed_it_opens_when_first_shown_and_closes_when_last_shown(
    opens: int, closes: int, at: str, expected: tuple[bool, str, str]
) -> None:
    assert said(a_calendar("Europe/Berlin", (Span(opens, closes),)), at) == expected


def test_a_day_that_a_country_leaves_out_has_no_opening() -> None:
    """Samoa went from 29 to 31 December 2011 at once, at 10:00 UTC."""
    assert said(a_calendar("Pacific/Apia"), "2011-12-30 12:00") == (False, "12-30 07:00", "12-30 19:00")
    assert standing(a_calendar("Pacific/Apia", WHOLE_DAY), ms("2011-12-30 10:00")) == Standing(True, None, None)
