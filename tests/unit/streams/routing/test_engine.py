"""The engine as its shell sees it."""

from __future__ import annotations

import pytest

from schemas import inputs
from schemas.decisions import (
    CommandRefused,
    DuplicateIgnored,
    EngineVersionApplied,
    EpochStarted,
    WorkspaceResumed,
    WorkspaceStopped,
)
from schemas.vocabulary import Refusal
from streams.routing.breach import BrokenInvariant, NewerEngine
from streams.routing.engine import ENGINE_VERSION, Engine
from streams.routing.rules import FIRST_VERSION
from tests.support.engine_driver import WORKSPACE, Driver, a_configuration, a_connected_call


def test_an_empty_engine_begins_at_epoch_one_before_the_first_offset() -> None:
    engine = Engine(WORKSPACE)
    assert (engine.epoch, engine.seq, engine.offset, engine.now_ms) == (1, 0, -1, 0)
    assert not engine.has_timers()
    assert engine.next_due_ms() is None


def test_every_decision_bears_workspace_epoch_dense_seq_cause_and_time() -> None:
    driver = Driver(a_configuration("ana"))
    driver.login("ana")
    before = driver.engine.seq
    driver.arrive()
    found = [(one.workspace, one.epoch, one.seq, one.cause, one.at_ms) for one in driver.decisions]
    expected = [(WORKSPACE, 1, before + n, driver.offset, driver.now_ms) for n in (1, 2)]
    assert found == expected


def test_a_timer_s_decision_bears_the_due_moment_and_comes_before_the_input_s() -> None:
    driver = Driver(a_configuration("ana"))
    driver.login("ana")
    driver.arrive()
    due = driver.now_ms + 20_000
    driver.attend(19_000)
    driver.now_ms = due + 700
    driver.arrive("c2")
    assert [one.at_ms for one in driver.decisions] == [due, due + 700]


def test_a_repeated_command_does_nothing() -> None:
    driver = a_connected_call()
    driver.about(inputs.HoldInteraction, command_id="once")
    driver.about(inputs.HoldInteraction, command_id="once")
    assert [type(one) for one in driver.decisions] == [DuplicateIgnored]


def test_offsets_rise() -> None:
    driver = Driver(a_configuration("ana"))
    tick = inputs.TimeAdvanced(workspace=WORKSPACE)
    with pytest.raises(ValueError, match="after input"):
        driver.engine.apply(tick, offset=driver.offset, stamp_ms=driver.now_ms)


def test_a_reopened_log_begins_a_new_epoch_at_seq_one() -> None:
    driver = Driver(a_configuration("ana"))
    last = driver.engine.seq
    decisions = driver.engine.apply(inputs.LogReopened(workspace=WORKSPACE, epoch=2), offset=0, stamp_ms=driver.now_ms)
    first = decisions[0]
    assert isinstance(first, EpochStarted)
    assert (first.epoch, first.seq, first.previous_epoch, first.previous_seq) == (2, 1, 1, last)
    assert (driver.engine.epoch, driver.engine.offset) == (2, 0)
    with pytest.raises(ValueError, match="epoch"):
        driver.engine.apply(inputs.LogReopened(workspace=WORKSPACE, epoch=2), offset=1, stamp_ms=driver.now_ms)


def test_a_log_begins_under_the_first_rules_and_goes_on_under_those_it_is_upgraded_to() -> None:
    driver = Driver(engine=Engine.of_log(WORKSPACE))
    driver.configure(a_configuration("ana"))
    assert driver.engine.engine_version == FIRST_VERSION
    driver.feed(inputs.EngineUpgraded(workspace=WORKSPACE, version=ENGINE_VERSION))
    assert [one.version for one in driver.said(EngineVersionApplied)] == [ENGINE_VERSION]
    assert driver.engine.engine_version == ENGINE_VERSION


