from __future__ import annotations

import pytest

from consumers.query.problems import Kind
from consumers.query.turns import Turns
from runtime.problems import Problem


def test_more_than_allowed_at_once_is_refused_and_others_are_not_hindered() -> None:
    turns = Turns(2)
    with turns.taken("ana"), turns.taken("ana"):
        with pytest.raises(Problem) as refused, turns.taken("ana"):
            pass
        assert (refused.value.kind, refused.value.retry_after_s) == (Kind.TOO_MANY, 1)
        with turns.taken("bo"):
            pass
    with turns.taken("ana"):
        pass


def test_a_question_that_fails_gives_its_turn_back() -> None:
    turns = Turns(1)
    for _ in range(3):
        with pytest.raises(LookupError), turns.taken("ana"):
            raise LookupError
