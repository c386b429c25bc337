from __future__ import annotations

import pytest

from consumers.gateway.cursors import cursor_of, place_of


def test_a_cursor_leads_back_to_its_place() -> None:
    assert place_of(cursor_of(3, 77, "abcd"), "abcd") == (3, 77)


@pytest.mark.parametrize("cursor", ["", "v1", "v1.1.2", "v1.1.2.other", "v2.1.2.abcd", "v1.-1.2.abcd", "v1.1.²2.abcd"])
def test_what_is_no_cursor_of_this_scope_leads_nowhere(cursor: str) -> None:
    assert place_of(cursor, "abcd") is None
