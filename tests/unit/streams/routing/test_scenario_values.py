"""The kinds of value in a scenario."""

from __future__ import annotations

from typing import Any

import pytest

from streams.routing.scenario_grammar import ACTIONS, EXPECTATIONS
from streams.routing.scenario_values import READERS, Unreadable, suggestion

GOOD: list[tuple[str, Any, Any]] = [
    ("name", 7, "7"),
    ("nobody_or_agent", None, None),
    ("contacts", None, []),
    ("whole", -3, -3),
    ("flag", False, False),
    ("priority", 10, 10),
    ("levels", {"mandarin": 5}, {"mandarin": 5}),
    ("duration", "1.5s", 1_500),
    ("refusal", "any", "any"),
    ("state", "queued", "queued"),
]
BAD: list[tuple[str, Any]] = [
    ("name", True),
    ("name", ""),
    ("nobody_or_agent", []),
    ("contacts", {}),
    ("whole", 1.5),
    ("flag", 1),
    ("priority", 0),
    ("levels", {"mandarin": "3"}),
    ("duration", "90"),
    ("refusal", "none"),
    ("state", 5),
]


@pytest.mark.parametrize(("kind", "value", "read"), GOOD)
def test_a_value_of_its_kind_is_read(kind: str, value: Any, read: Any) -> None:
    assert READERS[kind](value, "p") == read


@pytest.mark.parametrize(("kind", "value"), BAD)
def test_a_value_of_another_kind_is_named_by_its_place(kind: str, value: Any) -> None:
    with pytest.raises(Unreadable, match=r"^p"):
        READERS[kind](value, "p")


def test_every_kind_of_the_grammar_can_be_read() -> None:
    named = {
        kind.strip("[]")
        for words in (ACTIONS, EXPECTATIONS)
        for parameters in words.values()
        for kind in parameters.values()
    }
    assert named == set(READERS)


def test_what_looks_alike_is_suggested() -> None:
    assert suggestion("servce", ["service", "sales"]) == '; did you mean "service"?'
    assert suggestion("x", ["service"]) == ""
