"""Who is passed over, and for how long."""

from __future__ import annotations

from schemas import inputs
from schemas.configuration import AgentSettings
from streams.routing.passing import blocked
from tests.support.engine_driver import Driver, a_configuration, a_connected_call


def blocked_now(driver: Driver, contact: str = "c1") -> tuple[str, ...]:
    interaction = driver.interaction(contact)
    leg = interaction.main
    return blocked(driver.world, interaction, leg, driver.world.audience(interaction, leg))


def a_rejected_call(*agents: str) -> Driver:
    """ana rejects `c1` while the others are busy."""
    driver = Driver(a_configuration("ana", *agents))
    driver.login(*agents)
    for agent in agents:
        driver.arrive(f"of-{agent}")
        driver.accept(f"of-{agent}", agent)
    driver.login("ana")
    driver.tick()
    driver.arrive()
    driver.reject()
    return driver


def test_others_who_are_busy_still_go_first() -> None:
    driver = a_rejected_call("bo")
    driver.attend(59_999)
    assert blocked_now(driver) == ("ana",)
    driver.attend(1)
    assert driver.leg().agent_id == "ana"


def test_with_nobody_else_the_pause_is_all() -> None:
    driver = a_rejected_call()
    driver.attend(4_999)
    assert blocked_now(driver) == ("ana",)
    driver.attend(1)
    assert driver.leg().agent_id == "ana"


def test_others_who_do_not_meet_the_step_do_not_count() -> None:
    agents = {
        "ana": AgentSettings(queues={"service": 1}, skills={"mandarin": 1}),
        "bo": AgentSettings(queues={"service": 1}),
    }
    driver = Driver(a_configuration(agents=agents))
    driver.login("ana", "bo")
    driver.tick()
    driver.arrive(requirements={"mandarin": 1})
    driver.reject()
    driver.attend(5_000)
    assert driver.leg().agent_id == "ana"


def test_those_who_were_passed_over_themselves_do_not_count() -> None:
    driver = Driver(a_configuration("ana", "bo"))
    driver.login("ana", "bo")
    driver.tick()
    driver.arrive()
    driver.reject(agent="ana")
    driver.attend(1_000)
    driver.reject(agent="bo")
    assert blocked_now(driver) == ("ana", "bo")
    driver.attend(4_000)
    assert driver.leg().agent_id == "ana"


def test_the_last_other_who_leaves_lets_the_first_be_asked_again() -> None:
    driver = a_rejected_call("bo")
    driver.attend(10_000)
    assert blocked_now(driver) == ("ana",)
    driver.command(inputs.SetNextStatus, agent_id="bo", status="offline")
    assert driver.offered() == [("c1", "ana")]


def test_nobody_is_blocked_for_what_nobody_refused() -> None:
    assert blocked_now(a_connected_call()) == ()
