from __future__ import annotations

from consumers.query.problems import Kind, Problem, invalid, not_ready
from runtime.validation import FieldError


def test_kinds_have_names_of_their_own() -> None:
    assert len({kind.type for kind in Kind}) == len(Kind)
    assert Kind.NOT_FOUND.status == 404


def test_a_document_says_only_what_there_is() -> None:
    assert Problem(Kind.NOT_FOUND).document() == {
        "type": "/docs#not-found",
        "title": "There is no such thing here",
        "status": 404,
    }
    found = invalid([FieldError("query limit", "is too large"), FieldError("query x", "is not known here")]).document()
    assert (found["detail"], [error["path"] for error in found["errors"]]) == ("2 errors", ["query limit", "query x"])


def test_headers_belong_to_the_kind() -> None:
    assert not_ready("the database").headers() == {"retry-after": "2"}
    assert Problem(Kind.METHOD_NOT_ALLOWED, allow="GET").headers() == {"allow": "GET"}
    assert "www-authenticate" in Problem(Kind.UNAUTHENTICATED).headers()
    assert Problem(Kind.FORBIDDEN).headers() == {}
