"""Callbacks: what becomes of an interaction in each state when a callback is asked for."""

from __future__ import annotations

from typing import Any

import pytest

from schemas import inputs, interactions
from schemas.configuration import ChannelSettings, QueueSettings
from schemas.decisions import (
    AgentChanged,
    CommandApplied,
    InputHeld,
    InteractionChanged,
    LegEnded,
    LegQueued,
    LegScheduled,
    LegWrapUpStarted,
    OfferRescinded,
)
from schemas.vocabulary import EndReason, LegState, Refusal, RescindReason
from streams.routing import callbacks
from streams.routing.engine import Engine
from tests.support.engine_driver import WORKSPACE, Driver, a_configuration, a_connected_call

LATER_MS = 600_000


def promise(driver: Driver, contact: str = "c1", **more: Any) -> None:
    driver.command(inputs.RequestCallback, interaction_id=contact, **more)


def ask(driver: Driver, contact: str = "c1", **more: Any) -> None:
    driver.feed(interactions.CallbackRequested(workspace=WORKSPACE, interaction_id=contact, **more))


def test_a_waiting_call_becomes_a_callback_in_its_place() -> None:
    driver = Driver(a_configuration())
    driver.arrive()
    arrived = driver.now_ms
    driver.now_ms += 7_000
    promise(driver)
    [changed] = driver.said(InteractionChanged)
    assert changed.interaction is not None
    assert changed.leg is not None
    assert changed.interaction.channel == callbacks.CHANNEL
    assert (changed.leg.state, changed.leg.virtual_arrival_ms, changed.leg.callback_ms) == (
        LegState.QUEUED, arrived, driver.now_ms
    )  # fmt: skip
    assert driver.said(CommandApplied)


@pytest.mark.parametrize("state", ["queued", "scheduled", "offered", "connecting"])
def test_hanging_up_changes_nothing_until_the_callback_is_connected(state: str) -> None:
    driver = Driver(a_configuration("ana"))
    driver.arrive(confirms_connection=True)
    promise(driver, at_ms=driver.now_ms + LATER_MS if state == "scheduled" else None)
    if state in ("offered", "connecting"):
        driver.login("ana")
    if state == "connecting":
        driver.accept()
    assert driver.leg().state.value == state
    assert driver.leave() == ()
    assert driver.leg().state.value == state


def test_at_a_time_it_is_scheduled_and_enters_its_queue_with_that_as_its_arrival() -> None:
    driver = Driver(a_configuration())
    driver.arrive()
    driver.now_ms += 7_000
    due_ms = driver.now_ms + LATER_MS
    promise(driver, at_ms=due_ms)
    [scheduled] = driver.said(LegScheduled)
    assert scheduled.leg is not None
    assert (scheduled.leg.state, scheduled.leg.scheduled_for_ms, scheduled.leg.virtual_arrival_ms) == (
        LegState.SCHEDULED, due_ms, None
    )  # fmt: skip
    assert driver.world.queues["service"].waiting == 0
    assert driver.engine.next_due_ms() == due_ms
    driver.now_ms = due_ms + 3_000
    driver.tick()
    [queued] = driver.said(LegQueued)
    assert queued.leg is not None
    assert (queued.at_ms, queued.leg.arrived_ms, queued.leg.entered_queue_ms, queued.leg.waited_ms) == (
        due_ms, due_ms, due_ms, 0
    )  # fmt: skip
    assert queued.leg.scheduled_for_ms == due_ms


def test_what_rings_is_taken_back_without_blame() -> None:
    driver = Driver(a_configuration("ana"))
    driver.login("ana")
    driver.arrive()
    promise(driver, at_ms=driver.now_ms + LATER_MS)
    assert [one.offer.rescind_reason for one in driver.said(OfferRescinded) if one.offer] == [RescindReason.CALLBACK]
    assert driver.agent().work == {}
    assert not driver.interaction().passed


def test_what_is_being_connected_goes_back_to_its_place_without_blame() -> None:
    driver = Driver(a_configuration("ana"))
    driver.login("ana")
    driver.arrive(confirms_connection=True)
    driver.accept()
    promise(driver, at_ms=driver.now_ms + LATER_MS)
    assert driver.leg().state is LegState.SCHEDULED
    assert not driver.agent().not_responding


