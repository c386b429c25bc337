"""Statuses: chosen, drained into, forced by absence."""

from __future__ import annotations

import pytest

from schemas import inputs
from schemas.configuration import ChannelSettings, StatusSettings
from schemas.decisions import AgentChanged, OfferRescinded
from schemas.vocabulary import AgentCause, LegState, RescindReason
from tests.support.engine_driver import Driver, a_configuration, a_connected_call

LUNCH = {"statuses": {"lunch": StatusSettings(routable=False), "mail": StatusSettings(routable=True)}}


def test_a_routable_status_leaves_offers_alone_and_another_takes_them_back() -> None:
    driver = Driver(a_configuration("ana", **LUNCH))
    driver.login("ana")
    driver.arrive()
    driver.command(inputs.SetStatus, agent_id="ana", status="mail")
    assert driver.leg().state is LegState.OFFERED
    driver.command(inputs.SetStatus, agent_id="ana", status="lunch")
    assert [one.offer.rescind_reason for one in driver.said(OfferRescinded) if one.offer] == [
        RescindReason.STATUS_CHANGED
    ]
    assert driver.leg().state is LegState.QUEUED
    assert driver.interaction().passed is None


def test_idle_time_begins_when_the_status_becomes_routable_and_not_between_routable_ones() -> None:
    driver = Driver(a_configuration("ana", **LUNCH))
    driver.login("ana")
    began = driver.now_ms
    driver.now_ms += 1_000
    driver.command(inputs.SetStatus, agent_id="ana", status="mail")
    assert driver.agent().idle_since_ms == began
    driver.command(inputs.SetStatus, agent_id="ana", status="lunch")
    driver.command(inputs.SetStatus, agent_id="ana", status="available")
    assert driver.agent().idle_since_ms == driver.now_ms


def test_draining_ends_with_the_last_work() -> None:
    driver = a_connected_call(**LUNCH)
    driver.command(inputs.SetNextStatus, agent_id="ana", status="lunch")
    assert driver.agent().status == "available"
    driver.end()
    driver.about(inputs.FinishWrapUp)
    assert [one.because for one in driver.said(AgentChanged)] == [AgentCause.DRAINED]
    assert driver.agent().status == "lunch"
    assert driver.agent().next_status is None


def test_a_draining_agent_whose_offer_is_gone_changes_at_once() -> None:
    driver = Driver(a_configuration("ana", **LUNCH))
    driver.login("ana")
    driver.arrive()
    driver.command(inputs.SetNextStatus, agent_id="ana", status="lunch")
    assert driver.agent().status == "available"
    driver.reject()
    assert driver.agent().status == "lunch"


def test_offline_gives_back_what_the_channel_wants_back() -> None:
    chat = ChannelSettings(units=25, requeue_on_disconnect=True)
    driver = Driver(a_configuration("ana", channels={"web_chat": chat, "phone": ChannelSettings(units=50)}))
    driver.login("ana")
    for contact, channel in (("chat", "web_chat"), ("call", "phone"), ("ringing", "web_chat")):
        driver.arrive(contact, channel=channel)
        if contact != "ringing":
            driver.accept(contact)
    driver.command(inputs.SetStatus, agent_id="ana", status="offline")
    states = {name: one.main.state for name, one in driver.world.interactions.items()}
    assert states == {"chat": LegState.QUEUED, "call": LegState.CONNECTED, "ringing": LegState.QUEUED}


@pytest.mark.parametrize(
    ("channel", "state", "preferred"), [("phone", LegState.CONNECTING, None), ("web_chat", LegState.QUEUED, "ana")]
)
def test_a_connection_under_way_is_given_back_where_the_channel_wants_it(
    channel: str, state: LegState, preferred: str | None
) -> None:
    driver = Driver(a_configuration("ana"))
    driver.login("ana")
    driver.arrive(channel=channel, confirms_connection=True)
    driver.accept()
    driver.command(inputs.LogOut, agent_id="ana")
    leg = driver.leg()
    assert (leg.state, leg.number, leg.preferred) == (state, 1, preferred)
