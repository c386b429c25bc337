"""The words of a scenario."""

from __future__ import annotations

from typing import Any

import pytest

from streams.routing.scenario_document import Unreadable
from streams.routing.scenario_grammar import ACTIONS, EXPECTATIONS, read


def test_the_verb_is_the_word_whose_parameters_fit() -> None:
    assert read(EXPECTATIONS, {"agent": "ana", "is": "idle"}, "e")[0] == "agent"
    assert read(EXPECTATIONS, {"agent": "ana", "passed": "c1", "reason": "rank"}, "e")[0] == "passed"
    assert read(ACTIONS, {"status": "ana", "to": "lunch"}, "d")[0] == "status"
    assert read(ACTIONS, {"login": "ana", "status": "lunch"}, "d")[0] == "login"


@pytest.mark.parametrize(
    ("sentence", "problem"),
    [
        ("login ana", "not a mapping"),
        ({"dance": "ana"}, "none of"),
        ({"accept": "c1"}, "accept takes by and perhaps connect, not nothing"),
        ({"cancel": "c1", "by": "ana"}, "cancel takes nothing more, not by"),
    ],
)
def test_what_does_not_fit_is_named(sentence: Any, problem: str) -> None:
    with pytest.raises(Unreadable, match=rf"steps\[3\]\.do: .*{problem}|steps\[3\]\.do: {problem}"):
        read(ACTIONS, sentence, "steps[3].do")
