"""Closed, full, without agents: looked at on entry."""

from __future__ import annotations

import pytest

from schemas import inputs
from schemas.configuration import AgentSettings, OverflowRule, OverflowSettings, QueueSettings, RoutingSettings
from schemas.vocabulary import EndReason
from streams.routing import entry
from tests.support.engine_driver import WORKSPACE, Driver, a_configuration


def to(queue: str) -> OverflowRule:
    return OverflowRule(overflow_to=queue)


def a_driver(**queues: QueueSettings) -> Driver:
    settings = RoutingSettings(default_queue="service")
    agents = {"ana": AgentSettings(queues={"service": 1})}
    driver = Driver(a_configuration(settings=settings, queues={"service": QueueSettings(), **queues}, agents=agents))
    driver.login("ana")
    return driver


@pytest.mark.parametrize("asked", [None, "nowhere", "service"])
def test_no_queue_or_an_unknown_one_means_the_default(asked: str | None) -> None:
    assert entry.choose(a_driver().world, asked) == "service"


def test_without_a_default_it_ends() -> None:
    assert entry.choose(Driver(a_configuration()).world, "nowhere") is EndReason.UNKNOWN_QUEUE


def test_a_closed_queue_ends_what_comes_unless_told_otherwise() -> None:
    overflow = OverflowSettings(when_closed=to("service"))
    driver = a_driver(plain=QueueSettings(), night=QueueSettings(overflow=overflow))
    for queue in ("plain", "night"):
        driver.feed(inputs.QueueClosed(workspace=WORKSPACE, queue=queue))
    assert entry.choose(driver.world, "plain") is EndReason.CLOSED
    assert entry.choose(driver.world, "night") == "service"


def test_a_queue_is_full_when_as_many_are_queued_as_may_wait() -> None:
    driver = a_driver(small=QueueSettings(max_waiting=1))
    driver.arrive("c1", queue="small")
    assert entry.choose(driver.world, "small") is EndReason.FULL
    driver.leave("c1")
    assert entry.choose(driver.world, "small") == "small"


def test_offered_ones_do_not_count_as_waiting() -> None:
    driver = a_driver(service=QueueSettings(max_waiting=1))
    driver.arrive("c1")
    assert driver.offered() == [("c1", "ana")]
    assert entry.choose(driver.world, "service") == "service"


def test_without_agents_is_nobody_on_queue_and_busy_ones_are() -> None:
    rule = OverflowSettings(when_no_agents=OverflowRule(end="no_agents"))
    driver = a_driver(service=QueueSettings(overflow=rule))
    driver.arrive()
    driver.accept()
    assert entry.choose(driver.world, "service") == "service"
    driver.command(inputs.LogOut, agent_id="ana")
    assert entry.choose(driver.world, "service") is EndReason.NO_AGENTS


def test_a_queue_already_tried_is_not_entered_again() -> None:
    a = QueueSettings(max_waiting=0, overflow=OverflowSettings(when_full=to("b")))
    b = QueueSettings(max_waiting=0, overflow=OverflowSettings(when_full=to("a")))
    assert entry.choose(a_driver(a=a, b=b).world, "a") == "b"
