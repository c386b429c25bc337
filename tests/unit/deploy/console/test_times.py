from __future__ import annotations

import datetime
import zoneinfo

import pytest

from deploy.console.times import moment_ms, written

SHANGHAI = zoneinfo.ZoneInfo("Asia/Shanghai")


def at(text: str) -> int:
    moment = datetime.datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=SHANGHAI)
    return round(moment.timestamp() * 1000)


NOW = at("2026-11-25 15:00")


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("30m", "2026-11-25 15:30"),
        ("2h", "2026-11-25 17:00"),
        ("1d", "2026-11-26 15:00"),
        ("15:30", "2026-11-25 15:30"),
        ("9:05", "2026-11-26 09:05"),
        ("15:00", "2026-11-26 15:00"),
        ("12-24 09:00", "2026-12-24 09:00"),
        ("1-4 09:00", "2027-01-04 09:00"),
        ("2027-01-04 09:00", "2027-01-04 09:00"),
        ("2026-11-24 09:00", "2026-11-24 09:00"),
    ],
)
def test_a_time_is_the_next_such_moment_by_the_clock_on_the_wall(text: str, moment: str) -> None:
    assert moment_ms(text, NOW, SHANGHAI) == at(moment)


@pytest.mark.parametrize("text", ["", "soon", "25:00", "12:60", "13-01 09:00", "2-30 09:00", "30", "-5m", "9:5"])
def test_what_is_no_time_is_none(text: str) -> None:
    assert moment_ms(text, NOW, SHANGHAI) is None


def test_a_moment_is_written_with_its_day_only_where_that_is_another() -> None:
    assert written(at("2026-11-25 23:59"), NOW, SHANGHAI) == "23:59"
    assert written(at("2026-11-26 00:00"), NOW, SHANGHAI) == "11-26 00:00"
    assert written(at("2027-01-04 09:00"), NOW, SHANGHAI) == "2027-01-04 09:00"
