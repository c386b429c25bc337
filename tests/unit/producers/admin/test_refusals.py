from __future__ import annotations

import pytest

from producers.admin.problems import Problem
from producers.admin.refusals import Kind, Refusal, invalid


def test_errors_stand_in_the_problem_document_with_path_and_line() -> None:
    refusal = invalid([Problem("queues.a", "must be a mapping", 4), Problem("skills", "must be a list")])
    assert refusal.document() == {
        "type": "/problems#invalid",
        "title": "Something is wrong in what was sent",
        "status": 422,
        "detail": "2 errors",
        "errors": [
            {"path": "queues.a", "detail": "must be a mapping", "line": 4},
            {"path": "skills", "detail": "must be a list"},
        ],
    }


def test_what_says_nothing_is_left_out() -> None:
    assert set(Refusal(Kind.NOT_FOUND).document()) == {"type", "title", "status"}


def test_extra_members_say_what_a_program_needs() -> None:
    assert Refusal(Kind.VERSION_CHANGED, extra={"current_version": 3}).document()["current_version"] == 3


def test_headers_say_when_to_come_back_and_how_to_sign_in() -> None:
    assert Refusal(Kind.TOO_MANY, retry_after_s=7).headers() == {"retry-after": "7"}
    assert Refusal(Kind.UNAUTHENTICATED).headers() == {"www-authenticate": 'Bearer realm="hubline"'}


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_has_a_name_of_its_own(kind: Kind) -> None:
    assert [other for other in Kind if other.name_in_type == kind.name_in_type] == [kind]
    assert 400 <= kind.status < 600
