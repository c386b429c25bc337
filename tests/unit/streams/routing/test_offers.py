"""Offers: made, accepted, rejected, missed, taken back."""

from __future__ import annotations

from typing import Any

from schemas import inputs
from schemas.configuration import ChannelSettings
from schemas.decisions import (
    Decision,
    LegConnected,
    LegQueued,
    OfferAccepted,
    OfferMade,
    OfferRejected,
    OfferRescinded,
    OfferTimedOut,
)
from schemas.interactions import ChannelConnected
from schemas.vocabulary import Fault, LegState, OfferState, RescindReason, RoutingStatus
from tests.support.engine_driver import WORKSPACE, Driver, a_configuration


def an_offered_call(*agents: str, **more: Any) -> Driver:
    driver = Driver(a_configuration(*(agents or ("ana",))))
    driver.login(*(agents or ("ana",)))
    driver.tick()
    driver.arrive(**more)
    return driver


def test_an_offer_carries_its_deadline_the_leg_and_the_agent() -> None:
    driver = an_offered_call()
    made = driver.said(OfferMade)[0]
    assert made.offer is not None
    assert made.leg is not None
    assert made.agent is not None
    assert (made.offer.offer_id, made.offer.state) == ("c1.1/1", OfferState.PENDING)
    assert made.offer.due_ms == driver.now_ms + 20_000
    assert (made.leg.state, made.leg.agent_id, made.leg.offer_id) == (LegState.OFFERED, None, "c1.1/1")
    assert (made.agent.offers, made.agent.legs, made.agent.routing_status) == (("c1.1/1",), (), RoutingStatus.IDLE)


def test_an_acceptance_makes_the_agent_owner() -> None:
    driver = an_offered_call()
    driver.now_ms += 700
    driver.accept()
    accepted = driver.said(OfferAccepted)[0]
    assert accepted.leg is not None
    assert accepted.agent is not None
    assert (accepted.leg.state, accepted.leg.agent_id) == (LegState.CONNECTED, "ana")
    assert (accepted.leg.waited_ms, accepted.leg.connected_ms) == (700, driver.now_ms)
    assert accepted.agent.legs == ("c1.1",)


def test_a_contact_that_must_be_confirmed_is_connecting_first() -> None:
    driver = an_offered_call(confirms_connection=True)
    driver.accept()
    assert driver.leg().state is LegState.CONNECTING
    assert driver.leg().connected_ms is None
    driver.feed(ChannelConnected(workspace=WORKSPACE, interaction_id="c1", leg_id="c1.1"))
    assert driver.said(LegConnected)
    assert driver.leg().connected_ms == driver.now_ms


def test_a_rejection_keeps_the_place_and_the_idle_time() -> None:
    driver = an_offered_call("ana", "bo")
    idle_since, arrival = driver.agent().idle_since_ms, driver.leg().virtual_arrival_ms
    driver.now_ms += 900
    driver.reject()
    rejected = driver.said(OfferRejected)[0]
    assert rejected.offer is not None
    assert rejected.offer.state is OfferState.REJECTED
    assert (driver.leg().virtual_arrival_ms, driver.agent().idle_since_ms) == (arrival, idle_since)
    assert driver.offered() == [("c1", "bo")]


def test_a_missed_offer_makes_the_agent_not_responding() -> None:
    driver = an_offered_call()
    missed = [one for one in driver.attend(20_000) if isinstance(one, OfferTimedOut)]
    assert [one.agent.routing_status for one in missed if one.agent] == [RoutingStatus.NOT_RESPONDING]
    assert driver.leg().state is LegState.QUEUED


def test_an_offer_that_no_gateway_could_show_is_not_missed() -> None:
    driver = an_offered_call()
    for _ in range(8):
        driver.now_ms += 1_000
        driver.alive()
        driver.tick()
    found: list[Decision] = []
    for _ in range(12):
        driver.now_ms += 1_000
        found += driver.tick()
    rescinded = [one.offer.rescind_reason for one in found if isinstance(one, OfferRescinded) and one.offer]
    assert rescinded[0] is RescindReason.AGENT_UNREACHABLE
    assert not driver.agent().not_responding


def test_a_line_of_the_agent_that_fails_is_a_missed_offer_and_one_of_the_channel_is_not() -> None:
    for fault, missed in ((Fault.AGENT, True), (Fault.CHANNEL, False)):
        driver = an_offered_call(confirms_connection=True)
        driver.accept()
        driver.fail(fault=fault)
        assert driver.said(LegQueued)
        assert driver.agent().not_responding is missed
        assert (driver.leg().state is LegState.QUEUED) is missed


def test_auto_accept_connects_in_the_same_input() -> None:
    driver = Driver(a_configuration("ana", channels={"phone": ChannelSettings(auto_accept=True)}))
    driver.login("ana")
    driver.arrive()
    assert [type(one) for one in driver.decisions[1:]] == [OfferMade, OfferAccepted]


def test_accepting_counts_for_the_queue_until_the_next_sign_in() -> None:
    driver = an_offered_call()
    driver.accept()
    assert driver.agent().handled == {"service": 1}
    driver.command(inputs.LogOut, agent_id="ana")
    driver.login("ana")
    assert driver.agent().handled == {}
