"""State to values."""

from __future__ import annotations

from typing import Any

from schemas import inputs
from schemas.configuration import AgentSettings, QueueSettings, RoutingSettings, ServiceLevel, TierSettings
from schemas.decisions import ConfigurationApplied
from schemas.values import ReportingValue
from schemas.vocabulary import LegState, RoutingStatus, Strategy
from streams.routing import project
from tests.support.engine_driver import Driver, a_configuration, a_connected_call


def test_an_interaction_s_value_says_what_came_with_it() -> None:
    driver = Driver(a_configuration())
    said: dict[str, Any] = {
        "tier": "vip",
        "language": "yue",
        "priority": 3,
        "requirements": {"mandarin": 2},
        "case_ids": ("k1",),
    }
    driver.arrive(customer_id="cu_1", card_type="senior", **said)
    value = project.interaction_value(driver.world, driver.interaction())
    assert {name: getattr(value, name) for name in said} == said
    assert (value.customer_id, value.card_type, value.arrived_ms) == ("cu_1", "senior", driver.now_ms)


def test_a_leg_shows_its_agent_only_once_he_has_accepted() -> None:
    driver = Driver(a_configuration("ana"))
    driver.login("ana")
    driver.arrive()
    offered = project.leg_value(driver.interaction(), driver.leg())
    assert (offered.agent_id, offered.offer_id) == (None, "c1.1/1")
    driver.accept()
    connected = project.leg_value(driver.interaction(), driver.leg())
    assert (connected.agent_id, connected.offer_id, connected.wrap_up_ends_ms) == ("ana", None, None)
    driver.end()
    wrapping = project.leg_value(driver.interaction(), driver.leg())
    assert wrapping.wrap_up_ends_ms == driver.now_ms + 30_000


def test_the_routing_status_is_the_first_that_holds() -> None:
    driver = a_connected_call()
    world, ana = driver.world, driver.agent()
    assert project.routing_status(world, ana) is RoutingStatus.INTERACTING
    driver.leg().state = LegState.WRAP_UP
    assert project.routing_status(world, ana) is RoutingStatus.WRAP_UP
    ana.not_responding = True
    assert project.routing_status(world, ana) is RoutingStatus.NOT_RESPONDING
    ana.status = "offline"
    assert project.routing_status(world, ana) is RoutingStatus.OFF_QUEUE


def test_an_agent_s_value_says_since_when() -> None:
    driver = a_connected_call()
    driver.now_ms += 5_000
    driver.command(inputs.SetStatus, agent_id="ana", status="available")
    value = project.agent_value(driver.world, driver.agent())
    assert value.since_ms == driver.now_ms - 5_000
    assert (value.units, value.idle_since_ms, value.legs) == (100, None, ("c1.1",))


def test_a_queue_s_value_says_what_is_configured() -> None:
    queue = QueueSettings(
        class_=1, max_waiting=9, service_level=ServiceLevel(within_ms=20_000), strategy=Strategy.LEAST_LOADED
    )
    agents = {"ana": AgentSettings()}
    value = project.queue_value(Driver(a_configuration(agents=agents, queues={"service": queue})).world, "service")
    assert (value.class_, value.max_waiting, value.strategy) == (1, 9, Strategy.LEAST_LOADED)
    assert (value.service_level_within_ms, value.service_level_goal_percent, value.open) == (20_000, 80, True)


def test_a_queue_says_by_what_it_is_counted_where_that_is_not_the_default() -> None:
    level = ServiceLevel(within_ms=20_000, formula="answered_within_over_answered")
    driver = Driver(
        a_configuration(
            "ana",
            queues={
                "service": QueueSettings(service_level=level, short_abandon_ms=3_000),
                "sales": QueueSettings(service_level=ServiceLevel(within_ms=9_000)),
            },
        )
    )
    value = project.queue_value(driver.world, "service")
    assert (value.service_level_formula, value.short_abandon_ms) == ("answered_within_over_answered", 3_000)
    other = project.queue_value(driver.world, "sales")
    assert (other.service_level_formula, other.short_abandon_ms) == (None, None)


def test_the_time_zone_and_the_tiers_levels_are_said_when_there_are_any() -> None:
    assert project.reporting_value(Driver(a_configuration("ana")).world) is None
    driver = Driver(
        a_configuration(
            "ana",
            settings=RoutingSettings(time_zone="Asia/Shanghai"),
            tiers={"vip": TierSettings(service_level_within_ms=10_000), "other": TierSettings()},
        )
    )
    wanted = ReportingValue(time_zone="Asia/Shanghai", tiers={"vip": 10_000})
    assert project.reporting_value(driver.world) == wanted
    assert [one.reporting for one in driver.said(ConfigurationApplied)] == [wanted]
