"""Sessions, leases and grace."""

from __future__ import annotations

from schemas import inputs
from schemas.decisions import AgentChanged, Decision, OfferRescinded
from schemas.vocabulary import AgentCause, LegState, RescindReason
from tests.support.engine_driver import WORKSPACE, Driver, a_configuration, a_connected_call


def causes(decisions: list[Decision]) -> list[AgentCause]:
    return [one.because for one in decisions if isinstance(one, AgentChanged)]


def test_sign_in_is_one_decision() -> None:
    driver = Driver(a_configuration("ana"))
    driver.login("ana")
    assert causes(list(driver.decisions)) == [AgentCause.SESSION_OPENED]
    driver.login("ana")
    assert driver.decisions == (), "the same session again"
    assert len(driver.agent().sessions) == 1


def test_losing_the_last_session_takes_back_what_rings_and_begins_the_grace() -> None:
    driver = Driver(a_configuration("ana"))
    driver.login("ana")
    driver.tick()
    driver.arrive()
    driver.session("ana", opened=False)
    assert causes(list(driver.decisions)) == [AgentCause.SESSIONS_LOST]
    assert [one.offer.rescind_reason for one in driver.said(OfferRescinded) if one.offer] == [
        RescindReason.AGENT_UNREACHABLE
    ]
    assert causes(driver.attend(14_999)) == []
    assert causes(driver.attend(1)) == [AgentCause.GRACE_ENDED]
    assert driver.agent().status == "offline"


def test_grace_stands_still_while_nobody_attends() -> None:
    driver = a_connected_call()
    driver.session("ana", opened=False)
    driver.now_ms += 3_600_000
    driver.tick()
    assert driver.agent().status == "available"


def test_a_gateway_that_starts_anew_has_lost_its_sessions() -> None:
    driver = Driver(a_configuration("ana", "bo"))
    driver.login("ana")
    driver.login("bo", gateway="other")
    driver.feed(inputs.GatewayStarted(workspace=WORKSPACE, gateway="g", incarnation=2))
    assert causes(list(driver.decisions)) == [AgentCause.SESSIONS_LOST]
    assert not driver.agent("ana").connected
    assert driver.agent("bo").connected


def test_what_an_earlier_incarnation_says_is_too_late() -> None:
    driver = Driver(a_configuration("ana"))
    driver.login("ana", incarnation=2)
    driver.session("ana", incarnation=1, session="old")
    assert driver.decisions == ()
    driver.session("ana", opened=False, incarnation=1)
    assert driver.agent().connected


def test_a_later_incarnation_that_speaks_first_is_believed() -> None:
    driver = Driver(a_configuration("ana", "bo"))
    driver.login("ana")
    driver.login("bo", incarnation=2)
    assert not driver.agent("ana").connected
    assert driver.agent("bo").connected


def test_a_gateway_without_a_sign_for_fifteen_attended_seconds_loses_its_sessions() -> None:
    driver = Driver(a_configuration("ana"))
    driver.login("ana")
    driver.tick()
    for _ in range(14):
        driver.now_ms += 1_000
        driver.tick()
    assert driver.agent().connected
    driver.now_ms += 1_000
    driver.tick()
    assert not driver.agent().connected


def test_a_sign_in_time_renews_the_lease() -> None:
    driver = Driver(a_configuration("ana"))
    driver.login("ana")
    driver.attend(60_000)
    assert driver.agent().connected


def test_one_of_two_gateways_is_enough() -> None:
    driver = a_connected_call()
    driver.session("ana", gateway="other", session="second")
    driver.feed(inputs.GatewayStarted(workspace=WORKSPACE, gateway="g", incarnation=2))
    assert driver.agent().connected
    assert causes(list(driver.decisions)) == [AgentCause.SESSION_CLOSED]
    assert driver.leg().state is LegState.CONNECTED


def test_logging_out_drops_every_session() -> None:
    driver = Driver(a_configuration("ana"))
    driver.login("ana")
    driver.session("ana", gateway="other", session="second")
    driver.command(inputs.LogOut, agent_id="ana")
    assert driver.agent().sessions == {}
    assert not driver.engine.has_timers()
    driver.session("ana", opened=False)
    assert driver.decisions == ()


def test_a_status_given_at_sign_in_counts_and_an_unknown_one_does_not() -> None:
    driver = Driver(a_configuration("ana", "bo"))
    driver.session("ana", status="offline")
    driver.session("bo", status="dancing")
    assert (driver.agent("ana").status, driver.agent("bo").status) == ("offline", "available")


def test_sessions_of_strangers_change_nothing() -> None:
    driver = Driver(a_configuration("ana"))
    driver.login("nobody")
    assert driver.decisions == ()
