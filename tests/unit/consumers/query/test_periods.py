from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumers.query.parameters import By
from consumers.query.periods import Calendar, Quarter, spans, total
from schemas.configuration import DEFAULT_FORMULA
from schemas.metrics import INTERVAL_MS, Counts, Dimension
from schemas.vocabulary import RoutingStatus

HOUR_MS = 3_600_000
ZONES = ["UTC", "Asia/Shanghai", "Europe/Berlin", "America/Sao_Paulo", "Asia/Kathmandu", "Australia/Lord_Howe"]


def moment(text: str, zone: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()) * 1000


def a_quarter(starts_ms: int, offered: int, name: str = "orders", within_ms: int | None = 20_000) -> Quarter:
    counts = Counts(offered=offered, status_ms={RoutingStatus.IDLE: 1_000 * offered})
    return Quarter(Dimension.QUEUE, name, starts_ms, starts_ms + INTERVAL_MS, within_ms, counts)


@pytest.mark.parametrize(
    ("day", "zone", "hours"),
    [
        ("2026-03-29", "Europe/Berlin", 23),
        ("2026-10-25", "Europe/Berlin", 25),
        ("2026-07-01", "Europe/Berlin", 24),
        ("2018-11-04", "America/Sao_Paulo", 23),
        ("2026-07-01", "Asia/Kathmandu", 24),
    ],
)
def test_a_day_is_as_long_as_the_clock_makes_it(day: str, zone: str, hours: int) -> None:
    bounds = Calendar(By.DAY, zone).around(moment(f"{day}T12:00", zone))
    assert bounds.ends_ms - bounds.starts_ms == hours * HOUR_MS


def test_an_hour_that_the_clock_shows_twice_is_two_hours() -> None:
    calendar = Calendar(By.HOUR, "Europe/Berlin")
    first = calendar.around(moment("2026-10-25T02:30", "Europe/Berlin"))
    second = calendar.around(first.ends_ms)
    assert first.ends_ms - first.starts_ms == second.ends_ms - second.starts_ms == HOUR_MS


@given(st.sampled_from(ZONES), st.sampled_from(By), st.integers(946_684_800, 2_000_000_000))
def test_spans_lie_side_by_side_and_hold_their_moments(zone: str, by: By, at_s: int) -> None:
    calendar = Calendar(by, zone)
    bounds = calendar.around(at_s * 1000)
    assert bounds.starts_ms <= at_s * 1000 < bounds.ends_ms
    assert calendar.around(bounds.starts_ms) == calendar.around(bounds.ends_ms - 1) == bounds
    assert calendar.around(bounds.ends_ms).starts_ms == bounds.ends_ms


def test_whole_spans_are_answered_however_they_are_touched() -> None:
    calendar = Calendar(By.HOUR, "UTC")
    assert calendar.widened(HOUR_MS + 1, 2 * HOUR_MS + 1) == (HOUR_MS, 3 * HOUR_MS)
    assert calendar.widened(HOUR_MS, 2 * HOUR_MS) == (HOUR_MS, 2 * HOUR_MS)
    assert calendar.widened(HOUR_MS, HOUR_MS) == (HOUR_MS, 2 * HOUR_MS)


def test_quarters_are_added_up_group_by_group_in_order() -> None:
    quarters = [
        a_quarter(HOUR_MS, 3, "service"),
        a_quarter(0, 1),
        a_quarter(2 * INTERVAL_MS, 4),
        a_quarter(HOUR_MS, 2, within_ms=30_000),
    ]
    found = spans(quarters, Calendar(By.HOUR, "UTC"), {"orders": DEFAULT_FORMULA})
    assert [(one.starts_ms, one.id, one.counts.offered) for one in found] == [
        (0, "orders", 5),
        (HOUR_MS, "orders", 2),
        (HOUR_MS, "service", 3),
    ]
    formulas = [(one.id, one.derived.service_level_formula) for one in found[1:]]
    assert formulas == [("orders", DEFAULT_FORMULA), ("service", None)], "of a queue that is not there any more, none"
    assert found[0].complete_to_ms == 3 * INTERVAL_MS
    assert found[0].counts.status_ms == {RoutingStatus.IDLE: 5_000}


def test_a_threshold_that_changed_within_a_span_is_not_one_threshold() -> None:
    same, changed = (
        spans([a_quarter(0, 1), a_quarter(INTERVAL_MS, 1, within_ms=within)], Calendar(By.HOUR, "UTC"), {})
        for within in (20_000, 30_000)
    )
    assert (same[0].derived.within_ms, changed[0].derived.within_ms) == (20_000, None)


def test_without_figures_there_are_no_spans_and_sums_of_nothing_are_zero() -> None:
    assert spans([], Calendar(By.DAY, "UTC"), {}) == ()
    assert total([]) == Counts()
