from __future__ import annotations

import pytest

from schemas.configuration import DEFAULT_FORMULA
from schemas.metrics import Counts, Derived
from schemas.metrics_derived import FORMULAS, Formula, derive
from schemas.vocabulary import RoutingStatus

A_QUARTER = Counts(
    offered=12,
    answered=7,
    answered_within=6,
    answer_wait_ms=70_000,
    abandoned=2,
    abandoned_within=1,
    short_abandoned=2,
    abandon_wait_ms=50_001,
    handled=4,
    connected_ms=400_000,
    held_ms=20_000,
    wrap_up_ms=100_002,
    target_offered=12,
    target_answered=7,
    target_abandoned=2,
    target_short_abandoned=2,
    status_ms={
        RoutingStatus.IDLE: 100,
        RoutingStatus.INTERACTING: 500,
        RoutingStatus.WRAP_UP: 100,
        RoutingStatus.NOT_RESPONDING: 50,
        RoutingStatus.OFF_QUEUE: 999,
    },
)


@pytest.mark.parametrize(
    ("formula", "level"),
    [
        (Formula.ANSWERED_WITHIN_OVER_OFFERED, 5_000),
        (Formula.ANSWERED_WITHIN_OVER_OFFERED_LESS_SHORT, 6_000),
        (Formula.ANSWERED_WITHIN_OVER_ANSWERED, 8_571),
        (Formula.ANSWERED_WITHIN_OVER_ANSWERED_AND_ABANDONED, 6_667),
        (Formula.ANSWERED_OR_ABANDONED_WITHIN_OVER_OFFERED_LESS_SHORT, 7_000),
    ],
)
def test_each_formula_gives_its_own_service_level(formula: Formula, level: int) -> None:
    found = derive(A_QUARTER, formula=formula, within_ms=20_000, goal_percent=80)
    assert (found.service_level, found.service_level_formula) == (level, formula)
    assert found.service_levels[formula] == level
    assert (found.within_ms, found.goal_percent) == (20_000, 80)


def test_averages_and_rates_are_the_nearest_whole_numbers() -> None:
    found = derive(A_QUARTER)
    assert (found.asa_ms, found.aht_ms, found.average_abandon_wait_ms) == (10_000, 130_001, 25_001)
    assert (found.average_connected_ms, found.average_held_ms, found.average_wrap_up_ms) == (100_000, 5_000, 25_001)
    assert (found.abandon_rate, found.occupancy) == (2_222, 8_000)


def test_what_would_be_divided_by_nothing_cannot_be_computed() -> None:
    found = derive(Counts(), formula=DEFAULT_FORMULA)
    assert found == Derived(
        service_levels=dict.fromkeys((formula.value for formula in Formula), None),
        service_level_formula=DEFAULT_FORMULA,
    )


def test_zero_is_not_the_same_as_what_cannot_be_computed() -> None:
    found = derive(Counts(offered=5, expired=3, target_offered=3))
    assert found.service_levels[Formula.ANSWERED_WITHIN_OVER_OFFERED] == 0
    assert found.service_levels[Formula.ANSWERED_WITHIN_OVER_ANSWERED] is None
    assert (found.abandon_rate, found.asa_ms) == (0, None)


def test_contacts_without_a_threshold_are_no_part_of_the_service_level() -> None:
    found = derive(Counts(offered=9, answered=9, answered_within=2, target_offered=4, target_answered=4))
    assert found.service_levels[Formula.ANSWERED_WITHIN_OVER_OFFERED] == 5_000


def test_who_still_waits_is_no_part_of_a_rate() -> None:
    found = derive(Counts(offered=4))
    assert (found.abandon_rate, set(found.service_levels.values())) == (None, {None})


def test_where_nobody_waits_nobody_can_abandon() -> None:
    counts = Counts(answered=4)
    assert (derive(counts).abandon_rate, derive(counts, waits=False).abandon_rate) == (0, None)


def test_an_unknown_formula_has_no_level() -> None:
    assert derive(A_QUARTER, formula="of_tomorrow").service_level is None


def test_every_formula_is_computed_and_the_default_is_one_of_them() -> None:
    assert set(FORMULAS) == set(Formula)
    assert Formula(DEFAULT_FORMULA) in FORMULAS
