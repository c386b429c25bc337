from __future__ import annotations

import pytest

from deploy.backtest.figures import Compared, compared
from deploy.backtest.people import Outcome
from deploy.backtest.policies import STUDENT_95_PERCENT, compare, lines, paired
from schemas.vocabulary import LegState
from tests.support.recorded_calls import a_recorded_call

CALLS = [
    a_recorded_call(1, recorded_priority="1"),
    a_recorded_call(2, at_s=60, recorded_priority="2"),
    a_recorded_call(3, day="2027-02-04", recorded_priority="2", answered=False, waited_s=5),
]


def a_run(*waits_s: float | None) -> Compared:
    """The calls with these waits; None = hung up."""
    outcomes = {
        call.call_id: Outcome(state=LegState.ABANDONED, waited_ms=5_000)
        if waited_s is None
        else Outcome(state=LegState.CONNECTED, waited_ms=round(waited_s * 1000), agent_id="dana")
        for call, waited_s in zip(CALLS, waits_s, strict=True)
    }
    return compared(CALLS, outcomes)


def test_differences_are_paired_and_have_student_s_interval() -> None:
    found = paired([10.0, 20.0, 30.0], [12.0, 23.0, 31.0])
    assert (found.first, found.second, found.difference) == (20.0, 22.0, 2.0)
    assert found.high - found.low == pytest.approx(2 * 4.303 / 3**0.5, abs=2e-3)
    assert not found.is_clear
    assert paired([10.0] * 3, [12.0, 12.1, 12.2]).is_clear


def test_many_seeds_take_the_last_quantile() -> None:
    noise = [0.0, 1.0] * 50
    found = paired([0.0] * 100, noise)
    assert found.high - found.low == pytest.approx(2 * STUDENT_95_PERCENT[-1] * 0.0502519, abs=2e-3)


def test_two_policies_are_compared_as_a_whole_by_type_and_by_priority() -> None:
    found = compare([(a_run(10, 20, 30), a_run(20, 10, None)), (a_run(10, 22, 30), a_run(21, 10, None))])
    assert found.seeds == 2
    assert found.whole["abandoned_percent"].difference == pytest.approx(33.33)
    assert found.by["priority"]["1"]["mean_wait_answered_s"].difference == 10.5
    assert found.by["type"]["regular"]["abandoned_percent"].low == pytest.approx(33.33)


def test_a_figure_that_a_run_does_not_have_is_left_out() -> None:
    found = compare([(a_run(1, None, None), a_run(1, 2, None))] * 2)
    assert set(found.by["priority"]["2"]) == {"abandoned_percent"}


def test_days_are_counted_on_which_callers_waited_less_or_more() -> None:
    found = compare([(a_run(10, 10, 30), a_run(9, 9, 31))] * 2)
    assert (found.days_less, found.days_more) == (1, 1)


def test_one_seed_says_nothing() -> None:
    with pytest.raises(ValueError, match="at least two"):
        compare([(a_run(1, 2, 3), a_run(1, 2, 3))])


def test_what_cannot_be_told_apart_and_what_cannot_be_known_is_said() -> None:
    text = "\n".join(lines(compare([(a_run(10, 20, 30), a_run(20, 10, 30)), (a_run(10, 20, 30), a_run(10, 20, 31))])))
    assert "(not told apart)" in text
    assert "priority 1: mean_wait_answered_s" in text
    assert text.count("\n  - ") == 5
