from __future__ import annotations

from deploy.orphans import HANDED_OVER, NOT_CONFIGURED, Orphan, live_orphans
from schemas import inputs
from schemas.vocabulary import LegState
from tests.support.engine_driver import Driver, a_configuration, a_connected_call

EVER = frozenset({"ana", "bo"})


def test_work_that_names_agents_who_are_there_has_no_orphan() -> None:
    driver = Driver(a_configuration("ana", "bo"))
    driver.arrive(preferred_agent="ana", owner="bo")
    found = live_orphans(driver.world, EVER)
    assert (found.live, found.count, found.first) == (2, 0, ())


def test_an_agent_who_is_removed_without_a_hand_over_leaves_orphans() -> None:
    driver = Driver(a_configuration("ana", "bo"))
    driver.arrive(preferred_agent="ana", owner="bo")
    driver.configure(a_configuration("bo"))
    assert live_orphans(driver.world, EVER).first == (
        Orphan(subject="c1", link="preferred_agent", agent_id="ana", why=NOT_CONFIGURED),
    )
    driver.command(inputs.HandOverAgent, agent_id="ana", to_agent="bo")
    assert live_orphans(driver.world, EVER).count == 0


def test_a_name_that_never_was_an_agents_is_none() -> None:
    driver = Driver(a_configuration("ana"))
    driver.arrive(preferred_agent="somebody")
    assert live_orphans(driver.world, EVER).count == 0


def test_a_promised_callback_is_called_so() -> None:
    driver = a_connected_call("ana", "bo")
    at_ms = driver.now_ms + 3_600_000
    driver.command(inputs.RequestCallback, interaction_id="c1", at_ms=at_ms, agent_id="ana")
    assert driver.leg().state is LegState.SCHEDULED
    driver.configure(a_configuration("bo"))
    assert [one.link for one in live_orphans(driver.world, EVER).first] == ["callback"]


def test_work_from_before_a_hand_over_that_still_names_the_agent_is_an_orphan() -> None:
    driver = Driver(a_configuration("ana", "bo"))
    driver.arrive("c1")
    driver.command(inputs.HandOverAgent, agent_id="ana", to_agent="bo")
    driver.interaction("c1").owner = "ana"
    assert live_orphans(driver.world, EVER).first == (
        Orphan(subject="c1", link="owner", agent_id="ana", why=HANDED_OVER),
    )
    driver.now_ms += 600_000
    driver.arrive("c2", owner="ana")
    assert live_orphans(driver.world, EVER).count == 1, "he changed teams, and this is his"
