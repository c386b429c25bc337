from __future__ import annotations

import pytest

from producers.admin.preconditions import entity_tag, expected_version, version_conflict
from producers.admin.refusals import Kind
from runtime.problems import Problem


def test_an_entity_tag_is_the_version_and_is_read_back() -> None:
    assert expected_version(entity_tag(7), None) == 7


def test_without_a_header_there_should_be_no_version_yet() -> None:
    assert expected_version(None, None) is None
    assert expected_version(None, "*") is None


@pytest.mark.parametrize(("if_match", "if_none_match"), [("7", None), ("*", None), ('W/"7"', None), (None, '"7"')])
def test_other_headers_are_refused(if_match: str | None, if_none_match: str | None) -> None:
    with pytest.raises(Problem) as raised:
        expected_version(if_match, if_none_match)
    assert raised.value.kind is Kind.INVALID


def test_a_conflict_asks_for_the_header_or_says_that_it_is_stale() -> None:
    assert version_conflict(None, 3).kind is Kind.IF_MATCH_REQUIRED
    assert version_conflict('"2"', 3).kind is Kind.VERSION_CHANGED
    assert version_conflict('"2"', 3).extra == {"current_version": 3}
    assert version_conflict('"2"', None).detail == "there is no version yet"
