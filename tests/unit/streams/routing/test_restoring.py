"""Work that comes out of a snapshot stands where it stood: the same goes first to whoever comes free."""

from __future__ import annotations

from schemas.configuration import AgentSettings, QueueSettings, StepSettings
from streams.routing.engine import Engine
from streams.routing.restoring import Restored
from tests.support.engine_driver import Driver, a_configuration


def a_waiting_room() -> Driver:
    """Ana has one call; behind it wait several kinds: plain, with a skill, passed over, for one agent only."""
    preferring = (StepSettings(at_ms=0, preferred=True), StepSettings(at_ms=60_000))
    driver = Driver(
        a_configuration(
            queues={"service": QueueSettings(), "own": QueueSettings(steps=preferring)},
            agents={
                "ana": AgentSettings(queues={"service": 1, "own": 1}, skills={"mandarin": 3}),
                "bo": AgentSettings(queues={"own": 1}),
            },
        )
    )
    driver.login("ana")
    driver.tick()
    driver.arrive("held")
    driver.accept("held", "ana")
    for name in ("later", "later still"):
        driver.arrive(name)
    driver.arrive("skilled", requirements={"mandarin": 2}, priority=1)
    driver.arrive("hers", queue="own", preferred_agent="ana")
    return driver


def test_the_same_contacts_follow_each_other_after_a_restore() -> None:
    driver = a_waiting_room()
    other = Driver(engine=Engine.restore(driver.engine.snapshot()))
    other.now_ms = driver.now_ms
    for one in (driver, other):
        for name in ("held", "skilled", "later", "later still"):
            one.end(name, "ana")
            one.attend(60_000)
            following = [interaction for interaction, _ in one.world.agents["ana"].work.values()]
            for interaction in following:
                one.accept(interaction.interaction_id, "ana")
    assert driver.engine.fingerprint() == other.engine.fingerprint()
    assert driver.engine.snapshot() == other.engine.snapshot()


def test_every_interaction_is_known_and_those_who_name_an_agent_apart() -> None:
    work = Restored()
    work.take(a_waiting_room().world.interactions.values())
    assert list(work.interactions) == ["held", "later", "later still", "skilled", "hers"]
    assert [one.interaction_id for one in work.naming] == ["hers"]
