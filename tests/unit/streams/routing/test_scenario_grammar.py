"""The words of a scenario."""

from __future__ import annotations

from typing import Any

import pytest

from streams.routing.scenario_document import Unreadable
from streams.routing.scenario_grammar import ACTIONS, EXPECTATIONS, Words, read


def test_the_verb_is_the_word_whose_parameters_fit() -> None:
    assert read(EXPECTATIONS, {"agent": "ana", "is": "idle"}, "e")[0] == "agent"
    assert read(EXPECTATIONS, {"agent": "ana", "passed": "c1", "reason": "rank"}, "e")[0] == "passed"
    assert read(ACTIONS, {"status": "ana", "to": "lunch"}, "d")[0] == "status"
    assert read(ACTIONS, {"login": "ana", "status": "lunch"}, "d")[0] == "login"


@pytest.mark.parametrize(
    ("sentence", "problem"),
    [
        ("login ana", "a sentence is a mapping"),
        ({}, "a sentence is a mapping"),
        ({"dance": "ana"}, "no word 'dance'"),
        ({"lgoin": "ana"}, "no word 'lgoin'; did you mean .login."),
        ({"accept": "c1"}, "accept takes by and perhaps connect, not nothing"),
        ({"cancel": "c1", "by": "ana"}, "cancel takes nothing more, not by"),
    ],
)
def test_what_does_not_fit_is_named(sentence: Any, problem: str) -> None:
    with pytest.raises(Unreadable, match=rf"steps\[3\]\.do: .*{problem}|steps\[3\]\.do: {problem}"):
        read(ACTIONS, sentence, "steps[3].do")


@pytest.mark.parametrize(
    ("words", "sentence", "place"),
    [
        (ACTIONS, {"accept": "c1", "by": "ana", "connect": "manually"}, "connect: 'manually' is none of manual"),
        (ACTIONS, {"arrive": "c1", "priority": 11}, "priority: 11 is not 1 to 10"),
        (ACTIONS, {"arrive": "c1", "priority": "high"}, "priority: 'high' is not a whole number"),
        (ACTIONS, {"arrive": "c1", "require": {"mandarin": 9}}, "require.mandarin: 9 is not 1 to 5"),
        (ACTIONS, {"arrive": "c1", "require": ["mandarin"]}, "require: .* is not a mapping"),
        (
            ACTIONS,
            {"transfer": "c1", "by": "ana", "to_queue": "a", "keep_place": "yes"},
            "keep_place: 'yes' is neither",
        ),
        (ACTIONS, {"failed": "c1", "fault": "mine"}, "fault: 'mine' is none of agent, channel"),
        (ACTIONS, {"extend_wrap_up": "c1", "by": "ana", "for": 5}, "for: 5 is not a duration"),
        (ACTIONS, {"configure": None}, "configure: None is not a mapping"),
        (ACTIONS, {"login": None}, "login: None is not a name"),
        (ACTIONS, {"login": ["ana", "bo"]}, "login: .* is not a name"),
        (EXPECTATIONS, {"state": "c1", "is": "wiating"}, "is: 'wiating' is none of"),
        (EXPECTATIONS, {"agent": "ana", "is": "availabel"}, "is: 'availabel' is none of"),
        (EXPECTATIONS, {"ended": "c1", "as": "queued"}, "as: 'queued' is none of"),
        (EXPECTATIONS, {"ended": "c1", "as": "failed", "reason": "bad_luck"}, "reason: 'bad_luck' is none of"),
        (EXPECTATIONS, {"passed": "c1", "agent": "ana", "reason": "tired"}, "reason: 'tired' is none of"),
        (EXPECTATIONS, {"refused": "no"}, "refused: 'no' is none of any"),
        (EXPECTATIONS, {"waiting": "a", "is": True}, "is: True is not a whole number"),
        (EXPECTATIONS, {"order": "a", "is": "c1"}, "is: 'c1' is not a list"),
        (EXPECTATIONS, {"offered": "c1", "too": "ana"}, "offered takes nothing more and perhaps to, not too"),
        (EXPECTATIONS, {"offered": "c1", "to": "ana", "state": "c1", "is": "offered"}, "offered takes"),
    ],
)
def test_a_value_that_is_not_of_its_kind_is_named_by_its_place(words: Words, sentence: Any, place: str) -> None:
    with pytest.raises(Unreadable, match=f"x.*{place}"):
        read(words, sentence, "x")


def test_values_are_read_as_what_they_mean() -> None:
    assert read(ACTIONS, {"extend_wrap_up": "c1", "by": "ana", "for": "1m30s"}, "x")[1]["for"] == 90_000
    assert read(ACTIONS, {"arrive": 7, "queue": None, "tier": None}, "x")[1] == {"arrive": "7"}
    assert read(EXPECTATIONS, {"owner": "c1", "is": None}, "x")[1]["is"] is None
    assert read(EXPECTATIONS, {"order": "a", "is": [1, "c2"]}, "x")[1]["is"] == ["1", "c2"]
    assert read(EXPECTATIONS, {"order": "a", "is": None}, "x")[1]["is"] == []
