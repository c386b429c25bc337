from __future__ import annotations

from deploy.backtest.figures import Wait, became, compared, figures, was
from deploy.backtest.people import Outcome
from schemas.vocabulary import LegState
from tests.support.recorded_calls import a_recorded_call


def test_mean_and_median_are_of_the_answered_and_shares_of_all_who_asked() -> None:
    found = figures([Wait(True, False, 0), Wait(True, False, 20), Wait(True, False, 70), Wait(False, True, 90)])
    assert (found.asked, found.answered, found.hung_up, found.abandoned_percent) == (4, 3, 1, 25.0)
    assert (found.mean_wait_answered_s, found.median_wait_answered_s, found.longest_wait_s) == (30.0, 20.0, 90.0)
    assert (found.within_20s, found.within_60s) == (50.0, 50.0)


def test_where_nobody_asked_there_is_nothing_to_divide() -> None:
    found = figures([])
    assert (found.asked, found.abandoned_percent, found.mean_wait_answered_s, found.within_20s) == (0, None, None, None)
    assert found.longest_wait_s is None


def test_waits_that_a_log_does_not_tell_count_as_calls_only() -> None:
    found = figures([Wait(True, False, None), Wait(True, False, None)])
    assert (found.answered, found.mean_wait_answered_s, found.within_20s, found.longest_wait_s) == (2, None, None, None)


def test_who_waited_nobody_knows_how_long_is_in_no_share_of_those_answered_in_time() -> None:
    found = figures([Wait(True, False, None), Wait(True, False, 10), Wait(True, False, 30), Wait(False, True, 10)])
    assert (found.asked, found.within_20s, found.within_60s) == (4, 33.33, 66.67)


def test_where_all_hang_up_nobody_is_answered_in_time() -> None:
    found = figures([Wait(False, True, 10), Wait(False, False, None)])
    assert (found.within_20s, found.within_60s, found.mean_wait_answered_s) == (0.0, 0.0, None)


def test_a_call_is_answered_hung_up_or_neither() -> None:
    assert was(a_recorded_call(1, waited_s=5)) == Wait(True, False, 5.0)
    assert was(a_recorded_call(1, answered=False, waited_s=5)) == Wait(False, True, 5.0)
    assert became(Outcome(state=LegState.CONNECTED, waited_ms=500, agent_id="dana")) == Wait(True, False, 0.5)
    assert became(Outcome(state=LegState.EXPIRED, waited_ms=500)) == Wait(False, False, 0.5)
    assert became(Outcome()) == Wait(False, False, None)


def test_both_sides_are_told_as_a_whole_and_by_group() -> None:
    calls = [
        a_recorded_call(1, waited_s=30, recorded_priority="2"),
        a_recorded_call(2, at_s=3_600, queue="new", answered=False, waited_s=8),
    ]
    outcomes = {
        calls[0].call_id: Outcome(state=LegState.CONNECTED, waited_ms=10_000, agent_id="dana"),
        calls[1].call_id: Outcome(state=LegState.CONNECTED, waited_ms=0, agent_id="dana"),
    }
    found = compared(calls, outcomes)
    assert (found.whole.recorded.answered, found.whole.here.answered) == (1, 2)
    assert {name: list(groups) for name, groups in found.by.items()} == {
        "type": ["new", "regular"],
        "priority": ["1", "2"],
        "day": ["2027-02-03"],
        "hour": ["10", "11"],
    }
    assert found.by["priority"]["2"].here.mean_wait_answered_s == 10.0
