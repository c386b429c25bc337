"""Work of a lost agent goes back to its old place."""

from __future__ import annotations

from schemas import inputs
from schemas.configuration import ChannelSettings
from schemas.decisions import LegEnded, LegQueued
from schemas.vocabulary import EndReason, LegState
from tests.support.engine_driver import Driver, a_configuration


def a_lost_chat() -> Driver:
    chat = ChannelSettings(units=25, requeue_on_disconnect=True)
    driver = Driver(a_configuration("ana", "bo", channels={"web_chat": chat}))
    driver.login("ana")
    driver.arrive(channel="web_chat")
    driver.now_ms += 2_000
    driver.accept()
    driver.now_ms += 60_000
    driver.command(inputs.LogOut, agent_id="ana")
    return driver


def test_the_old_leg_ends_and_a_new_main_leg_takes_its_place() -> None:
    driver = a_lost_chat()
    ended, queued = driver.said(LegEnded)[0].leg, driver.said(LegQueued)[0].leg
    assert ended is not None
    assert queued is not None
    assert (ended.leg_id, ended.state, ended.reason) == ("c1.1", LegState.COMPLETED, EndReason.AGENT_LOST)
    assert (queued.leg_id, queued.state) == ("c1.2", LegState.QUEUED)
    assert queued.virtual_arrival_ms == ended.virtual_arrival_ms
    assert driver.interaction().others == ()


def test_waiting_time_goes_on_where_it_stood() -> None:
    driver = a_lost_chat()
    assert driver.leg().waited_ms == 2_000


def test_the_ex_owner_is_preferred() -> None:
    driver = a_lost_chat()
    assert driver.leg().preferred == "ana"
    driver.leave("nobody")
    driver.login("ana")
    assert driver.offered() == [("c1", "ana")]
