from __future__ import annotations

import msgspec

from deploy.backtest.calls import day_ms
from deploy.backtest.staff import shifts_of, skills_of, skills_without_agents
from tests.support.recorded_calls import TEN_MS, a_recorded_call, a_shift


def test_an_agent_is_there_from_the_first_to_the_last_call_of_the_day() -> None:
    calls = [a_recorded_call(1, at_s=10, waited_s=5), a_recorded_call(2, at_s=500, service_s=30)]
    assert shifts_of(calls) == (a_shift("dana", 15, 530),)


def test_who_took_a_call_that_did_not_wait_was_there_when_it_came() -> None:
    assert shifts_of([a_recorded_call(1, at_s=10, waited_s=0)])[0].from_ms == TEN_MS + 10_000


def test_an_agent_of_one_call_without_a_length_has_an_empty_shift() -> None:
    assert shifts_of([a_recorded_call(1, at_s=10, service_s=0)]) == (a_shift("dana", 10, 10),)


def test_calls_without_a_name_or_without_service_times_bring_nobody() -> None:
    assert shifts_of([a_recorded_call(1, agent=None), a_recorded_call(2, service_s=None)]) == ()


def test_shifts_that_touch_over_midnight_are_one_and_days_apart_are_two() -> None:
    late = a_recorded_call(1, at_s=13.9 * 3_600, service_s=1_200)
    early = a_recorded_call(2, day="2027-02-04", at_s=-9.95 * 3_600)
    third = a_recorded_call(3, day="2027-02-05")
    shifts = shifts_of([late, early, third])
    assert [shift.from_ms for shift in shifts] == [late.begun_ms, day_ms("2027-02-05") + 36_000_000]


def test_an_agent_has_the_skills_of_the_calls_that_he_took() -> None:
    calls = [a_recorded_call(number, agent="ana", queue="regular") for number in range(100)]
    calls += [a_recorded_call(number, agent="bo", queue="internet") for number in range(100)]
    assert skills_of(calls) == {"ana": ("regular",), "bo": ("internet",)}


def test_a_single_call_among_many_shows_no_skill() -> None:
    calls = [a_recorded_call(number, agent="ana", queue="regular") for number in range(100)]
    calls += [a_recorded_call(number, agent="bo", queue="internet") for number in range(99)]
    calls += [a_recorded_call(200, agent="bo", queue="regular")]
    assert skills_of(calls)["bo"] == ("internet",)


def test_of_a_rare_skill_those_have_it_who_have_the_commonest() -> None:
    calls = [a_recorded_call(number, agent="ana", queue="regular") for number in range(50)]
    calls += [a_recorded_call(number, agent="bo", queue="regular") for number in range(50)]
    calls += [a_recorded_call(number, agent="cy", queue="internet") for number in range(40)]
    calls += [a_recorded_call(300, agent="ana", queue="english")]
    found = skills_of(calls)
    assert (found["ana"], found["bo"], found["cy"]) == (("english", "regular"), ("english", "regular"), ("internet",))


def test_agents_of_calls_that_need_no_skill_have_none_and_are_there() -> None:
    call = msgspec.structs.replace(a_recorded_call(1), skill=None)
    assert skills_of([call]) == {"dana": ()}


def test_without_calls_there_is_nobody() -> None:
    assert skills_of([]) == {}


def test_skills_that_nobody_has_shown_are_named() -> None:
    calls = [a_recorded_call(1, queue="regular"), a_recorded_call(2, queue="new", answered=False, waited_s=9)]
    assert skills_without_agents(calls, {"dana": ("regular",)}) == ("new",)
