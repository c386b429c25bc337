"""Who goes on when one goes."""

from __future__ import annotations

import pytest

from schemas import inputs, interactions
from schemas.configuration import ChannelSettings
from schemas.decisions import LegConnected, LegEnded, LegWrapUpStarted, OfferRescinded
from schemas.vocabulary import EndReason, Fault, LegState, RescindReason
from streams.routing import conference, offers
from tests.support.consults import a_company, a_conference, a_consult
from tests.support.engine_driver import WORKSPACE, a_configuration


def test_an_heir_goes_on_in_a_new_main_leg_on_the_same_line() -> None:
    driver = a_conference()
    driver.of(inputs.EndInteraction, "ana")
    assert driver.kinds() == ["LegConnected", "LegEnded", "LegWrapUpStarted"]
    main = driver.leg()
    assert (main.number, main.agent_id, main.state, main.continues) == (3, "bo", LegState.CONNECTED, 2)
    (connected,), (ended,), (wraps,) = (driver.said(kind) for kind in (LegConnected, LegEnded, LegWrapUpStarted))
    assert connected.leg is not None
    assert connected.leg.continues == 2
    assert ended.leg is not None
    assert (ended.leg.number, ended.leg.reason) == (2, EndReason.TOOK_OVER)
    assert wraps.leg is not None
    assert (wraps.leg.number, wraps.leg.reason) == (1, EndReason.LEFT_CONFERENCE)
    assert connected.agent is not None
    assert (connected.agent.units, connected.agent.legs) == (100, ("c1.3",))


def test_word_about_the_former_leg_is_word_about_the_new_one() -> None:
    driver = a_conference()
    driver.of(inputs.EndInteraction, "ana")
    driver.feed(interactions.ChannelEnded(workspace=WORKSPACE, interaction_id="c1", leg_id="c1.2"))
    assert driver.leg().state is LegState.WRAP_UP
    assert driver.leg().reason is EndReason.CHANNEL_ENDED


def test_who_has_taken_part_longest_becomes_owner() -> None:
    driver = a_conference("bo", "cy")
    driver.of(inputs.EndInteraction, "ana")
    assert driver.leg().agent_id == "bo"
    driver.of(inputs.LeaveConference, "bo")
    assert driver.leg().agent_id == "cy"


def test_an_heir_on_hold_stays_on_hold_with_the_customer() -> None:
    driver = a_conference()
    driver.of(inputs.HoldInteraction, "bo")
    driver.of(inputs.EndInteraction, "ana")
    assert driver.leg().state is LegState.ON_HOLD
    assert driver.kinds() == ["LegConnected", "LegEnded", "LegHeld", "LegWrapUpStarted"]


def test_the_place_in_the_queue_goes_on_with_the_contact() -> None:
    driver = a_conference()
    before = driver.leg()
    driver.now_ms += 60_000
    driver.of(inputs.EndInteraction, "ana")
    after = driver.leg()
    assert (after.virtual_arrival_ms, after.place) == (before.virtual_arrival_ms, before.place)


@pytest.mark.parametrize(
    ("fault", "owner"), [(Fault.AGENT, "bo"), (Fault.CHANNEL, "ana")], ids=["agent's line", "customer's line"]
)
def test_a_failing_line_of_the_owner_takes_out_the_owner_or_everybody(fault: Fault, owner: str) -> None:
    driver = a_conference()
    driver.feed(interactions.ChannelFailed(workspace=WORKSPACE, interaction_id="c1", leg_id="c1.1", fault=fault))
    assert driver.leg().agent_id == owner
    assert driver.leg().state is (LegState.CONNECTED if owner == "bo" else LegState.WRAP_UP)


def test_an_owner_who_is_lost_leaves_the_customer_with_the_others_without_wrap_up() -> None:
    chats = {"web_chat": ChannelSettings(units=25, requeue_on_disconnect=True)}
    driver = a_conference(configuration=a_configuration("ana", "bo", "cy", channels=chats), channel="web_chat")
    driver.command(inputs.LogOut, agent_id="ana")
    assert driver.leg().agent_id == "bo"
    assert [one.leg.reason for one in driver.said(LegEnded) if one.leg] == [EndReason.TOOK_OVER, EndReason.AGENT_LOST]


def test_the_last_one_ends_it_for_everybody() -> None:
    driver = a_consult()
    driver.of(inputs.EndInteraction, "ana")
    assert [one.leg.agent_id for one in driver.said(LegWrapUpStarted) if one.leg] == ["bo", "ana"]


def test_a_customer_who_leaves_takes_back_what_rings() -> None:
    driver = a_consult(accepted=False)
    driver.leave()
    (taken,) = driver.said(OfferRescinded)
    assert taken.offer is not None
    assert taken.offer.rescind_reason is RescindReason.CUSTOMER_LEFT
    assert taken.leg is not None
    assert (taken.leg.state, taken.leg.agent_id) == (LegState.CANCELLED, None)


def test_a_connecting_companion_ends_without_wrap_up() -> None:
    driver = a_company(confirms_connection=True)
    driver.feed(interactions.ChannelConnected(workspace=WORKSPACE, interaction_id="c1", leg_id="c1.1"))
    driver.consult()
    assert driver.mine("bo").state is LegState.CONNECTING
    driver.leave()
    assert [(one.leg.state, one.leg.reason) for one in driver.said(LegEnded) if one.leg] == [
        (LegState.CANCELLED, EndReason.CUSTOMER_LEFT)
    ]


def test_every_reason_for_which_an_owner_goes_says_how_the_contact_goes_on() -> None:
    assert set(conference.GOES_ON.values()) == {EndReason.LEFT_CONFERENCE, EndReason.AGENT_LOST}
    assert set(conference.TAKEN_BACK.values()) <= set(offers.RINGS_ONCE)
