from __future__ import annotations

import pytest

from deploy.backtest.fitting import MOST_TRIES, Try, fit


def test_a_rising_share_is_met_within_a_few_tries() -> None:
    found = fit(10.28, lambda after_call_s: (after_call_s / 30) ** 2)
    assert (found.best.after_call_s, found.reached) == (96, True)
    assert len(found.tries) <= 8


def test_a_share_that_jumps_is_met_at_the_nearer_side_of_the_jump_and_it_is_said_that_it_jumps() -> None:
    found = fit(10.0, lambda after_call_s: 4.0 if after_call_s < 61 else 11.0)
    assert (found.best, found.reached) == (Try(61, 11.0), False)
    assert found.why is not None
    assert "4.00 % hang up with 60 s and 11.00 % with 61 s" in found.why


def test_a_record_missed_by_little_is_reached() -> None:
    found = fit(10.0, lambda after_call_s: 9.8 if after_call_s < 61 else 11.0)
    assert (found.best.abandoned_percent, found.reached, found.why) == (9.8, True, None)


def test_a_record_beyond_the_first_guess_is_still_found() -> None:
    assert fit(50.0, lambda after_call_s: after_call_s / 10).best == Try(500, 50.0)


def test_a_record_below_what_is_lost_without_after_call_time_is_not_reached_and_it_is_said_why() -> None:
    found = fit(3.0, lambda after_call_s: 5.0 + after_call_s / 10)
    assert (found.best, found.reached) == (Try(0, 5.0), False)
    assert found.why is not None
    assert found.why.startswith("without any work after calls 5.00 % hang up, 3.00 % in the record")


def test_a_record_above_all_that_can_be_is_not_reached_and_it_is_said_why() -> None:
    found = fit(90.0, lambda after_call_s: min(60.0, after_call_s / 10))
    assert (found.best, found.reached) == (Try(960, 60.0), False)
    assert found.why is not None
    assert found.why.startswith("with 1920 s after each call only 60.00 % hang up, 90.00 % in the record")


@pytest.mark.parametrize("power", [0.1, 1, 8])
@pytest.mark.parametrize("wanted_percent", [0.4, 7.7, 61.3])
def test_whatever_the_curve_the_search_ends_after_few_tries(power: float, wanted_percent: float) -> None:
    found = fit(wanted_percent, lambda after_call_s: 100 * (after_call_s / 2_000) ** power)
    assert len(found.tries) <= MOST_TRIES
    assert len({one.after_call_s for one in found.tries}) == len(found.tries)


def test_a_share_that_falls_with_the_time_ends_the_search_too() -> None:
    found = fit(10.0, lambda after_call_s: 30.0 - after_call_s / 100)
    assert (found.best, found.reached) == (Try(120, 28.8), False)


def test_a_log_in_which_nobody_hung_up_needs_no_after_call_time() -> None:
    assert fit(0.0, lambda after_call_s: after_call_s / 10).best == Try(0, 0.0)
