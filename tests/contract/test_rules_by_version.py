"""What version 2 of the rules does otherwise than version 1, seen under both."""

from __future__ import annotations

from typing import Any

import pytest

from schemas import inputs
from schemas.configuration import (
    AgentSettings,
    ChannelSettings,
    OverflowRule,
    OverflowSettings,
    QueueSettings,
    RoutingConfiguration,
    StatusSettings,
    StepSettings,
)
from schemas.decisions import EngineVersionApplied
from schemas.vocabulary import LegState
from streams.routing.engine import Engine
from tests.support.engine_driver import WORKSPACE, Driver, a_configuration

STAYS = OverflowRule()
TO_SALES = OverflowRule(overflow_to="sales")


def a_driver(version: int, *agents: str, steps: tuple[StepSettings, ...] = (), **more: Any) -> Driver:
    queues = {"service": QueueSettings(steps=steps), "sales": QueueSettings()} | more.pop("queues", {})
    configuration = a_configuration(*agents, **({"queues": queues} | more))
    return Driver(configuration, Engine(WORKSPACE, version=version))


@pytest.mark.parametrize(("version", "queue"), [(1, "service"), (2, "sales")])
def test_an_overflow_that_an_offer_held_up_comes_after_later_steps_too(version: int, queue: str) -> None:
    steps = (
        StepSettings(at_ms=0),
        StepSettings(at_ms=5_000, overflow_to="sales"),
        StepSettings(at_ms=8_000, max_rank=2),
    )
    driver = a_driver(version, "ana", steps=steps)
    driver.login("ana")
    driver.arrive()
    driver.attend(10_000)
    driver.reject()
    assert driver.leg().queue == queue


@pytest.mark.parametrize(("version", "offered"), [(1, False), (2, True)])
def test_ignoring_ranks_holds_until_it_is_named_again(version: int, offered: bool) -> None:
    steps = (StepSettings(ignore_rank=True), StepSettings(at_ms=1_000, max_rank=1))
    driver = a_driver(version, steps=steps, agents={"ana": AgentSettings(queues={"service": 2})})
    driver.arrive()
    driver.attend(2_000)
    driver.login("ana")
    assert (driver.leg().state is LegState.OFFERED) is offered


@pytest.mark.parametrize(("version", "state"), [(1, LegState.QUEUED), (2, None)])
def test_staying_in_a_closed_queue_does_not_keep_from_looking_whether_it_is_full(version: int, state: Any) -> None:
    service = QueueSettings(max_waiting=0, overflow=OverflowSettings(when_closed=STAYS))
    driver = a_driver(version, queues={"service": service})
    driver.feed(inputs.QueueClosed(workspace=WORKSPACE, queue="service"))
    driver.arrive()
    found = driver.world.interactions.get("c1")
    assert (found.main.state if found else None) == state


@pytest.mark.parametrize(("version", "queue"), [(1, "service"), (2, "sales")])
def test_a_queue_passed_by_on_entry_has_been_tried(version: int, queue: str) -> None:
    back = QueueSettings(steps=(StepSettings(), StepSettings(at_ms=5_000, overflow_to="service")))
    service = QueueSettings(overflow=OverflowSettings(when_closed=TO_SALES))
    driver = a_driver(version, queues={"service": service, "sales": back})
    driver.feed(inputs.QueueClosed(workspace=WORKSPACE, queue="service"))
    driver.arrive()
    driver.feed(inputs.QueueOpened(workspace=WORKSPACE, queue="service"))
    driver.attend(6_000)
    assert driver.leg().queue == queue


@pytest.mark.parametrize(("version", "only"), [(1, "ana"), (2, None)])
def test_a_preferred_agent_who_declined_is_not_waited_for_later(version: int, only: str | None) -> None:
    driver = a_driver(version, "ana", steps=(StepSettings(preferred=True), StepSettings(at_ms=70_000, preferred=True)))
    driver.login("ana")
    driver.arrive(preferred_agent="ana")
    driver.reject()
    driver.arrive("c2")
    driver.accept("c2")
    driver.attend(71_000)
    assert driver.leg().only == only


@pytest.mark.parametrize(("version", "only"), [(1, "ana"), (2, None)])
def test_a_skipped_step_stays_skipped_after_a_requeue(version: int, only: str | None) -> None:
    driver = a_driver(version, "ana", "bo", steps=(StepSettings(preferred=True),))
    driver.login("bo")
    driver.arrive(preferred_agent="ana")
    driver.accept(agent="bo")
    driver.login("ana")
    driver.arrive("c2")
    driver.about(inputs.TransferInteraction, agent="bo", to_queue="service", keep_place=True)
    assert driver.leg().only == only


@pytest.mark.parametrize(("version", "state"), [(1, LegState.QUEUED), (2, LegState.CONNECTING)])
def test_a_call_that_is_being_connected_stays_with_the_adapters_word(version: int, state: LegState) -> None:
    driver = a_driver(version, "ana")
    driver.login("ana")
    driver.arrive(confirms_connection=True)
    driver.accept()
    driver.command(inputs.LogOut, agent_id="ana")
    assert driver.leg().state is state


@pytest.mark.parametrize(("version", "head_start_ms"), [(1, 9_000), (2, 0)])
def test_a_head_start_that_the_steps_no_longer_give_is_gone(version: int, head_start_ms: int) -> None:
    driver = a_driver(version, "ana", steps=(StepSettings(head_start_ms=9_000),))
    driver.arrive()
    driver.configure(a_configuration("ana"))
    assert driver.leg().step_head_start_ms == head_start_ms


@pytest.mark.parametrize(("version", "state"), [(1, LegState.OFFERED), (2, LegState.QUEUED)])
def test_a_status_that_a_configuration_makes_unroutable_has_no_offers(version: int, state: LegState) -> None:
    driver = a_driver(version, "ana", statuses={"desk": StatusSettings(routable=True)})
    driver.login("ana")
    driver.command(inputs.SetStatus, agent_id="ana", status="desk")
    driver.arrive()
    driver.configure(a_configuration("ana", statuses={"desk": StatusSettings(routable=False)}))
    assert driver.leg().state is state


@pytest.mark.parametrize(("version", "not_responding"), [(1, True), (2, False)])
def test_an_expiry_fires_in_its_turn_whatever_steps_there_were(version: int, not_responding: bool) -> None:
    service = QueueSettings(steps=(StepSettings(), StepSettings(at_ms=15_000)), expire_after_ms=30_000)
    driver = a_driver(version, "ana", queues={"service": service})
    driver.attend(1_000)
    driver.arrive()
    driver.attend(10_000)
    driver.login("ana")
    driver.attend(20_000)
    assert "c1" not in driver.world.interactions
    assert driver.agent().not_responding is not_responding


def test_an_upgrade_reads_the_configuration_anew() -> None:
    configuration = RoutingConfiguration(
        queues={
            "service": QueueSettings(steps=(StepSettings(ignore_rank=True), StepSettings(at_ms=1_000, max_rank=1)))
        },
        agents={"ana": AgentSettings(queues={"service": 2})},
        channels={"phone": ChannelSettings()},
    )
    driver = Driver(configuration, Engine.of_log(WORKSPACE))
    driver.arrive()
    driver.attend(2_000)
    driver.login("ana")
    assert driver.leg().state is LegState.QUEUED
    driver.feed(inputs.EngineUpgraded(workspace=WORKSPACE, version=2))
    assert driver.said(EngineVersionApplied)
    assert driver.offered() == [("c1", "ana")]
    assert Engine.restore(driver.engine.snapshot()).fingerprint() == driver.engine.fingerprint()