def test_a_promise_on_the_line_ends_the_agents_part_and_schedules_a_new_leg() -> None:
    driver = a_connected_call()
    promise(driver, at_ms=driver.now_ms + LATER_MS, agent_id="ana")
    [wrapping] = driver.said(LegWrapUpStarted)
    [scheduled] = driver.said(LegScheduled)
    assert wrapping.leg is not None
    assert scheduled.leg is not None
    assert (wrapping.leg.number, wrapping.leg.reason) == (1, EndReason.CALLBACK)
    assert (scheduled.leg.number, scheduled.leg.preferred_agent) == (2, "ana")
    driver.attend(30_000)
    assert driver.interaction().others == ()
    driver.now_ms += LATER_MS
    driver.alive()
    assert driver.offered() == [("c1", "ana")]


def test_without_wrap_up_the_agents_leg_ends_and_the_interaction_goes_on() -> None:
    driver = a_connected_call(channels={"phone": ChannelSettings(wrap_up_ms=0)})
    promise(driver, at_ms=driver.now_ms + LATER_MS)
    assert [(one.leg.number, one.leg.reason) for one in driver.said(LegEnded) if one.leg] == [(1, EndReason.CALLBACK)]
    assert driver.leg().state is LegState.SCHEDULED


def test_a_promise_during_wrap_up_leaves_the_wrap_up_alone() -> None:
    driver = a_connected_call()
    driver.end()
    promise(driver, at_ms=driver.now_ms + LATER_MS)
    [part] = driver.interaction().others
    assert (part.number, part.state, part.reason) == (1, LegState.WRAP_UP, EndReason.AGENT_ENDED)
    assert driver.leg().state is LegState.SCHEDULED


def test_a_promise_on_the_line_without_a_time_is_a_new_arrival() -> None:
    driver = a_connected_call()
    driver.now_ms += 9_000
    promise(driver)
    assert (driver.leg().state, driver.leg().virtual_arrival_ms) == (LegState.QUEUED, driver.now_ms)


def test_wrap_up_that_goes_on_holds_what_the_channel_callback_holds() -> None:
    driver = a_connected_call(channels={"callback": ChannelSettings(units=30)})
    promise(driver, at_ms=driver.now_ms + LATER_MS)
    [changed] = driver.said(AgentChanged)
    assert changed.agent is not None
    assert changed.agent.units == 30


def test_of_two_that_are_due_at_one_moment_the_one_asked_for_first_goes_first() -> None:
    driver = Driver(a_configuration())
    driver.arrive("c1")
    driver.arrive("c2")
    due_ms = driver.now_ms + LATER_MS
    promise(driver, "c2", at_ms=due_ms)
    promise(driver, "c1", at_ms=due_ms)
    driver.now_ms = due_ms
    driver.tick()
    first, second = driver.leg("c2"), driver.leg("c1")
    assert (first.virtual_arrival_ms, first.place) < (second.virtual_arrival_ms, second.place)


def test_asking_again_moves_the_time_and_keeps_the_agent() -> None:
    driver = Driver(a_configuration("ana"))
    driver.arrive()
    promise(driver, at_ms=driver.now_ms + 1_000, agent_id="ana")
    promise(driver, at_ms=driver.now_ms + LATER_MS)
    driver.now_ms += 1_000
    driver.tick()
    assert driver.leg().state is LegState.SCHEDULED
    assert driver.leg().preferred == "ana"
    promise(driver)
    assert (driver.leg().state, driver.leg().virtual_arrival_ms) == (LegState.QUEUED, driver.now_ms)
    assert driver.leg().scheduled_for_ms is None


def test_a_promise_more_than_a_year_ahead_is_refused() -> None:
    driver = Driver(a_configuration())
    driver.arrive()
    promise(driver, at_ms=driver.now_ms + callbacks.AHEAD_AT_MOST_MS + 1)
    assert driver.refusal() is Refusal.NOT_PERMITTED
    ask(driver, at_ms=driver.now_ms + callbacks.AHEAD_AT_MOST_MS + 1)
    assert driver.decisions == ()


def test_an_agent_who_is_not_there_is_refused_to_staff_and_passed_over_for_customers() -> None:
    driver = Driver(a_configuration("ana"))
    driver.arrive()
    promise(driver, agent_id="nobody")
    assert driver.refusal() is Refusal.UNKNOWN_AGENT
    ask(driver, agent_id="nobody")
    assert driver.leg().callback_ms == driver.now_ms
    assert driver.leg().preferred is None


