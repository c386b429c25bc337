from __future__ import annotations

import pytest

from producers.web.origins import origins_of


@pytest.mark.parametrize(
    ("origin", "admitted"),
    [
        ("https://shop.example", True),
        ("https://shop.example.evil.example", False),
        ("http://shop.example", False),
        ("http://chat.example:8084", True),
        ("http://chat.example", False),
        ("http://chat.example:8084/path", False),
        ("http://[", False),
        ("null", False),
        ("", False),
    ],
)
def test_listed_pages_and_our_own_may_come(origin: str, admitted: bool) -> None:
    origins = origins_of("https://shop.example, https://other.example", own=True, none=False)
    assert origins.admits(origin, "chat.example:8084") is admitted


def test_without_the_demo_our_own_page_is_like_any_other() -> None:
    assert not origins_of("", own=False, none=False).admits("http://h:1", "h:1")


def test_programs_without_an_origin_come_only_where_that_is_allowed() -> None:
    assert origins_of("", own=False, none=True).admits(None, "h")
    assert not origins_of("", own=False, none=False).admits(None, "h")
