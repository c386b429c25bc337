from __future__ import annotations

from consumers.query.problems import Kind, invalid, not_ready
from runtime.validation import FieldError


def test_kinds_have_names_of_their_own() -> None:
    assert len({kind.type for kind in Kind}) == len(Kind)


def test_all_that_is_wrong_with_a_question_is_said_at_once() -> None:
    found = invalid([FieldError("query limit", "is too large"), FieldError("query x", "is not known here")]).document()
    assert (found["status"], [error["path"] for error in found["errors"]]) == (422, ["query limit", "query x"])


def test_what_is_away_says_when_to_ask_again() -> None:
    assert not_ready("the database").headers() == {"retry-after": "2"}
