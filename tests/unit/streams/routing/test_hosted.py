"""One workspace in its owner's hands: silent replay, stops, resumption, divergence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from schemas import codec
from schemas.configuration import AgentSettings, QueueSettings, RoutingConfiguration, canonical, digest
from schemas.decisions import AgentChanged, CommandRefused, Decision, WorkspaceResumed, WorkspaceStopped
from schemas.inputs import AgentSessionOpened, ConfigurationPublished, GatewayStarted, SetStatus
from schemas.inputs import WorkspaceResumed as Resume
from schemas.vocabulary import Refusal
from streams.routing.engine import BrokenInvariant, Engine
from streams.routing.hosted import Diverged, Hosted, Spoiled
from streams.routing.position import Emitted, Start
from streams.routing.rules import FIRST_VERSION

WS = "bookcity"
TICK_MS = 1_000
NOW_MS = 1_700_000_000_000


class BreaksAtTwo(Engine):
    """An engine with a planted breach at input 2."""

    def apply(self, event: Any, *, offset: int, stamp_ms: int) -> tuple[Decision, ...]:
        if offset == 2:
            raise BrokenInvariant("planted", "input 2")
        return super().apply(event, offset=offset, stamp_ms=stamp_ms)


class Crashes(Engine):
    """An engine with a bug."""

    def apply(self, event: Any, *, offset: int, stamp_ms: int) -> tuple[Decision, ...]:
        raise KeyError("a bug")


def configured() -> ConfigurationPublished:
    wanted = RoutingConfiguration(queues={"q": QueueSettings()}, agents={"ana": AgentSettings(queues={"q": 1})})
    return ConfigurationPublished(
        workspace=WS,
        command_id="config-1",
        version=1,
        base_version=0,
        digest=digest(wanted),
        patch=canonical(wanted).decode(),
    )


def inputs() -> list[Any]:
    return [
        configured(),
        GatewayStarted(workspace=WS, gateway="g", incarnation=1),
        AgentSessionOpened(workspace=WS, agent_id="ana", gateway="g", incarnation=1, session="s"),
        SetStatus(workspace=WS, command_id="c-1", agent_id="ana", status="available"),
    ]


def start(emitted: Emitted | None = None) -> Start:
    return Start(WS, 0, 0, None, emitted or Emitted(), None, None)


def fold(hosted: Hosted, events: Sequence[Any], first: int = 0) -> list[Decision]:
    said: list[Decision] = []
    for offset, event in enumerate(events, first):
        said.extend(hosted.take(offset, NOW_MS + offset, event))
    return said


def emitted(decisions: Sequence[Decision]) -> Emitted:
    last = decisions[-1]
    stops = [one for one in decisions if isinstance(one, WorkspaceStopped)]
    return Emitted(last.epoch, last.seq, last.cause, codec.encode(last), stops)


def stopped_at_two() -> tuple[Hosted, list[Decision]]:
    hosted = Hosted(start(), TICK_MS, BreaksAtTwo)
    said = fold(hosted, inputs()[:2])
    with pytest.raises(Spoiled) as spoiled:
        hosted.take(2, NOW_MS + 2, inputs()[2])
    hosted.note(spoiled.value.stop)
    hosted.rewind(start())
    return hosted, said + fold(hosted, inputs()[:3])


def test_what_was_said_is_not_said_again_and_the_rest_is() -> None:
    all_of_it = fold(Hosted(start(), TICK_MS), inputs())
    for said in range(1, len(all_of_it) + 1):
        replay = Hosted(start(emitted(all_of_it[:said])), TICK_MS)
        assert fold(replay, inputs()) == all_of_it[said:]
        assert replay.caught_up


def test_an_input_taken_twice_changes_nothing() -> None:
    hosted = Hosted(start(), TICK_MS)
    fold(hosted, inputs())
    place = hosted.place
    assert hosted.take(1, NOW_MS, inputs()[1]) == ()
    assert hosted.place == place


def test_a_replay_that_differs_from_the_log_is_refused() -> None:
    known = emitted(fold(Hosted(start(), TICK_MS), inputs()))
    known.value = known.value.replace(b"bookcity", b"bookshop")
    with pytest.raises(Diverged):
        fold(Hosted(start(known), TICK_MS), inputs())


def test_a_breach_stops_the_workspace_before_that_input() -> None:
    hosted, said = stopped_at_two()
    assert isinstance(said[-1], WorkspaceStopped)
    assert (said[-1].invariant, said[-1].offset, hosted.stopped_at) == ("planted", 2, 2)
    assert [one.seq for one in said] == list(range(1, len(said) + 1))
    assert not any(isinstance(one, AgentChanged) and one.cause == 2 for one in said)


def test_a_bug_stops_the_workspace_like_a_breach() -> None:
    with pytest.raises(Spoiled) as spoiled:
        Hosted(start(), TICK_MS, Crashes).take(0, NOW_MS, inputs()[0])
    assert spoiled.value.stop.invariant == "internal_error"


def test_while_stopped_commands_are_refused_and_other_inputs_passed_over() -> None:
    hosted, _ = stopped_at_two()
    refused = hosted.take(3, NOW_MS + 3, inputs()[3])
    assert [type(one) for one in refused] == [CommandRefused]
    assert isinstance(refused[0], CommandRefused)
    assert refused[0].reason is Refusal.WORKSPACE_STOPPED
    assert hosted.take(4, NOW_MS + 4, GatewayStarted(workspace=WS, gateway="h", incarnation=1)) == ()


@pytest.mark.parametrize("skip", [False, True])
def test_a_resumption_rereads_what_was_passed_over_without_the_answered_commands(skip: bool) -> None:
    hosted, _ = stopped_at_two()
    hosted.take(3, NOW_MS + 3, inputs()[3])
    command = Resume(workspace=WS, command_id="r", from_offset=2, engine_version=1, skip=skip)
    said = hosted.take(4, NOW_MS + 4, command)
    assert [type(one) for one in said] == [WorkspaceResumed]
    assert hosted.reread == range(3 if skip else 2, 4)
    assert hosted.take_kept(3, NOW_MS + 3, inputs()[3]) == ()
    later = hosted.take(5, NOW_MS + 5, AgentSessionOpened(
        workspace=WS, agent_id="ana", gateway="g", incarnation=1, session="s"))  # fmt: skip
    assert any(isinstance(one, AgentChanged) for one in later)


def test_a_mended_engine_keeps_the_stop_that_the_log_knows() -> None:
    hosted, said = stopped_at_two()
    refused = hosted.take(3, NOW_MS + 3, inputs()[3])
    replay = Hosted(start(emitted([*said, *refused])), TICK_MS, Engine)
    assert fold(replay, inputs()) == []
    assert (replay.stopped_at, replay.place) == (2, hosted.place)


def test_a_resumption_alone_counts_as_a_change_to_be_saved() -> None:
    hosted, _ = stopped_at_two()
    hosted.saved(3, 0)
    assert not hosted.changed
    hosted.take(3, NOW_MS + 3, inputs()[3])
    assert hosted.changed


def test_a_log_under_older_rules_may_be_upgraded_once_and_not_while_it_is_stopped_or_behind() -> None:
    hosted = Hosted(start(), TICK_MS)
    assert hosted.engine.engine_version == FIRST_VERSION
    assert hosted.upgradable_to(FIRST_VERSION + 1)
    assert not hosted.upgradable_to(FIRST_VERSION)
    hosted.upgrading_to = FIRST_VERSION + 1
    assert not hosted.upgradable_to(FIRST_VERSION + 1)
    hosted.upgrading_to = 0
    hosted.said = (1, 99)
    assert not hosted.upgradable_to(FIRST_VERSION + 1), "what was said is not derived yet"
    hosted.said = (1, 0)
    hosted.stopped_at = 3
    assert not hosted.upgradable_to(FIRST_VERSION + 1)
