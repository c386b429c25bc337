"""Waiting work and free agents come together."""

from __future__ import annotations

from schemas import inputs
from schemas.configuration import AgentSettings, QueueSettings, RoutingSettings
from schemas.vocabulary import LegState
from streams.routing import matching
from streams.routing.model import Interaction, Leg
from streams.routing.world import World
from tests.support.engine_driver import Driver, a_configuration


def many(count: int, **more: AgentSettings) -> Driver:
    agents = {f"a{n:02}": AgentSettings(queues={"service": 1}) for n in range(count)}
    return Driver(a_configuration(agents=agents | more))


def test_interactions_go_first_each_to_its_best_agent() -> None:
    driver = many(2)
    for contact in ("c1", "c2", "c3"):
        driver.arrive(contact)
    driver.login("a01")
    assert driver.offered() == [("c1", "a01")]
    driver.login("a00")
    assert driver.offered() == [("c2", "a00")]
    assert driver.leg("c3").state is LegState.QUEUED


def test_many_agents_freed_at_once_take_the_oldest_in_order() -> None:
    driver = many(40)
    driver.login(*sorted(driver.world.agents))
    driver.session("a00", opened=False)
    wanted = driver.configuration
    for n in range(60):
        driver.arrive(f"c{n:02}", queue="later" if n < 0 else "service")
    assert sum(one.main.state is LegState.OFFERED for one in driver.world.interactions.values()) == 39
    driver.configure(a_configuration(agents={**wanted.agents, "b": AgentSettings(queues={"service": 1}, capacity=300)}))
    driver.login("b")
    assert driver.offered() == [("c39", "b"), ("c40", "b"), ("c41", "b")]


def test_a_gateway_s_return_matches_everybody_at_once() -> None:
    driver = many(30)
    for n in range(20):
        driver.arrive(f"c{n:02}")
    wanted = driver.configuration
    driver.configure(a_configuration(agents={}))
    for name in wanted.agents:
        driver.session(name)
    driver.configure(wanted)
    assert driver.offered() == []
    for name in sorted(wanted.agents):
        driver.session(name, session="again")
    assert sum(one.main.state is LegState.OFFERED for one in driver.world.interactions.values()) == 20


def test_with_rank_first_the_lowest_rank_goes_first() -> None:
    agents = {"ana": AgentSettings(queues={"service": 2, "sales": 1})}
    queues = {"service": QueueSettings(), "sales": QueueSettings()}
    for rank_first, contact in ((False, "old"), (True, "new")):
        settings = RoutingSettings(rank_first=rank_first)
        driver = Driver(a_configuration(agents=agents, queues=queues, settings=settings))
        driver.arrive("old", queue="service")
        driver.arrive("new", queue="sales")
        driver.login("ana")
        assert driver.offered() == [(contact, "ana")]


def test_an_agent_looks_at_the_heads_of_his_lanes() -> None:
    driver = many(1)
    driver.arrive("c1", requirements={"mandarin": 1})
    driver.arrive("c2")
    driver.arrive("c3")
    agent = driver.agent("a00")
    agent.take = driver.world.channel_bit(driver.interaction("c2"))
    for contact in ("c1", "c2", "c3"):
        driver.world.audience(driver.interaction(contact), driver.leg(contact))
    found = matching.best_waiting(driver.world, agent)
    assert found is not None
    assert found[2].interaction_id == "c2"
    agent.take = 0
    assert matching.best_waiting(driver.world, agent) is None


class Looks:
    """A witness that notes which contacts were matched."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def looked(self, w: World, interaction: Interaction, leg: Leg) -> None:
        self.seen.append(interaction.interaction_id)


def test_who_leaves_has_those_matched_anew_for_whom_somebody_may_be_asked_again() -> None:
    driver = many(3)
    driver.login("a00", "a01", "a02")
    for contact in ("c0", "c1", "c2"):
        driver.arrive(contact)
    driver.accept("c1", "a01")
    driver.accept("c2", "a02")
    driver.reject("c0", "a00")
    driver.attend(6_000)
    driver.world.witness = looks = Looks()
    driver.command(inputs.LogOut, agent_id="a01")
    assert looks.seen == [], "a02 goes first, though he is busy"
    driver.command(inputs.LogOut, agent_id="a02")
    assert looks.seen == ["c0"]
    assert driver.offered() == [("c0", "a00")]


def test_settling_without_anything_touched_does_nothing() -> None:
    driver = many(1)
    driver.arrive()
    before = driver.engine.fingerprint()
    driver.world.begin(99)
    matching.settle(driver.world)
    assert driver.engine.fingerprint() == before
