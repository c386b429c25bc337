from __future__ import annotations

from deploy.backtest.fitting import Try, fit


def test_a_rising_share_is_met_within_a_few_tries() -> None:
    found = fit(10.28, lambda after_call_s: (after_call_s / 30) ** 2)
    assert (found.best.after_call_s, found.reached) == (96, True)
    assert len(found.tries) <= 8


def test_a_share_that_jumps_is_met_at_the_nearer_side_of_the_jump() -> None:
    found = fit(10.0, lambda after_call_s: 4.0 if after_call_s < 61 else 11.0)
    assert (found.best, found.reached) == (Try(61, 11.0), True)


def test_a_record_beyond_the_first_guess_is_still_found() -> None:
    assert fit(50.0, lambda after_call_s: after_call_s / 10).best == Try(500, 50.0)


def test_a_record_below_what_is_lost_without_after_call_time_is_not_reached() -> None:
    found = fit(3.0, lambda after_call_s: 5.0 + after_call_s / 10)
    assert (found.best, found.reached) == (Try(0, 5.0), False)


def test_a_record_above_all_that_can_be_is_not_reached() -> None:
    found = fit(90.0, lambda after_call_s: min(60.0, after_call_s / 10))
    assert (found.best.after_call_s, found.reached) == (1_920, False)


def test_a_log_in_which_nobody_hung_up_needs_no_after_call_time() -> None:
    assert fit(0.0, lambda after_call_s: after_call_s / 10).best == Try(0, 0.0)
