from __future__ import annotations

from deploy.backtest.callers import LEAST_HANG_UPS, Draws
from tests.support.recorded_calls import a_recorded_call


def test_who_hung_up_is_ready_to_wait_exactly_as_long_as_recorded() -> None:
    call = a_recorded_call(1, answered=False, waited_s=45)
    assert Draws([call]).caller(call, "1").patience_ms == 45_000


def test_who_was_answered_is_ready_to_wait_longer_than_recorded_as_others_show() -> None:
    calls = [
        a_recorded_call(1, waited_s=20),
        *(a_recorded_call(n, answered=False, waited_s=10 * n) for n in range(2, 9)),
    ]
    draws = Draws(calls)
    drawn = {draws.caller(calls[0], str(seed)).patience_ms for seed in range(60)}
    assert drawn == {10_000 * n for n in range(3, 9)}


def test_who_would_outwait_everybody_waits_as_long_as_the_longest_wait() -> None:
    calls = [a_recorded_call(1, waited_s=100), a_recorded_call(2, answered=False, waited_s=10)]
    assert Draws(calls).caller(calls[0], "1").patience_ms == 101_000


def test_where_nobody_hung_up_callers_wait_as_long_as_it_takes() -> None:
    call = a_recorded_call(1, waited_s=100)
    assert Draws([call]).caller(call, "1").patience_ms is None


def test_a_type_with_enough_hang_ups_has_an_estimate_of_its_own() -> None:
    often = [a_recorded_call(n, answered=False, waited_s=5, queue="new") for n in range(LEAST_HANG_UPS)]
    seldom = [a_recorded_call(n, answered=False, waited_s=500, queue="rare") for n in range(LEAST_HANG_UPS - 1)]
    draws = Draws([*often, *seldom])
    assert draws.estimate("new").times_s == (5,)
    assert draws.estimate("rare").times_s == (5, 500)


def test_service_is_as_recorded_else_one_of_the_type_else_any_else_none() -> None:
    served, lost = a_recorded_call(1, service_s=70), a_recorded_call(2, service_s=None)
    of_another_type = a_recorded_call(3, service_s=None, queue="new")
    draws = Draws([served, lost, of_another_type])
    assert [draws.caller(one, "1").service_ms for one in (served, lost, of_another_type)] == [70_000] * 3
    assert Draws([lost]).caller(lost, "1").service_ms == 0


def test_the_seed_and_the_call_decide_a_draw() -> None:
    calls = [a_recorded_call(1, waited_s=5), *(a_recorded_call(n, answered=False, waited_s=n) for n in range(6, 200))]
    draws = Draws(calls)
    assert draws.caller(calls[0], "1") == draws.caller(calls[0], "1")
    assert len({draws.caller(calls[0], str(seed)).patience_ms for seed in range(20)}) > 10
