"""Who is beside the owner, and how."""

from __future__ import annotations

from schemas.vocabulary import LegState
from streams.routing import partaking
from tests.support.consults import a_conference, a_consult


def test_a_consult_is_open_until_it_is_joined_or_over() -> None:
    driver = a_consult()
    consult = partaking.open_consult(driver.interaction())
    assert consult is not None
    assert consult.state is LegState.CONNECTED
    assert partaking.participants(driver.interaction()) == []
    assert partaking.open_consult(a_conference().interaction()) is None


def test_participants_are_those_in_the_conference_oldest_first() -> None:
    driver = a_conference("bo", "cy")
    assert [leg.agent_id for leg in partaking.participants(driver.interaction())] == ["bo", "cy"]


def test_who_is_offered_a_consult_is_with_the_interaction_already() -> None:
    driver = a_consult(accepted=False)
    assert set(partaking.with_it(driver.interaction())) == {"ana", "bo"}
    leg = partaking.leg_of(driver.interaction(), "bo")
    assert leg is not None
    assert leg.state is LegState.OFFERED
    assert partaking.leg_of(driver.interaction(), "cy") is None


def test_who_wraps_up_is_not_with_it_any_more() -> None:
    driver = a_conference()
    driver.of(driver.end_command, "bo")
    assert partaking.with_it(driver.interaction()) == ("ana",)
    assert partaking.companions(driver.interaction()) == []


def test_a_waiting_consult_is_looked_at_again_and_nothing_else_is() -> None:
    driver = a_consult(accepted=False)
    partaking.look_again(driver.world, driver.interaction())
    assert driver.world.touched_legs == {}
