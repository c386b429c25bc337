from __future__ import annotations

import pytest

from schemas.pace import FADING_MS, Estimate, Pace

MINUTE_MS = 60_000


def a_line(agents: int = 10, waiting: int = 5) -> Pace:
    pace = Pace(0)
    pace.agents, pace.waiting = agents, waiting
    return pace


def moved(pace: Pace, taken: int, every_ms: int, lost_every: int = 0) -> Pace:
    """So many are taken, one after the other; now and then one gives up."""
    now_ms = 0
    for number in range(1, taken + 1):
        now_ms += every_ms
        pace.advance(now_ms)
        pace.took()
        if lost_every and number % lost_every == 0:
            pace.lost()
    return pace


def estimate(pace: Pace, position: int) -> Estimate:
    found = pace.estimate(position)
    assert found is not None
    return found


def test_a_place_costs_as_long_as_the_line_takes_to_move_by_one() -> None:
    pace = moved(a_line(), 200, 20_000)
    assert estimate(pace, 1).expected_ms == pytest.approx(20_000, rel=0.02)
    assert estimate(pace, 9).expected_ms == pytest.approx(180_000, rel=0.02)


def test_too_little_was_seen_to_say() -> None:
    assert moved(a_line(), 2, 20_000).estimate(1) is None
    assert moved(a_line(), 5, 20_000).estimate(1) is not None


def test_without_anybody_who_serves_nothing_is_known() -> None:
    pace = moved(a_line(), 50, 20_000)
    pace.agents = 0
    assert pace.estimate(1) is None


def test_twice_as_many_agents_halve_the_wait_at_once() -> None:
    pace = moved(a_line(), 50, 20_000)
    before = estimate(pace, 4).expected_ms
    pace.agents = 20
    assert estimate(pace, 4).expected_ms == pytest.approx(before / 2, abs=1)


def test_time_in_which_nobody_waits_changes_nothing() -> None:
    pace = moved(a_line(), 50, 20_000)
    before = pace.estimate(3)
    pace.waiting = 0
    pace.advance(50 * 20_000 + 600 * MINUTE_MS)
    pace.waiting = 5
    pace.advance(50 * 20_000 + 600 * MINUTE_MS)
    assert pace.estimate(3) == before


def test_what_is_long_ago_fades() -> None:
    pace = moved(a_line(), 100, 20_000)
    for number in range(1, 6 * FADING_MS // 5_000):
        pace.advance(100 * 20_000 + number * 5_000)
        pace.took()
    assert estimate(pace, 1).expected_ms == pytest.approx(5_000, rel=0.02)


def test_where_others_give_up_the_end_of_the_line_moves_faster() -> None:
    patient, hurried = moved(a_line(), 200, 20_000), moved(a_line(), 200, 20_000, lost_every=2)
    assert estimate(hurried, 1).expected_ms == pytest.approx(estimate(patient, 1).expected_ms, rel=0.01)
    assert estimate(hurried, 20).expected_ms < 0.6 * estimate(patient, 20).expected_ms


def test_a_long_line_is_summed_without_looking_at_each_place() -> None:
    pace = moved(a_line(), 200, 20_000, lost_every=2)
    assert estimate(pace, 201).expected_ms - estimate(pace, 200).expected_ms == pytest.approx(
        estimate(pace, 200).expected_ms - estimate(pace, 199).expected_ms, rel=0.05
    )
    assert estimate(pace, 1_000_000).expected_ms > estimate(pace, 1_000).expected_ms


def test_the_range_holds_the_mean_and_is_narrower_for_what_is_summed_of_much() -> None:
    pace = moved(a_line(), 400, 20_000)
    first, far = estimate(pace, 1), estimate(pace, 30)
    assert first.low_ms < first.expected_ms < first.high_ms
    assert far.low_ms < far.expected_ms < far.high_ms
    assert (far.high_ms - far.low_ms) / far.expected_ms < 0.6 * (first.high_ms - first.low_ms) / first.expected_ms


def test_a_clock_that_goes_back_is_not_followed() -> None:
    pace = moved(a_line(), 50, 20_000)
    before = pace.estimate(3)
    pace.advance(0)
    assert pace.estimate(3) == before