def test_an_upgrade_that_was_made_already_says_nothing_and_rules_never_go_back() -> None:
    driver = Driver(a_configuration("ana"))
    for version in (ENGINE_VERSION, FIRST_VERSION):
        assert driver.feed(inputs.EngineUpgraded(workspace=WORKSPACE, version=version)) == ()
    assert driver.engine.engine_version == ENGINE_VERSION
    driver.engine.stop("planted", "why", offset=3, stamp_ms=driver.now_ms)
    resume = inputs.WorkspaceResumed(workspace=WORKSPACE, command_id="r", from_offset=3, engine_version=FIRST_VERSION)
    assert driver.engine.resume(resume, offset=4, stamp_ms=driver.now_ms)
    assert driver.engine.engine_version == ENGINE_VERSION


def test_an_upgrade_to_unknown_rules_is_an_error_and_changes_nothing() -> None:
    driver = Driver(a_configuration("ana"))
    seq = driver.engine.seq
    with pytest.raises(NewerEngine):
        driver.feed(inputs.EngineUpgraded(workspace=WORKSPACE, version=ENGINE_VERSION + 1))
    assert driver.engine.seq == seq


def test_a_planted_breach_breaks_at_its_input_only() -> None:
    driver = Driver(a_configuration("ana"), Engine(WORKSPACE, frozenset({2})))
    driver.arrive()
    with pytest.raises(BrokenInvariant, match="planted"):
        driver.arrive("c2")


def test_a_stopped_workspace_refuses_commands_and_goes_on_where_it_stopped() -> None:
    driver = Driver(a_configuration("ana"))
    driver.login("ana")
    engine, seq, now_ms = driver.engine, driver.engine.seq, driver.engine.now_ms
    stopped = engine.stop("planted", "why", offset=7, stamp_ms=now_ms + 9)
    assert [(type(one), one.seq, one.at_ms) for one in stopped] == [(WorkspaceStopped, seq + 1, now_ms + 9)]
    command = inputs.SetStatus(workspace=WORKSPACE, command_id="k", agent_id="ana", status="available")
    refused = engine.refuse_stopped(command, offset=8, stamp_ms=now_ms + 9)
    assert [one.reason for one in refused if isinstance(one, CommandRefused)] == [Refusal.WORKSPACE_STOPPED]
    assert isinstance(engine.refuse_stopped(command, offset=9, stamp_ms=now_ms)[0], DuplicateIgnored)
    assert (engine.now_ms, engine.stopped is not None) == (now_ms, True)
    resume = inputs.WorkspaceResumed(workspace=WORKSPACE, command_id="r", from_offset=7, engine_version=1)
    assert [type(one) for one in engine.resume(resume, offset=10, stamp_ms=now_ms)] == [WorkspaceResumed]
    assert engine.stopped is None
    again = engine.apply(inputs.TimeAdvanced(workspace=WORKSPACE), offset=7, stamp_ms=now_ms)
    assert again == ()
    assert engine.offset == 7


def test_resuming_what_is_not_stopped_is_refused() -> None:
    driver = Driver(a_configuration("ana"))
    driver.command(inputs.WorkspaceResumed, from_offset=1, engine_version=1)
    assert driver.refusal() is Refusal.WRONG_STATE


def test_resuming_under_unknown_rules_is_an_error() -> None:
    driver = Driver(a_configuration("ana"))
    event = inputs.WorkspaceResumed(workspace=WORKSPACE, command_id="r", from_offset=1, engine_version=99)
    with pytest.raises(NewerEngine):
        driver.engine.resume(event, offset=5, stamp_ms=driver.now_ms)


def test_ticks_are_wanted_while_a_session_is_open() -> None:
    driver = Driver(a_configuration("ana"))
    assert not driver.engine.has_timers()
    driver.login("ana")
    assert driver.engine.next_due_ms() == driver.now_ms + 15_000
    driver.session("ana", opened=False)
    driver.attend(15_000)
    assert not driver.engine.has_timers()
