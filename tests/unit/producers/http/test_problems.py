from __future__ import annotations

from producers.http.problems import Kind, Problem, invalid
from runtime.validation import FieldError


def test_a_problem_document_has_the_members_of_rfc_9457_and_the_errors() -> None:
    problem = invalid([FieldError("$.channel", "is required"), FieldError("$.x", "is not known here")])
    assert problem.document() == {
        "type": "/docs#invalid",
        "title": "The body or the query breaks the contract",
        "status": 422,
        "detail": "2 errors",
        "errors": [
            {"path": "$.channel", "detail": "is required"},
            {"path": "$.x", "detail": "is not known here"},
        ],
    }


def test_what_is_not_said_is_left_out() -> None:
    assert Problem(Kind.FORBIDDEN).document() == {
        "type": "/docs#forbidden",
        "title": "This key may not do that",
        "status": 403,
    }


def test_headers_tell_when_to_come_back_how_to_sign_in_and_what_is_allowed() -> None:
    assert Problem(Kind.UNKNOWN_OUTCOME, retry_after_s=2).headers() == {"retry-after": "2"}
    assert Problem(Kind.UNAUTHENTICATED).headers() == {"www-authenticate": 'Bearer realm="hubline"'}
    assert Problem(Kind.METHOD_NOT_ALLOWED, allow="GET").headers() == {"allow": "GET"}
    assert Problem(Kind.INVALID).headers() == {}


def test_every_kind_has_a_type_of_its_own() -> None:
    assert len({kind.type for kind in Kind}) == len(Kind)
