"""New legs of an interaction that is there already."""

from __future__ import annotations

from schemas.vocabulary import LegKind, LegState
from streams.routing import opening
from tests.support.engine_driver import a_connected_call


def test_a_new_main_leg_stands_before_the_old_one() -> None:
    driver = a_connected_call()
    old, interaction = driver.leg(), driver.interaction()
    new = opening.main(driver.world, interaction)
    assert (interaction.main, interaction.others) == (new, (old,))
    assert (new.number, new.kind, new.state) == (2, LegKind.MAIN, LegState.CREATED)


def test_a_companion_leaves_the_main_leg_in_place_and_numbers_go_on() -> None:
    driver = a_connected_call()
    interaction = driver.interaction()
    first = opening.companion(driver.world, interaction, LegKind.CONSULT)
    second = opening.companion(driver.world, interaction, LegKind.JOIN)
    assert [leg.number for leg in (interaction.main, first, second)] == [1, 2, 3]
    assert interaction.others == (second, first)


def test_a_leg_in_the_place_of_another_has_waited_as_long() -> None:
    driver = a_connected_call()
    old = driver.leg()
    old.waited_ms, old.step_head_start_ms, old.virtual_arrival_ms = 7_000, 3_000, 5
    new = opening.main(driver.world, driver.interaction())
    opening.in_place(driver.world, new, old)
    assert (new.waited_ms, new.step_head_start_ms, new.virtual_arrival_ms) == (7_000, 3_000, 5)
    assert (new.place, new.arrived_ms, new.entered_queue_ms) == (old.place, old.arrived_ms, old.entered_queue_ms)
