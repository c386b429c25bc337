"""Who could take it stands in the order of the offers."""

from __future__ import annotations

from schemas.configuration import AgentSettings, QueueSettings
from schemas.vocabulary import Strategy
from streams.routing.ranking import ranked
from tests.support.engine_driver import Driver, a_configuration


def order(driver: Driver, *agents: str) -> list[str]:
    w, one = driver.world, driver.interaction()
    return [found.agent_id for found in ranked(w, one, one.main, w.audience(one, one.main), agents)]


def test_rank_goes_before_idle_time_and_the_preferred_agent_before_both() -> None:
    agents = {
        "ana": AgentSettings(queues={"service": 2}),
        "bo": AgentSettings(queues={"service": 1}),
        "chen": AgentSettings(queues={"service": 3}),
    }
    driver = Driver(a_configuration(agents=agents))
    driver.arrive("c1", preferred_agent="chen")
    assert order(driver, "ana", "bo", "chen") == ["chen", "bo", "ana"]


def test_the_queues_strategy_decides_between_equal_ranks() -> None:
    queues = {"service": QueueSettings(strategy=Strategy.MOST_SKILLED)}
    agents = {
        "ana": AgentSettings(queues={"service": 1}, skills={"mandarin": 2}),
        "bo": AgentSettings(queues={"service": 1}, skills={"mandarin": 4}),
    }
    driver = Driver(a_configuration(skills=("mandarin",), queues=queues, agents=agents))
    driver.arrive("c1", requirements={"mandarin": 1})
    assert order(driver, "ana", "bo") == ["bo", "ana"]
