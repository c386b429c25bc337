"""Moments as people write them."""

from __future__ import annotations

import datetime

import pytest

from deploy.moments import Instant, Place, Unreadable, read, read_instant, read_place, zone_of

NOON_UTC_MS = int(datetime.datetime(2026, 11, 25, 12, tzinfo=datetime.UTC).timestamp() * 1000)


@pytest.mark.parametrize(("text", "place"), [("17", Place(None, 17)), ("2/17", Place(2, 17)), (" 1/1 ", Place(1, 1))])
def test_a_number_is_a_decisions_place(text: str, place: Place) -> None:
    assert read(text) == read_place(text) == place


def test_a_place_without_an_epoch_is_reached_in_whichever_epoch_has_it_first() -> None:
    assert Place(None, 5).is_at(2, 5)
    assert not Place(None, 5).is_at(2, 4)


def test_a_place_with_an_epoch_is_reached_there_or_behind_it() -> None:
    assert not Place(2, 5).is_at(1, 99)
    assert Place(2, 5).is_at(2, 5)
    assert Place(2, 5).is_at(3, 1)


@pytest.mark.parametrize(
    ("text", "zone", "expected"),
    [
        ("2026-11-25T20:00:00+08:00", None, NOON_UTC_MS),
        ("2026-11-25T20:00:00", "Asia/Shanghai", NOON_UTC_MS),
        ("2026-11-25 12:00", None, NOON_UTC_MS),
        ("20:00", "Asia/Shanghai", NOON_UTC_MS),
        ("11:59:30", None, NOON_UTC_MS - 30_000),
        ("12:00:01", None, NOON_UTC_MS + 1_000 - 86_400_000),
    ],
)
def test_a_time_is_the_workspaces_and_a_time_of_day_the_last_one(text: str, zone: str | None, expected: int) -> None:
    found = read(text)
    assert isinstance(found, Instant)
    assert found.at_ms(zone, NOON_UTC_MS) == expected


@pytest.mark.parametrize("text", ["25:00", "yesterday", "", "1/2/3", "12:60"])
def test_what_is_no_time_is_told_with_what_one_looks_like(text: str) -> None:
    with pytest.raises(Unreadable):
        read_instant(text)


def test_what_is_no_place_is_told() -> None:
    with pytest.raises(Unreadable, match="EPOCH/SEQ"):
        read_place("12:00")


def test_a_zone_that_this_machine_lacks_counts_as_utc() -> None:
    assert zone_of("Nowhere/Land") is datetime.UTC
    assert zone_of(None) is datetime.UTC
