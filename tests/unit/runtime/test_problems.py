from __future__ import annotations

from runtime.problems import Problem, ProblemKind, all_wrong
from runtime.validation import FieldError


class Kind(ProblemKind):
    NOBODY = (401, "nobody", "Nobody we know")
    INVALID = (422, "invalid", "Something is wrong")
    AWAY = (503, "away", "Something is away")


def test_a_problem_document_has_the_members_of_rfc_9457_and_the_errors() -> None:
    problem = all_wrong(
        Kind.INVALID, [FieldError("queues.a", "must be a mapping", 4), FieldError("$.x", "is required")]
    )
    assert problem.document() == {
        "type": "/docs#invalid",
        "title": "Something is wrong",
        "status": 422,
        "detail": "2 errors",
        "errors": [
            {"path": "queues.a", "detail": "must be a mapping", "line": 4},
            {"path": "$.x", "detail": "is required"},
        ],
    }


def test_what_is_not_said_is_left_out() -> None:
    assert Problem(Kind.AWAY).document() == {"type": "/docs#away", "title": "Something is away", "status": 503}


def test_extra_members_say_what_a_program_needs() -> None:
    assert Problem(Kind.INVALID, extra={"current_version": 3}).document()["current_version"] == 3


def test_one_error_is_counted_as_one() -> None:
    assert all_wrong(Kind.INVALID, iter([FieldError("$", "x")])).detail == "1 error"


def test_headers_tell_when_to_come_back_how_to_sign_in_and_what_is_allowed() -> None:
    assert Problem(Kind.AWAY, retry_after_s=2).headers() == {"retry-after": "2"}
    assert Problem(Kind.NOBODY).headers() == {"www-authenticate": 'Bearer realm="hubline"'}
    assert Problem(Kind.INVALID, allow="GET").headers() == {"allow": "GET"}
    assert Problem(Kind.INVALID).headers() == {}
