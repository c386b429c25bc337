from __future__ import annotations

import pytest

from deploy.console import watch_cells as cells
from deploy.console.watch_cells import Cell, Level


def test_no_data_zero_and_not_computable_are_kept_apart() -> None:
    assert cells.NOTHING.text == "-"
    assert cells.count(0).text == "0"
    assert cells.count(None).text == cells.span(None).text == cells.rate(None).text == "n/a"
    assert cells.wait(None, 1, None).text == cells.service_level(None, 80).text == "n/a"
    assert cells.span(0).text == "0.0s"
    assert cells.rate(0).text == "0%"


@pytest.mark.parametrize(
    ("value_ms", "text"), [(400, "0.4s"), (9_999, "10.0s"), (10_000, "0:10"), (182_500, "3:02"), (3_723_000, "1:02:03")]
)
def test_short_spans_are_said_in_tenths(value_ms: int, text: str) -> None:
    assert cells.span(value_ms) == Cell(text)


@pytest.mark.parametrize(
    ("hundredths", "text"), [(10_000, "100%"), (9_050, "90.5%"), (8_123, "81.2%"), (1, "0%"), (9, "0%"), (10, "0.1%")]
)
def test_shares_have_one_decimal_and_are_never_rounded_up(hundredths: int, text: str) -> None:
    assert cells.rate(hundredths) == Cell(text)


def test_a_missed_goal_is_marked_and_red() -> None:
    assert cells.service_level(7_999, 80) == Cell("!79.9%", Level.BAD)
    assert cells.service_level(8_000, 80) == Cell("80%", Level.GOOD)
    assert cells.service_level(7_999, None) == Cell("79.9%")


@pytest.mark.parametrize(
    ("waited_ms", "cell"),
    [
        (10_000, Cell("0:10")),
        (10_001, Cell("0:10", Level.WARNING)),
        (20_000, Cell("0:20", Level.WARNING)),
        (20_001, Cell("!0:20", Level.BAD)),
        (-5_000, Cell("0:00")),
    ],
)
def test_a_wait_is_judged_by_the_service_level_s_time(waited_ms: int, cell: Cell) -> None:
    now_ms = 1_700_000_000_000
    assert cells.wait(now_ms - waited_ms, now_ms, 20_000) == cell


def test_without_a_service_level_no_wait_is_bad() -> None:
    assert cells.wait(0, 3_600_000, None) == Cell("1h00m")


def test_long_waits_take_few_places() -> None:
    assert [cells.waited(one) for one in (0, 59_999, 3_599_000, 3_600_000, 359_999_000)] == [
        "0:00",
        "0:59",
        "59:59",
        "1h00m",
        "99h59m",
    ]
