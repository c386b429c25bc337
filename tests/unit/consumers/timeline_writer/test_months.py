from __future__ import annotations

from datetime import UTC, datetime

import pytest

from consumers.timeline_writer.months import (
    AHEAD_DAYS,
    Month,
    Window,
    ahead,
    month_of,
    named,
    needed,
    oldest_kept_ms,
    past,
    window,
)

DAY_MS = 86_400_000


def at(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def test_a_month_begins_at_its_first_moment_and_ends_before_the_next() -> None:
    month = month_of(at("2026-12-31T23:59:59"))
    assert (month, month.table, month.next) == (Month(2026, 12), "timeline_entries_2026_12", Month(2027, 1))
    assert (month.first_ms, month.end_ms) == (at("2026-12-01"), at("2027-01-01"))
    assert month_of(month.first_ms) == month
    assert month_of(month.end_ms) == Month(2027, 1)
    assert month_of(0) == Month(1970, 1)


@pytest.mark.parametrize(
    ("table", "month"),
    [
        ("timeline_entries_2026_02", Month(2026, 2)),
        ("timeline_entries_default", None),
        ("other_2026_02", None),
        ("timeline_entries_2026_02x", None),
    ],
)
def test_a_partitions_name_tells_its_month(table: str, month: Month | None) -> None:
    assert named(table) == month


def test_rows_need_the_months_of_their_moments_each_once() -> None:
    moments = [at(text) for text in ("2026-11-30T23:59:59", "2026-11-01", "2026-12-01", "2026-12-24")]
    everything = Window(0, at("2030-01-01"))
    assert needed(moments, everything) == [Month(2026, 11), Month(2026, 12)]


def test_moments_outside_retention_and_of_clocks_that_are_wrong_need_no_month() -> None:
    now_ms = at("2026-11-22T12:00:00")
    within = window(now_ms, 31)
    assert (within.first_ms, within.end_ms) == (at("2026-10-01"), now_ms + AHEAD_DAYS * DAY_MS)
    assert needed([0, at("2026-09-30T23:59:59"), at("2028-01-01"), 2**53 - 1], within) == []
    assert needed([within.first_ms, within.end_ms - 1], within) == [Month(2026, 10), Month(2027, 11)]


def test_a_retention_longer_than_time_itself_begins_with_it() -> None:
    assert window(5 * DAY_MS, 1_100).first_ms == 0


@pytest.mark.parametrize(
    ("now", "made"),
    [
        ("2026-11-22", [Month(2026, 11), Month(2026, 12), Month(2027, 1)]),
        ("2026-11-02", [Month(2026, 11), Month(2026, 12)]),
        ("2027-01-30", [Month(2027, 1), Month(2027, 2), Month(2027, 3)]),
    ],
)
def test_what_is_soon_needed_is_made_ahead(now: str, made: list[Month]) -> None:
    assert ahead(at(now)) == made


def test_a_month_is_past_when_all_of_it_is_older_than_retention() -> None:
    tables = [month.table for month in (Month(2026, 3), Month(2026, 1), Month(2026, 2))]
    oldest_ms = oldest_kept_ms(at("2026-04-01"), 31)
    assert oldest_ms == at("2026-03-01")
    assert past([*tables, "timeline_entries_default"], oldest_ms) == [Month(2026, 1), Month(2026, 2)]
    assert past(tables, oldest_ms - 1) == [Month(2026, 1)]
