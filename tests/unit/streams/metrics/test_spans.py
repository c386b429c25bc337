from __future__ import annotations

import datetime as dt
import zoneinfo

import pytest

from schemas.metrics import INTERVAL_MS
from streams.metrics.spans import day_starts_ms, interval_of, overlap_ms, pieces

HOUR_MS = 3_600_000


def ms(text: str, zone: str) -> int:
    return int(dt.datetime.fromisoformat(text).replace(tzinfo=zoneinfo.ZoneInfo(zone)).timestamp()) * 1000


def test_a_moment_on_a_border_belongs_to_the_interval_that_begins() -> None:
    assert [interval_of(at) for at in (0, INTERVAL_MS - 1, INTERVAL_MS)] == [0, 0, INTERVAL_MS]


def test_a_span_is_cut_at_the_borders_and_loses_nothing() -> None:
    assert list(pieces(INTERVAL_MS - 5, 2 * INTERVAL_MS + 7)) == [
        (0, 5),
        (INTERVAL_MS, INTERVAL_MS),
        (2 * INTERVAL_MS, 7),
    ]
    assert list(pieces(7, 7)) == list(pieces(8, 7)) == []


def test_spans_that_do_not_meet_share_nothing() -> None:
    assert (overlap_ms(0, 10, 5, 20), overlap_ms(0, 5, 5, 9), overlap_ms(7, 3, 0, 9)) == (5, 0, 0)


@pytest.mark.parametrize(
    ("zone", "at", "midnight"),
    [
        ("Asia/Shanghai", "2027-01-03T00:00:00", "2027-01-03T00:00:00"),
        ("Asia/Shanghai", "2027-01-03T23:59:59", "2027-01-03T00:00:00"),
        ("Asia/Kathmandu", "2027-01-03T12:00:00", "2027-01-03T00:00:00"),
        ("Europe/Berlin", "2027-03-28T23:30:00", "2027-03-28T00:00:00"),
        ("Europe/Berlin", "2027-10-31T23:30:00", "2027-10-31T00:00:00"),
    ],
)
def test_a_day_begins_at_local_midnight(zone: str, at: str, midnight: str) -> None:
    assert day_starts_ms(ms(at, zone), zone) == ms(midnight, zone)


@pytest.mark.parametrize(
    ("day", "next_day", "hours"), [("2027-03-28", "2027-03-29", 23), ("2027-10-31", "2027-11-01", 25)]
)
def test_days_on_which_clocks_change_have_23_and_25_hours(day: str, next_day: str, hours: int) -> None:
    zone = "Europe/Berlin"
    begins = day_starts_ms(ms(f"{day}T12:00:00", zone), zone)
    ends = day_starts_ms(ms(f"{next_day}T12:00:00", zone), zone)
    assert ends - begins == hours * HOUR_MS
    assert day_starts_ms(ends - 1, zone) == begins


def test_where_clocks_skip_midnight_the_day_begins_when_they_do() -> None:
    zone = "Africa/Cairo"
    begins = day_starts_ms(ms("2024-04-26T12:00:00", zone), zone)
    assert dt.datetime.fromtimestamp(begins // 1000, zoneinfo.ZoneInfo(zone)).isoformat() == "2024-04-26T01:00:00+03:00"
    assert begins == ms("2024-04-26T01:00:00", zone)


def test_without_a_known_zone_the_day_is_that_of_utc() -> None:
    assert day_starts_ms(25 * HOUR_MS, None) == day_starts_ms(25 * HOUR_MS, "No/Where") == 24 * HOUR_MS


def test_every_zone_begins_its_days_at_a_quarter_of_an_hour() -> None:
    at_ms = ms("2027-06-15T12:00:00", "UTC")
    assert [name for name in zoneinfo.available_timezones() if day_starts_ms(at_ms, name) % INTERVAL_MS] == []
