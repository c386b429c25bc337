from __future__ import annotations

import pytest

from producers.admin.problems import InvalidDocument, Problems, at_index, at_key, suggestion
from runtime.validation import FieldError


def test_a_path_reads_as_one_would_write_it() -> None:
    steps = at_key(at_key(at_key("", "queues"), "service"), "steps")
    assert at_key(at_index(steps, 2), "overflow_to") == "queues.service.steps[2].overflow_to"


def test_a_problem_says_its_path_and_then_what_is_wrong() -> None:
    assert str(FieldError("queues.a", "must be a mapping")) == "queues.a: must be a mapping"
    assert str(FieldError("", "nested too deep")) == "nested too deep"


def test_all_problems_are_raised_together() -> None:
    problems = Problems()
    problems.raise_if_any()
    problems.add("a", "one")
    problems.add("b", "two", 7)
    with pytest.raises(InvalidDocument) as raised:
        problems.raise_if_any()
    assert raised.value.problems == (FieldError("a", "one"), FieldError("b", "two", 7))


def test_a_near_word_is_suggested_and_a_far_one_is_not() -> None:
    assert suggestion("wrapup", ["wrap_up", "class"]) == '; did you mean "wrap_up"?'
    assert suggestion("zzz", ["wrap_up", "class"]) == ""
