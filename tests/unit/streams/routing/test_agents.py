"""What routing sees of an agent."""

from __future__ import annotations

from schemas import inputs
from schemas.configuration import StatusSettings
from streams.routing import agents
from streams.routing.model import DISCONNECTED, DRAINING, NOT_RESPONDING, OFF_QUEUE
from tests.support.engine_driver import Driver, a_configuration, a_connected_call

LUNCH = {"statuses": {"lunch": StatusSettings(routable=False)}}


def test_an_agent_on_queue_has_room_and_one_who_is_away_has_none() -> None:
    driver = Driver(a_configuration("ana", **LUNCH))
    ana = driver.agent()
    assert agents.code(driver.world, ana) == OFF_QUEUE
    driver.login("ana")
    assert agents.code(driver.world, ana) > 0
    assert ana.take > 0
    driver.command(inputs.SetStatus, agent_id="ana", status="lunch")
    assert agents.code(driver.world, ana) == OFF_QUEUE
    assert ana.take == 0


def test_what_keeps_an_agent_off_queue_is_named() -> None:
    driver = a_connected_call("ana")
    ana = driver.agent()
    driver.command(inputs.SetNextStatus, agent_id="ana", status="offline")
    assert agents.code(driver.world, ana) == DRAINING
    agents.miss(driver.world, ana)
    assert agents.code(driver.world, ana) == NOT_RESPONDING
    driver.session("ana", opened=False)
    assert agents.code(driver.world, ana) == DISCONNECTED


def test_load_is_units_over_capacity() -> None:
    driver = a_connected_call("ana")
    assert (driver.agent().units, driver.agent().load_per_million) == (100, 1_000_000)


def test_an_agent_is_reachable_while_one_of_his_gateways_speaks() -> None:
    driver = Driver(a_configuration("ana"))
    driver.login("ana", gateway="a")
    driver.session("ana", gateway="b", session="other")
    driver.tick()
    for _ in range(7):
        driver.now_ms += 1_000
        driver.tick()
        driver.alive("b")
    assert agents.is_reachable(driver.world, driver.agent(), 6_000)
    driver.session("ana", gateway="b", session="other", opened=False)
    assert not agents.is_reachable(driver.world, driver.agent(), 6_000)


def test_responding_again_begins_idle_time_anew() -> None:
    driver = Driver(a_configuration("ana"))
    driver.login("ana")
    agents.miss(driver.world, driver.agent())
    driver.now_ms += 500
    driver.command(inputs.SetStatus, agent_id="ana", status="available")
    assert driver.agent().idle_since_ms == driver.now_ms
    assert not driver.agent().not_responding
