from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from producers.admin.calendar import Calendar, Span
from producers.admin.hours import read_hours
from producers.admin.problems import Problems


def read(section: Any) -> tuple[dict[str, Calendar], list[str]]:
    problems = Problems()
    found = read_hours(section, problems)
    return found, [str(problem) for problem in problems.found]


def problems_of(weekly: Any, **more: Any) -> list[str]:
    return read({"shop": {"time_zone": "UTC", "weekly": weekly, **more}})[1]


def test_the_example_of_the_specification_is_a_calendar() -> None:
    shop = {"time_zone": "Asia/Shanghai", "weekly": {"mon-sun": "09:00-21:00"}, "closed_on": ["2027-02-06"]}
    assert read({"shop": shop}) == (
        {"shop": Calendar(time_zone="Asia/Shanghai", week=((Span(540, 1_260),),) * 7, closed_on=(date(2027, 2, 6),))},
        [],
    )


def test_days_ranges_of_days_lists_and_nights_are_read() -> None:
    weekly = {"mon-wed": ["09:00-12:00", "13:00-18:00"], "fri": "22:00-06:00", "sat": [], "sun": "00:00-24:00"}
    found, problems = read({"shop": {"time_zone": "UTC", "weekly": weekly}})
    assert problems == []
    workday = (Span(540, 720), Span(780, 1_080))
    assert found["shop"].week == (workday, workday, workday, (), (Span(1_320, 1_800),), (), (Span(0, 1_440),))


def test_holidays_may_be_written_in_any_order() -> None:
    found, _ = read({"shop": {"time_zone": "UTC", "weekly": {}, "closed_on": ["2027-02-06", "2026-10-01"]}})
    assert found["shop"].closed_on == (date(2026, 10, 1), date(2027, 2, 6))


@pytest.mark.parametrize(
    ("weekly", "problem"),
    [
        ({"monday": "09:00-21:00"}, "hours.shop.weekly.monday: write a day or days, such as sat or mon-fri"),
        ({"fri-mon": "09:00-21:00"}, "hours.shop.weekly.fri-mon: fri comes after mon; a week begins with mon"),
        ({"mon-fri": [], "tue": []}, 'hours.shop.weekly.tue: tue stands under "mon-fri", too'),
        ({"mon": "9-21"}, "hours.shop.weekly.mon: write a range of the day such as 09:00-21:00, several as a list"),
        ({"mon": ["09:00-12:00", 3]}, "hours.shop.weekly.mon[1]: write a range of the day such as 09:00-21:00,"),
        ({"mon": "09:60-10:00"}, "hours.shop.weekly.mon: a time is 00:00 to 23:59, and 24:00 ends a day"),
        ({"mon": "24:00-10:00"}, "hours.shop.weekly.mon: a time is 00:00 to 23:59, and 24:00 ends a day"),
        ({"mon": "10:00-24:01"}, "hours.shop.weekly.mon: a time is 00:00 to 23:59, and 24:00 ends a day"),
        ({"mon": "10:00-10:00"}, "hours.shop.weekly.mon: begins and ends at once; a whole day is 00:00-24:00"),
        ({"mon": ["09:00-12:00", "11:00-13:00"]}, "hours.shop.weekly.mon[1]: overlaps the range before it"),
        ({"mon": ["13:00-15:00", "09:00-12:00"]}, "hours.shop.weekly.mon[1]: overlaps the range before it"),
        ({"mon": ["22:00-06:00", "23:00-23:30"]}, "hours.shop.weekly.mon[1]: overlaps the range before it"),
        ({"mon": "22:00-06:00", "tue": "05:00-12:00"}, "hours.shop.weekly.tue: overlaps what mon has past midnight"),
        ({"mon-sun": ["05:00-12:00", "22:00-06:00"]}, "hours.shop.weekly.mon-sun[0]: overlaps what mon has past"),
        ({"mon": "05:00-12:00", "sun": "22:00-06:00"}, "hours.shop.weekly.mon: overlaps what sun has past midnight"),
        (["mon"], "hours.shop.weekly: must be a mapping"),
    ],
)
def test_each_error_of_a_week_is_named_by_its_path_once(weekly: Any, problem: str) -> None:
    found = problems_of(weekly)
    assert len(found) == 1
    assert found[0].startswith(problem)


@pytest.mark.parametrize(
    ("closed_on", "problem"),
    [
        (["2027-02-30"], "hours.shop.closed_on[0]: write a date such as 2027-02-06"),
        (["2027-02-06", 20270207], "hours.shop.closed_on[1]: write a date such as 2027-02-06"),
        (["0001-01-01"], "hours.shop.closed_on[0]: write a date such as 2027-02-06"),
        ([3, "2027-02-06", "2027-02-06"], 'hours.shop.closed_on[2]: "2027-02-06" stands twice'),
        ("2027-02-06", "hours.shop.closed_on: must be a list"),
    ],
)
def test_each_wrong_date_is_named_by_its_path(closed_on: Any, problem: str) -> None:
    assert problem in problems_of({}, closed_on=closed_on)


def test_a_zone_must_be_known_and_what_is_missing_is_said() -> None:
    assert read({"a": {"time_zone": "Asia/Shangai", "weekly": {}}, "b": {"weekday": 1}, "c": {}})[1] == [
        "hours.a.time_zone: must be a time zone such as Asia/Shanghai",
        'hours.b.weekday: no such key; did you mean "weekly"?',
        'hours.c: "time_zone" is missing',
        'hours.c: "weekly" is missing',
    ]


def test_touching_openings_are_no_overlap() -> None:
    assert problems_of({"mon-sun": ["06:00-18:00", "18:00-06:00"]}) == []
