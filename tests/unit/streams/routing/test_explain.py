"""Every offer explains itself, and every refusal to offer can be asked for."""

from __future__ import annotations

from typing import Any

from schemas import inputs
from schemas.configuration import AgentSettings, ChannelSettings, StatusSettings
from schemas.decisions import OfferMade
from schemas.values import Explanation
from schemas.vocabulary import PassedOver
from streams.routing import explain
from tests.support.engine_driver import Driver, a_configuration, a_connected_call

AGENTS = {
    "ana": AgentSettings(queues={"service": 1}, skills={"mandarin": 3}),
    "bo": AgentSettings(queues={"service": 2}, skills={"mandarin": 3}),
    "cy": AgentSettings(queues={"service": 1}, skills={"mandarin": 1}),
    "di": AgentSettings(queues={"service": 1}),
    "ed": AgentSettings(queues={"service": 1}, skills={"mandarin": 5}),
    "fay": AgentSettings(queues={"service": 1}, skills={"mandarin": 5}),
    "gus": AgentSettings(queues={"sales": 1}),
}


def a_driver(**more: Any) -> Driver:
    driver = Driver(a_configuration(agents=AGENTS, **more))
    driver.login("ana", "bo", "cy", "di", "fay")
    return driver


def explanation(driver: Driver) -> Explanation:
    return driver.said(OfferMade)[0].explanation


def test_who_was_passed_over_is_counted_by_reason() -> None:
    driver = a_driver(channels={"phone": ChannelSettings()}, statuses={"lunch": StatusSettings(routable=False)})
    driver.arrive("c0", preferred_agent="fay", requirements={"mandarin": 5})
    driver.accept("c0", "fay")
    driver.arrive(requirements={"mandarin": 2})
    found = explanation(driver)
    assert found.considered == 6
    assert found.passed_over == {
        PassedOver.LACKS_SKILL: 1,
        PassedOver.LEVEL_TOO_LOW: 1,
        PassedOver.OFF_QUEUE: 1,
        PassedOver.NO_CAPACITY: 1,
    }
    assert found.requirements == {"mandarin": 2}


def test_winner_runner_up_and_tie_break_are_named() -> None:
    driver = a_driver()
    driver.arrive(requirements={"mandarin": 3})
    found = explanation(driver)
    assert driver.offered() == [("c1", "ana")]
    assert (found.runner_up, found.tie_break) == ("fay", "agent_id")
    assert [part.name for part in found.score] == ["rank", "longest_idle", "has_work", "idle_since_ms"]
    assert found.score[0].value == 1


def test_a_preferred_agent_is_the_first_score_part() -> None:
    driver = a_driver()
    driver.arrive(preferred_agent="bo")
    found = explanation(driver)
    assert driver.offered() == [("c1", "bo")]
    assert (found.score[0].name, found.score[0].value, found.tie_break) == ("preferred", 0, "preferred")


def test_who_rejected_before_is_counted_as_such() -> None:
    driver = a_driver()
    driver.arrive(requirements={"mandarin": 3})
    driver.reject(agent="ana")
    assert explanation(driver).passed_over[PassedOver.REJECTED_BEFORE] == 1


def test_counts_are_right_for_agents_who_changed_at_this_very_input() -> None:
    driver = Driver(a_configuration("ana", "bo"))
    driver.login("ana")
    driver.arrive("c1")
    driver.arrive("c2")
    driver.login("bo")
    assert driver.offered() == [("c2", "bo")]
    assert explanation(driver).passed_over == {PassedOver.NO_CAPACITY: 1}


def test_all_reasons_of_one_agent_can_be_asked() -> None:
    driver = a_driver()
    driver.arrive("c1", requirements={"mandarin": 5, "refunds": 1})
    reasons = {
        name: explain.reasons(driver.world, driver.interaction(), driver.leg(), driver.agent(name))
        for name in ("ana", "di", "ed")
    }
    assert reasons == {
        "ana": (PassedOver.LEVEL_TOO_LOW, PassedOver.LACKS_SKILL),
        "di": (PassedOver.LACKS_SKILL,),
        "ed": (PassedOver.LACKS_SKILL, PassedOver.OFF_QUEUE),
    }


def test_a_limit_of_the_channel_is_told_from_missing_units() -> None:
    agents = {"ana": AgentSettings(queues={"service": 1}, max={"web_chat": 1}, capacity=60)}
    driver = Driver(a_configuration(agents=agents, channels={"web_chat": ChannelSettings(units=25)}))
    driver.login("ana")
    driver.arrive("c1", channel="web_chat")
    driver.arrive("c2", channel="web_chat")
    driver.arrive("c3", channel="phone")
    found = [
        explain.reasons(driver.world, driver.interaction(name), driver.leg(name), driver.agent())
        for name in ("c2", "c3")
    ]
    assert found == [(PassedOver.CHANNEL_LIMIT,), (PassedOver.NO_CAPACITY,)]


def test_a_draining_and_a_disconnected_agent_are_told_apart() -> None:
    driver = a_connected_call("ana", "bo")
    driver.command(inputs.SetNextStatus, agent_id="ana", status="offline")
    driver.session("bo", opened=False)
    driver.arrive("c2")
    interaction = driver.interaction("c2")
    assert PassedOver.DRAINING in explain.reasons(driver.world, interaction, interaction.main, driver.agent("ana"))
    assert explain.reasons(driver.world, interaction, interaction.main, driver.agent("bo")) == (
        PassedOver.DISCONNECTED,
    )
