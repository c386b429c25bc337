"""Supervisors who join, and agents who leave."""

from __future__ import annotations

from typing import Any

import pytest

from schemas import inputs
from schemas.decisions import LegJoined, OfferMade
from schemas.vocabulary import EndReason, JoinMode, LegKind, LegState, Refusal
from tests.support.consults import Company, a_company, a_conference, a_consult


def join(driver: Company, agent: str = "cy", mode: JoinMode = JoinMode.MONITOR, **more: Any) -> None:
    said = {"interaction_id": "c1", "agent_id": agent, "mode": mode} | more
    driver.command(inputs.JoinInteraction, **said)


def test_a_joined_leg_is_offered_to_who_asked_with_its_mode() -> None:
    driver = a_company()
    join(driver)
    (made,) = driver.said(OfferMade)
    assert made.leg is not None
    assert (made.leg.kind, made.leg.queue, made.leg.join_mode) == (
        LegKind.JOIN,
        None,
        JoinMode.MONITOR,
    )
    assert made.explanation.relaxations == ("joined",)
    assert made.agent is not None
    assert made.agent.units == 100


def test_a_second_joining_changes_the_mode() -> None:
    driver = a_company()
    join(driver)
    join(driver, mode=JoinMode.BARGE)
    assert driver.refusal() is Refusal.WRONG_STATE
    driver.take("cy")
    join(driver, mode=JoinMode.BARGE)
    (joined,) = driver.said(LegJoined)
    assert joined.leg is not None
    assert joined.leg.join_mode is JoinMode.BARGE
    join(driver, mode=JoinMode.BARGE)
    assert driver.refusal() is Refusal.WRONG_STATE


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"interaction_id": "c9"}, Refusal.UNKNOWN_INTERACTION),
        ({"agent_id": "zoe"}, Refusal.UNKNOWN_AGENT),
        ({"agent_id": "ana"}, Refusal.WRONG_STATE),
    ],
)
def test_what_cannot_be_joined_is_refused(said: dict[str, Any], reason: Refusal) -> None:
    driver = a_company()
    join(driver, **said)
    assert driver.refusal() is reason


def test_only_connected_work_is_joined_by_who_is_there() -> None:
    driver = a_company()
    driver.command(inputs.SetStatus, agent_id="cy", status="offline")
    join(driver)
    assert driver.refusal() is Refusal.AGENT_UNAVAILABLE
    driver.of(inputs.EndInteraction, "ana")
    join(driver, "bo")
    assert driver.refusal() is Refusal.WRONG_STATE


def test_who_leaves_wraps_up_and_the_others_go_on() -> None:
    driver = a_conference()
    driver.of(inputs.LeaveConference, "bo")
    assert (driver.mine("bo").state, driver.mine("bo").reason) == (LegState.WRAP_UP, EndReason.LEFT_CONFERENCE)
    assert driver.leg().agent_id == "ana"


def test_who_monitors_may_leave_and_who_is_alone_with_the_customer_may_not() -> None:
    driver = a_company()
    join(driver)
    driver.take("cy")
    driver.of(inputs.LeaveConference, "ana")
    assert driver.refusal() is Refusal.WRONG_STATE
    driver.of(inputs.LeaveConference, "cy")
    assert driver.refusal() is None


def test_a_consulted_agent_is_in_no_conference_yet() -> None:
    driver = a_consult()
    driver.of(inputs.LeaveConference, "bo")
    assert driver.refusal() is Refusal.WRONG_STATE
