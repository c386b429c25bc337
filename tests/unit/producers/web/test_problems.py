from __future__ import annotations

from producers.web.problems import Kind, Problem, invalid
from runtime.validation import FieldError


def test_a_problem_says_what_is_wrong_and_where() -> None:
    problem = invalid([FieldError("$.text", "is required")])
    assert problem.document() == {
        "type": "urn:hubline:problem:invalid",
        "title": "The body breaks the contract",
        "status": 422,
        "detail": "1 error",
        "errors": [{"path": "$.text", "detail": "is required"}],
    }


def test_headers_follow_from_the_kind() -> None:
    assert Problem(Kind.TOO_MANY, retry_after_s=3).headers() == {"retry-after": "3"}
    assert "www-authenticate" in Problem(Kind.UNAUTHENTICATED).headers()
    assert Problem(Kind.NOT_FOUND).headers() == {}
