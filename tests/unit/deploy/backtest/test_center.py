from __future__ import annotations

from deploy.backtest.center import run
from deploy.backtest.people import Outcome, Run
from schemas.configuration import QueueSettings, StepSettings
from schemas.vocabulary import LegState
from tests.support.recorded_calls import a_caller, a_center, a_shift


def waits_s(ran: Run) -> dict[str, float | None]:
    return {call: None if one.waited_ms is None else one.waited_ms / 1000 for call, one in ran.outcomes.items()}


def test_calls_are_taken_first_come_first_served_each_as_long_as_it_takes() -> None:
    ran = run(a_center(), [a_caller("a", 0, 60), a_caller("b", 10, 30), a_caller("c", 20, 30)], [a_shift()])
    assert waits_s(ran) == {"a": 0, "b": 50, "c": 70}
    assert {one.agent_id for one in ran.outcomes.values()} == {"dana"}


def test_work_after_a_call_keeps_the_agent_away() -> None:
    ran = run(a_center(wrap_up_ms=75_000), [a_caller("a", 0, 60), a_caller("b", 10, 30)], [a_shift()])
    assert waits_s(ran)["b"] == 125
    assert (ran.talked_ms, ran.wrapped_ms) == ({"dana": 90_000}, {"dana": 150_000})


def test_a_head_start_is_worth_as_much_waiting() -> None:
    calls = [a_caller("first", 0, 100), a_caller("early", 10, 10), a_caller("urgent", 60, 10, priority=4)]
    assert waits_s(run(a_center(), calls, [a_shift()])) == {"first": 0, "urgent": 40, "early": 100}
    calls[2] = a_caller("urgent", 75, 10, priority=4)
    assert waits_s(run(a_center(), calls, [a_shift()])) == {"first": 0, "early": 90, "urgent": 35}


def test_callers_lose_patience_and_who_is_answered_in_that_second_is_answered() -> None:
    calls = [a_caller("a", 0, 60), a_caller("b", 10, 30, patience_s=49), a_caller("c", 20, 30, patience_s=40)]
    ran = run(a_center(), calls, [a_shift()])
    assert ran.outcomes["b"] == Outcome(state=LegState.ABANDONED, waited_ms=49_000)
    assert ran.outcomes["c"] == Outcome(state=LegState.CONNECTED, waited_ms=40_000, agent_id="dana")


def test_an_agent_whose_shift_is_over_finishes_the_call_and_takes_no_other() -> None:
    calls = [a_caller("a", 0, 100), a_caller("b", 1, 200), a_caller("c", 10, 10)]
    ran = run(a_center(["dana", "eli"]), calls, [a_shift("dana", 0, 50), a_shift("eli")])
    assert waits_s(ran) == {"a": 0, "b": 0, "c": 191}
    assert ran.present_ms == {"dana": 100_000, "eli": 211_000}


def test_the_last_one_there_stays_until_nobody_waits() -> None:
    ran = run(a_center(), [a_caller("a", 0, 100), a_caller("b", 10, 10), a_caller("c", 200)], [a_shift("dana", 0, 50)])
    assert waits_s(ran) == {"a": 0, "b": 90, "c": None}
    assert ran.outcomes["c"].state is None
    assert ran.present_ms == {"dana": 110_000}


def test_who_stays_for_a_call_that_he_cannot_take_was_there_all_the_time() -> None:
    calls = [a_caller("a", 0, 100), a_caller("b", 10, 10, skill="rare")]
    ran = run(a_center(), calls, [a_shift("dana", 0, 50)])
    assert (ran.outcomes["b"].state, ran.talked_ms, ran.present_ms) == (None, {"dana": 100_000}, {"dana": 100_000})


def test_who_stayed_goes_as_soon_as_somebody_comes() -> None:
    calls = [a_caller("a", 0, 100), a_caller("b", 10, 10), a_caller("c", 20, 10)]
    ran = run(a_center(["dana", "eli"]), calls, [a_shift("dana", 0, 50), a_shift("eli", 70)])
    assert waits_s(ran) == {"a": 0, "b": 60, "c": 60}
    assert [one.agent_id for one in ran.outcomes.values()] == ["dana", "eli", "eli"]


def test_an_agent_comes_again_the_next_day_and_also_before_he_was_done() -> None:
    calls = [a_caller("a", 0, 100), a_caller("b", 60, 10), a_caller("c", 86_500, 10)]
    shifts = [a_shift("dana", 0, 20), a_shift("dana", 50, 150), a_shift("dana", 86_400, 86_600)]
    ran = run(a_center(), calls, shifts)
    assert waits_s(ran) == {"a": 0, "b": 40, "c": 0}


def test_a_call_waits_for_somebody_with_its_skill() -> None:
    center = a_center(["dana", "eli"], skills={"eli": {"stocks": 1}})
    ran = run(center, [a_caller("a", 0, skill="stocks")], [a_shift("dana"), a_shift("eli", 30)])
    assert (ran.outcomes["a"].agent_id, ran.outcomes["a"].waited_ms) == ("eli", 30_000)


def test_a_routing_step_happens_at_its_own_moment_with_no_call_near() -> None:
    steps = (StepSettings(require={"stocks": 1}), StepSettings(at_ms=25_000, relax=True, require={}))
    center = a_center(queues={"regular": QueueSettings(steps=steps)})
    ran = run(center, [a_caller("a", 0), a_caller("b", 500)], [a_shift()])
    assert waits_s(ran) == {"a": 25, "b": 25}


def test_a_call_that_routing_ends_is_over() -> None:
    center = a_center(queues={"regular": QueueSettings(expire_after_ms=30_000)})
    ran = run(center, [a_caller("a", 0, patience_s=600)], [])
    assert ran.outcomes["a"] == Outcome(state=LegState.EXPIRED, waited_ms=30_000)


def test_the_same_calls_give_the_same_run_and_nobody_gives_an_empty_one() -> None:
    calls = [a_caller(f"c{n}", n * 7 % 90, 20, patience_s=n % 40) for n in range(60)]
    assert run(a_center(), calls, [a_shift()]) == run(a_center(), calls, [a_shift()])
    assert run(a_center(), [], []).outcomes == {}
