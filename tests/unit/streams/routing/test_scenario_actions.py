"""What a scenario does, as inputs."""

from __future__ import annotations

from typing import Any

import pytest

from schemas import inputs, interactions
from streams.routing.engine import Engine
from streams.routing.scenario_actions import START_MS, WORKSPACE, Actions
from streams.routing.scenario_document import Unreadable
from streams.routing.scenario_grammar import ACTIONS
from tests.support.engine_driver import Driver, a_configuration


def actions(*confirming: str) -> Actions:
    return Actions(Engine(WORKSPACE), frozenset(confirming))


SENTENCES: list[tuple[dict[str, Any], type[Any]]] = [
    ({"login": "ana", "status": "lunch"}, inputs.AgentSessionOpened),
    ({"reconnect": "ana"}, inputs.AgentSessionOpened),
    ({"logout": "ana"}, inputs.LogOut),
    ({"status": "ana", "to": "lunch"}, inputs.SetStatus),
    ({"next_status": "ana", "to": "lunch"}, inputs.SetNextStatus),
    ({"arrive": "c1", "queue": "service", "require": {"a": 1}}, inputs.InteractionIdentified),
    ({"leave": "c1"}, interactions.CustomerLeft),
    ({"accept": "c1", "by": "ana"}, inputs.AcceptOffer),
    ({"reject": "c1", "by": "ana"}, inputs.RejectOffer),
    ({"connected": "c1"}, interactions.ChannelConnected),
    ({"failed": "c1", "fault": "channel"}, interactions.ChannelFailed),
    ({"end": "c1", "by": "ana"}, inputs.EndInteraction),
    ({"hold": "c1", "by": "ana"}, inputs.HoldInteraction),
    ({"resume": "c1", "by": "ana"}, inputs.ResumeInteraction),
    ({"transfer": "c1", "by": "ana", "to_queue": "sales"}, inputs.TransferInteraction),
    ({"consult": "c1", "by": "ana", "to_agent": "bo"}, inputs.StartConsult),
    ({"finish_consult": "c1", "by": "ana", "how": "join"}, inputs.FinishConsult),
    ({"extend_wrap_up": "c1", "by": "ana", "for": 5_000}, inputs.ExtendWrapUp),
    ({"finish_wrap_up": "c1", "by": "ana"}, inputs.FinishWrapUp),
    ({"callback": "c1", "at": 60_000}, inputs.RequestCallback),
    ({"move": "c1", "to_queue": "sales"}, inputs.MoveInteraction),
    ({"assign": "c1", "to": "ana"}, inputs.AssignInteraction),
    ({"prioritise": "c1", "priority": 1}, inputs.ReprioritiseInteraction),
    ({"cancel": "c1"}, inputs.CancelInteraction),
    ({"join": "c1", "by": "sue", "as": "whisper"}, inputs.JoinInteraction),
    ({"force_status": "ana", "to": "offline"}, inputs.ForceStatus),
    ({"open": "service"}, inputs.QueueOpened),
    ({"close": "service"}, inputs.QueueClosed),
]


@pytest.mark.parametrize(("said", "kind"), SENTENCES)
def test_each_word_is_one_input(said: dict[str, Any], kind: type[Any]) -> None:
    found = actions().inputs(next(iter(said)), said, "steps[0].do")
    assert [type(event) for event in found] == [kind]


def test_every_word_of_the_grammar_can_be_done() -> None:
    tried = {next(iter(said)) for said, _ in SENTENCES}
    assert tried | {"disconnect", "configure"} == set(ACTIONS)


def test_times_are_counted_from_the_scenario_s_start() -> None:
    event = actions().inputs("callback", {"callback": "c1", "at": 60_000}, "d")[0]
    assert isinstance(event, inputs.RequestCallback)
    assert event.at_ms == START_MS + 60_000


def test_a_contact_that_confirms_is_connected_with_its_acceptance_unless_by_hand() -> None:
    for by_hand, count in (({}, 2), ({"connect": "manual"}, 1)):
        assert len(actions("c1").inputs("accept", {"accept": "c1", "by": "ana", **by_hand}, "d")) == count


def test_closing_a_session_that_is_closed_already_does_nothing() -> None:
    one = actions()
    one.inputs("login", {"login": "ana"}, "d")
    assert len(one.inputs("disconnect", {"disconnect": "ana"}, "d")) == 1
    assert one.inputs("disconnect", {"disconnect": "ana"}, "d") == []
    one.inputs("login", {"login": "ana"}, "d")
    one.inputs("logout", {"logout": "ana"}, "d")
    assert one.inputs("disconnect", {"disconnect": "ana"}, "d") == []


def test_closing_a_session_of_who_never_had_one_is_a_mistake_of_the_scenario() -> None:
    with pytest.raises(Unreadable, match="ana has no session"):
        actions().inputs("disconnect", {"disconnect": "ana"}, "d")


def test_offers_and_legs_are_those_of_the_agent() -> None:
    driver = Driver(a_configuration("ana"))
    driver.login("ana")
    driver.arrive()
    event = Actions(driver.engine, frozenset()).inputs("accept", {"accept": "c1", "by": "ana"}, "d")[0]
    assert isinstance(event, inputs.AcceptOffer)
    assert event.offer_id == "c1.1/1"


def test_a_sentence_is_about_the_leg_that_it_can_be_about() -> None:
    driver = Driver(a_configuration("ana", "bo"))
    driver.login("ana", "bo")
    driver.arrive()
    driver.accept()
    driver.about(inputs.TransferInteraction, to_agent="bo")
    driver.accept(agent="bo")
    one = Actions(driver.engine, frozenset())
    legs = {
        (verb, agent): one.inputs(verb, {verb: "c1", "by": agent}, "d")[0].leg_id  # type: ignore[union-attr]
        for verb in ("end", "finish_wrap_up")
        for agent in ("ana", "bo")
    }
    assert legs == {
        ("end", "ana"): "c1.2",
        ("end", "bo"): "c1.2",
        ("finish_wrap_up", "ana"): "c1.1",
        ("finish_wrap_up", "bo"): "c1.2",
    }
