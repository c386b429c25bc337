"""What agents ask for, and why it may be refused."""

from __future__ import annotations

import pytest

from schemas import inputs
from schemas.configuration import ChannelSettings
from schemas.decisions import CommandApplied, LegHeld, LegResumed
from schemas.vocabulary import LegState, Refusal
from tests.support.engine_driver import Driver, a_configuration, a_connected_call


def test_every_command_that_took_effect_is_answered() -> None:
    driver = a_connected_call()
    driver.about(inputs.HoldInteraction, command_id="hold-1")
    assert [one.command_id for one in driver.said(CommandApplied)] == ["hold-1"]
    assert driver.said(LegHeld)[0].leg is not None
    driver.about(inputs.ResumeInteraction)
    assert driver.said(LegResumed)
    assert driver.leg().state is LegState.CONNECTED


def test_hold_time_is_added_up() -> None:
    driver = a_connected_call()
    for _ in range(2):
        driver.about(inputs.HoldInteraction)
        driver.now_ms += 300
        driver.about(inputs.ResumeInteraction)
    assert driver.leg().held_ms == 600


@pytest.mark.parametrize(
    ("offer", "agent", "reason"),
    [
        ("c1.1/1", "bo", Refusal.NOT_OFFERED),
        ("c1.1/2", "ana", Refusal.NOT_OFFERED),
        ("c1.2/1", "ana", Refusal.NOT_OFFERED),
        ("c9.1/1", "ana", Refusal.UNKNOWN_INTERACTION),
        ("nonsense", "ana", Refusal.UNKNOWN_INTERACTION),
        ("c1.1/1", "nobody", Refusal.UNKNOWN_AGENT),
    ],
)
def test_an_offer_that_is_not_the_agent_s_is_refused(offer: str, agent: str, reason: Refusal) -> None:
    driver = Driver(a_configuration("ana", "bo"))
    driver.login("ana")
    driver.arrive()
    driver.command(inputs.AcceptOffer, agent_id=agent, offer_id=offer)
    assert driver.refusal() is reason
    assert driver.leg().state is LegState.OFFERED


def test_an_offer_of_before_is_not_accepted_in_place_of_the_one_that_rings_now() -> None:
    driver = Driver(a_configuration("ana"))
    driver.login("ana")
    driver.arrive()
    before = driver.offer()
    driver.session("ana", opened=False)
    driver.login("ana")
    assert driver.offer() != before
    driver.command(inputs.AcceptOffer, agent_id="ana", offer_id=before)
    assert driver.refusal() is Refusal.NOT_OFFERED
    assert driver.leg().state is LegState.OFFERED


@pytest.mark.parametrize(
    ("kind", "leg", "agent", "reason"),
    [
        (inputs.ResumeInteraction, "c1.1", "ana", Refusal.WRONG_STATE),
        (inputs.FinishWrapUp, "c1.1", "ana", Refusal.WRONG_STATE),
        (inputs.ExtendWrapUp, "c1.1", "ana", Refusal.WRONG_STATE),
        (inputs.EndInteraction, "c1.1", "bo", Refusal.NOT_OWNER),
        (inputs.HoldInteraction, "c1.7", "ana", Refusal.WRONG_STATE),
        (inputs.HoldInteraction, "c1.x", "ana", Refusal.WRONG_STATE),
        (inputs.HoldInteraction, "c9.1", "ana", Refusal.UNKNOWN_INTERACTION),
        (inputs.HoldInteraction, "c1.1", "nobody", Refusal.UNKNOWN_AGENT),
    ],
)
def test_a_leg_that_is_not_so_is_refused(kind: type[inputs.LegCommand], leg: str, agent: str, reason: Refusal) -> None:
    driver = a_connected_call("ana", "bo")
    before = driver.engine.fingerprint()
    driver.command(kind, agent_id=agent, leg_id=leg)
    assert driver.refusal() is reason
    assert driver.leg().state is LegState.CONNECTED
    assert before != driver.engine.fingerprint(), "the command is remembered"


def test_resuming_without_room_is_refused() -> None:
    driver = a_connected_call("ana", channels={"phone": ChannelSettings(hold_frees_units=True)})
    driver.about(inputs.HoldInteraction)
    driver.arrive("c2")
    driver.accept("c2")
    driver.about(inputs.ResumeInteraction)
    assert driver.refusal() is Refusal.NO_CAPACITY


def test_a_status_needs_a_session_and_a_name() -> None:
    driver = Driver(a_configuration("ana"))
    driver.command(inputs.SetStatus, agent_id="ana", status="available")
    assert driver.refusal() is Refusal.AGENT_UNAVAILABLE
    driver.command(inputs.SetNextStatus, agent_id="ana", status="offline")
    assert driver.refusal() is Refusal.AGENT_UNAVAILABLE
    driver.login("ana")
    for kind in (inputs.SetStatus, inputs.SetNextStatus):
        driver.command(kind, agent_id="ana", status="dancing")
        assert driver.refusal() is Refusal.NOT_PERMITTED