def test_what_is_over_is_not_called_back() -> None:
    driver = Driver(a_configuration())
    driver.arrive()
    driver.leave()
    promise(driver)
    assert driver.refusal() is Refusal.WRONG_STATE
    ask(driver)
    assert driver.decisions == ()
    promise(driver, "c9")
    assert driver.refusal() is Refusal.UNKNOWN_INTERACTION


def test_an_interaction_whose_customer_has_left_and_whose_wrap_up_goes_on_elsewhere_is_over() -> None:
    driver = a_connected_call(queues={"service": QueueSettings(), "sales": QueueSettings()})
    driver.about(inputs.TransferInteraction, to_queue="sales")
    driver.leave()
    promise(driver)
    assert driver.refusal() is Refusal.WRONG_STATE


def test_a_word_that_overtook_its_contact_is_kept_for_it() -> None:
    driver = Driver(a_configuration())
    ask(driver, at_ms=driver.now_ms + LATER_MS)
    assert driver.said(InputHeld)
    driver.leave()
    restored = Driver(engine=Engine.restore(driver.engine.snapshot()))
    restored.arrive()
    assert restored.leg().state is LegState.SCHEDULED


def test_a_contact_may_arrive_as_a_callback() -> None:
    driver = Driver(a_configuration())
    driver.arrive("c1", channel="callback", callback_at_ms=driver.now_ms + LATER_MS)
    driver.arrive("c2", channel="callback", callback_at_ms=0)
    driver.leave("c2")
    assert driver.leg("c1").state is LegState.SCHEDULED
    assert driver.leg("c2").state is LegState.QUEUED
    driver.arrive("c3", queue="nowhere", callback_at_ms=driver.now_ms + LATER_MS)
    assert [(one.leg.state, one.leg.reason) for one in driver.said(LegEnded) if one.leg] == [
        (LegState.FAILED, EndReason.UNKNOWN_QUEUE)
    ]


def test_a_queue_that_is_gone_when_the_time_comes_is_looked_for_like_any_other() -> None:
    driver = Driver(a_configuration(queues={"service": QueueSettings(), "sales": QueueSettings()}))
    driver.arrive(queue="sales")
    promise(driver, at_ms=driver.now_ms + LATER_MS)
    driver.configure(a_configuration())
    driver.now_ms += LATER_MS
    driver.tick()
    assert [(one.leg.state, one.leg.reason) for one in driver.said(LegEnded) if one.leg] == [
        (LegState.FAILED, EndReason.UNKNOWN_QUEUE)
    ]


def test_who_wants_no_contact_may_ask_for_a_callback_and_the_mark_goes_along() -> None:
    driver = Driver(a_configuration())
    driver.arrive(do_not_contact=True)
    ask(driver)
    [changed] = driver.said(InteractionChanged)
    assert changed.interaction is not None
    assert changed.interaction.do_not_contact


def test_what_is_scheduled_survives_a_snapshot() -> None:
    driver = Driver(a_configuration())
    driver.arrive()
    promise(driver, at_ms=driver.now_ms + LATER_MS)
    again = Driver(engine=Engine.restore(driver.engine.snapshot()))
    again.now_ms = driver.now_ms + LATER_MS
    again.tick()
    assert again.leg().state is LegState.QUEUED


def test_an_agent_promises_of_his_own_work_only() -> None:
    driver = Driver(a_configuration("ana", "bo"))
    driver.login("ana")
    driver.arrive("c1")
    driver.arrive("c2")
    promise(driver, "c2", by_agent="ana")
    assert driver.refusal() is Refusal.NOT_OWNER
    promise(driver, "c1", by_agent="bo")
    assert driver.refusal() is Refusal.NOT_OWNER
    promise(driver, "c1", by_agent="ana", at_ms=driver.now_ms + LATER_MS, agent_id="bo")
    assert driver.refusal() is None
    promise(driver, "c1", by_agent="ana")
    assert driver.refusal() is Refusal.NOT_OWNER
    promise(driver, "c1", by_agent="bo", at_ms=driver.now_ms + 2 * LATER_MS)
    assert driver.refusal() is None


def test_who_promised_may_change_it_while_wrapping_up() -> None:
    driver = a_connected_call()
    promise(driver, by_agent="ana", at_ms=driver.now_ms + LATER_MS)
    promise(driver, by_agent="ana", at_ms=driver.now_ms + 2 * LATER_MS)
    assert driver.refusal() is None
    driver.attend(30_000)
    promise(driver, by_agent="ana")
    assert driver.refusal() is Refusal.NOT_OWNER
