"""How parts, legs and interactions end."""

from __future__ import annotations

from schemas import inputs
from schemas.configuration import ChannelSettings
from schemas.decisions import LegEnded, LegWrapUpExtended, LegWrapUpStarted
from schemas.vocabulary import EndReason, Fault, LegState
from tests.support.engine_driver import a_connected_call


def test_wrap_up_says_when_it_ends_and_ends_then() -> None:
    driver = a_connected_call()
    driver.tick()
    driver.end()
    started = driver.said(LegWrapUpStarted)[0].leg
    assert started is not None
    assert started.wrap_up_ends_ms == driver.now_ms + 30_000
    ended = [one for one in driver.attend(30_000) if isinstance(one, LegEnded)]
    assert [one.at_ms for one in ended] == [started.wrap_up_ends_ms]
    assert "c1" not in driver.world.interactions
    assert driver.world.ended == 1


def test_a_broken_line_ends_as_failed_after_wrap_up() -> None:
    driver = a_connected_call()
    driver.fail(fault=Fault.CHANNEL)
    assert driver.leg().state is LegState.WRAP_UP
    driver.about(inputs.FinishWrapUp)
    ended = driver.said(LegEnded)[0].leg
    assert ended is not None
    assert (ended.state, ended.reason) == (LegState.FAILED, EndReason.CHANNEL_FAILED)


def test_an_end_without_wrap_up_is_one_decision() -> None:
    driver = a_connected_call(channels={"phone": ChannelSettings(wrap_up_ms=0)})
    driver.end()
    assert len(driver.said(LegEnded)) == 1
    assert driver.said(LegWrapUpStarted) == []
    assert driver.agent().work == {}


def test_extended_wrap_up_ends_later() -> None:
    driver = a_connected_call()
    driver.end()
    driver.attend(10_000)
    driver.about(inputs.ExtendWrapUp, for_ms=7_000)
    extended = driver.said(LegWrapUpExtended)[0].leg
    assert extended is not None
    assert extended.wrap_up_ends_ms == driver.now_ms + 27_000
    assert [one for one in driver.attend(26_999) if isinstance(one, LegEnded)] == []
    assert len([one for one in driver.attend(1) if isinstance(one, LegEnded)]) == 1


def test_wrap_up_stands_still_while_nobody_attends() -> None:
    driver = a_connected_call()
    driver.tick()
    driver.end()
    driver.now_ms += 600_000
    driver.tick()
    assert driver.leg().state is LegState.WRAP_UP
    driver.attend(27_999)
    assert driver.leg().state is LegState.WRAP_UP
    driver.attend(1)
    assert "c1" not in driver.world.interactions


def test_what_ended_is_remembered_and_its_attributes_are_forgotten() -> None:
    driver = a_connected_call()
    number = driver.interaction().profile
    driver.leave()
    driver.about(inputs.FinishWrapUp)
    assert driver.world.memory.has_ended("c1")
    assert driver.world.profiles.uses[number] == 0
