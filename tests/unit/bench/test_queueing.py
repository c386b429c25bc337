from __future__ import annotations

import random

import pytest

from bench.queueing import Interval, Load, Visit, Wait, batch_means, erlang_a, erlang_b, erlang_c, expected, path, waits


def test_erlang_b_and_c_are_those_of_the_tables() -> None:
    assert erlang_b(10.0, 10) == pytest.approx(0.214582, abs=1e-6)
    assert erlang_b(1.0, 1) == 0.5
    load = Load(agents=10, calls_per_s=0.08, talk_s=100.0)
    assert erlang_c(load).mean_wait_s == pytest.approx(0.409180 / 0.02, rel=1e-5)


def test_one_agent_is_the_formula_of_pollaczek_and_khinchine() -> None:
    load = Load(agents=1, calls_per_s=0.5, talk_s=1.0)
    assert erlang_c(load).mean_wait_s == pytest.approx(1.0)


def test_more_than_agents_can_do_has_no_mean_without_patience_and_has_one_with() -> None:
    load = Load(agents=2, calls_per_s=3.0, talk_s=1.0)
    with pytest.raises(ValueError, match="grows without end"):
        erlang_c(load)
    with pytest.raises(ValueError, match="as long as it takes"):
        erlang_a(load)
    found = expected(Load(agents=2, calls_per_s=3.0, talk_s=1.0, patience_s=1.0))
    assert 1 / 3 < found.gives_up < 0.5


def test_callers_who_talk_as_long_as_they_wait_are_a_poisson_number_of_callers() -> None:
    """With mu = theta everybody leaves at one rate: k callers are there with the probabilities of Poisson's law."""
    load = Load(agents=1, calls_per_s=1.0, talk_s=1.0, patience_s=1.0)
    assert erlang_a(load).mean_wait_s == pytest.approx(2.718281828**-1)
    assert erlang_a(load).gives_up == pytest.approx(2.718281828**-1)


def test_callers_with_endless_patience_are_erlang_c_s() -> None:
    load = Load(agents=5, calls_per_s=0.04, talk_s=100.0)
    patient = Load(agents=5, calls_per_s=0.04, talk_s=100.0, patience_s=1e9)
    assert erlang_a(patient).mean_wait_s == pytest.approx(erlang_c(load).mean_wait_s, rel=1e-4)


def test_the_recursion_gives_the_agent_who_is_free_first() -> None:
    visits = [Visit(0, 100, None), Visit(10, 20, None), Visit(20, 50, None), Visit(25, 5, None)]
    assert [one.waited_ms for one in waits(visits, 2)] == [0, 0, 10, 55]


def test_who_gives_up_takes_nobody_s_time_and_who_is_answered_just_then_is_answered() -> None:
    visits = [Visit(0, 100, None), Visit(10, 50, 89), Visit(20, 5, 80), Visit(30, 5, 80)]
    assert waits(visits, 1) == [Wait(0, True), Wait(89, False), Wait(80, True), Wait(75, True)]


def test_a_path_has_the_rates_that_it_is_asked_for_and_repeats() -> None:
    load = Load(agents=1, calls_per_s=0.1, talk_s=30.0, patience_s=60.0)
    visits = path(load, 20_000, seed=1)
    assert visits == path(load, 20_000, seed=1)
    assert visits[-1].at_ms / 20_000 == pytest.approx(10_000, rel=0.03)
    assert sum(one.talk_ms for one in visits) / 20_000 == pytest.approx(30_000, rel=0.03)
    assert sum(one.patience_ms or 0 for one in visits) / 20_000 == pytest.approx(60_000, rel=0.03)


def test_batch_means_hold_the_mean_of_what_is_independent_in_99_of_100() -> None:
    chance = random.Random(5)
    held = [batch_means([chance.gauss(7.0, 2.0) for _ in range(900)]).holds(7.0) for _ in range(200)]
    assert 190 <= sum(held) < 200


def test_the_beginning_is_left_out_and_too_few_values_are_refused() -> None:
    assert batch_means([1_000.0] * 100 + [1.0] * 900) == Interval(1.0, 0.0)
    with pytest.raises(ValueError, match="29 values"):
        batch_means([1.0] * 29)
