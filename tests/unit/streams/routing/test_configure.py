"""Configuration changes on a live workspace."""

from __future__ import annotations

from typing import Any

import msgspec

from schemas import inputs
from schemas.configuration import AgentSettings, QueueSettings, StepSettings, canonical, diff_patch, digest
from schemas.decisions import (
    AgentChanged,
    AgentRemoved,
    CommandApplied,
    ConfigurationApplied,
    OfferRescinded,
    QueueChanged,
    QueueRemoved,
    StepAdvanced,
)
from schemas.interactions import Source
from schemas.vocabulary import LegState, Refusal, RescindReason
from streams.routing.engine import Engine
from tests.support.engine_driver import WORKSPACE, Driver, a_configuration, a_connected_call


def test_only_what_changed_is_said() -> None:
    driver = Driver(a_configuration("ana", "bo"))
    driver.configure(a_configuration("ana", "bo", queues={"service": QueueSettings(), "sales": QueueSettings()}))
    assert driver.said(ConfigurationApplied)[0].version == 2
    assert [one.queue.queue for one in driver.said(QueueChanged) if one.queue] == ["sales"]
    assert driver.said(AgentChanged) == []


def test_a_patch_in_parts_is_applied_with_the_last() -> None:
    driver = Driver(a_configuration("ana"))
    wanted = a_configuration("ana", "bo")
    old, new = (msgspec.json.decode(canonical(one)) for one in (driver.configuration, wanted))
    text = msgspec.json.encode(diff_patch(old, new)).decode()
    for part, piece in enumerate((text[:5], text[5:9], text[9:]), start=1):
        driver.feed(
            inputs.ConfigurationPublished(
                workspace=WORKSPACE,
                command_id="publish",
                version=2,
                base_version=1,
                digest=digest(wanted),
                patch=piece,
                part=part,
                parts=3,
            )
        )
        assert len(driver.said(CommandApplied)) == 1
        assert len(driver.said(ConfigurationApplied)) == (part == 3)
    assert "bo" in driver.world.agents


def test_a_patch_of_another_version_or_with_a_wrong_digest_changes_nothing() -> None:
    driver = Driver(a_configuration("ana"))
    for wrong in ({"base_version": 0}, {"version": 1}, {"digest": "0"}, {"part": 2, "parts": 2}):
        driver.configure(a_configuration("ana", "bo"), **wrong)
        assert driver.refusal() is Refusal.INVALID_CONFIGURATION
        assert "bo" not in driver.world.agents


def test_who_waits_is_put_on_the_step_that_the_waiting_time_has_reached() -> None:
    driver = Driver(a_configuration("ana"))
    driver.arrive()
    driver.now_ms += 30_000
    steps = (StepSettings(at_ms=0), StepSettings(at_ms=10_000, head_start_ms=5_000), StepSettings(at_ms=60_000))
    driver.configure(a_configuration("ana", queues={"service": QueueSettings(steps=steps)}))
    assert driver.leg().step == 1
    assert driver.leg().virtual_arrival_ms == driver.leg().arrived_ms - 5_000
    assert driver.said(StepAdvanced)


def test_an_offer_that_no_longer_qualifies_is_rescinded() -> None:
    driver = Driver(a_configuration("ana"))
    driver.login("ana")
    driver.arrive()
    driver.configure(a_configuration(agents={"ana": AgentSettings(queues={})}))
    rescinded = driver.said(OfferRescinded)[0].offer
    assert rescinded is not None
    assert rescinded.rescind_reason is RescindReason.NO_LONGER_QUALIFIES
    assert driver.leg().state is LegState.QUEUED


def test_a_removed_agent_is_gone_when_his_work_has_ended() -> None:
    driver = a_connected_call("ana")
    driver.configure(a_configuration())
    assert driver.said(AgentRemoved) == []
    assert driver.leg().state is LegState.CONNECTED
    driver.end()
    assert any(isinstance(one, AgentRemoved) for one in driver.attend(31_000))
    assert "ana" not in driver.world.agents


def test_a_removed_queue_is_gone_when_nobody_waits_in_it() -> None:
    driver = Driver(a_configuration())
    driver.arrive()
    driver.configure(a_configuration(queues={}))
    assert driver.said(QueueRemoved) == []
    driver.leave()
    assert [one.queue_id for one in driver.said(QueueRemoved)] == ["service"]


def test_opening_hours_are_said_once() -> None:
    driver = Driver(a_configuration())
    driver.feed(inputs.QueueClosed(workspace=WORKSPACE, queue="service"))
    assert [one.queue.open for one in driver.said(QueueChanged) if one.queue] == [False]
    driver.feed(inputs.QueueClosed(workspace=WORKSPACE, queue="service"))
    assert driver.decisions == ()
    driver.feed(inputs.QueueOpened(workspace=WORKSPACE, queue="service"))
    assert [one.queue.open for one in driver.said(QueueChanged) if one.queue] == [True]


def opening(kind: type[inputs.QueueOpened | inputs.QueueClosed], version: int, since_ms: int) -> Any:
    source = Source(name="hours/service", partition=0, offset=version, index=since_ms)
    return kind(workspace=WORKSPACE, queue="service", source=source)


def test_what_is_said_late_of_opening_hours_is_ignored() -> None:
    driver = Driver(a_configuration())
    driver.feed(opening(inputs.QueueOpened, 2, 200))
    driver.feed(opening(inputs.QueueClosed, 2, 100))
    assert driver.decisions == ()
    driver.feed(opening(inputs.QueueClosed, 1, 300))
    assert driver.decisions == ()
    driver.feed(opening(inputs.QueueClosed, 3, 100))
    assert [one.queue.open for one in driver.said(QueueChanged) if one.queue] == [False]
    again = Driver(engine=Engine.restore(driver.engine.snapshot()))
    again.feed(opening(inputs.QueueOpened, 2, 400))
    assert again.decisions == ()
    again.feed(opening(inputs.QueueOpened, 3, 101))
    assert [one.queue.open for one in again.said(QueueChanged) if one.queue] == [True]


def test_opening_hours_of_a_queue_that_is_not_there_mean_nothing() -> None:
    driver = Driver(a_configuration(queues={}))
    driver.feed(opening(inputs.QueueClosed, 1, 100))
    assert "service" not in driver.world.queues
    assert driver.world.memory.marks == {}
