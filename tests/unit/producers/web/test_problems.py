from __future__ import annotations

from producers.web.problems import Kind, invalid
from runtime.problems import Problem
from runtime.validation import FieldError


def test_a_kind_has_a_name_that_needs_no_page() -> None:
    document = invalid([FieldError("$.text", "is required")]).document()
    assert (document["status"], document["type"]) == (422, "urn:hubline:problem:invalid")
    assert len({kind.type for kind in Kind}) == len(Kind)


def test_the_token_that_is_asked_for_is_the_chats() -> None:
    assert Problem(Kind.UNAUTHENTICATED).headers() == {"www-authenticate": 'Bearer realm="hubline chat"'}
