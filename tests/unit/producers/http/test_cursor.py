from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from producers.http import cursor
from producers.http.problems import Kind
from runtime.problems import Problem
from schemas.ids import adapter_mark

MARK = adapter_mark("bookcity", "web")
OFFSETS = st.integers(0, 2**62)


@given(OFFSETS, st.lists(OFFSETS, min_size=32, max_size=32))
def test_a_cursor_comes_back_from_its_text_which_a_url_can_hold(decisions: int, messages: list[int]) -> None:
    known = cursor.new(MARK, decisions, tuple(messages))
    text = cursor.encode(known)
    assert cursor.decode(text, MARK, 32) == known
    assert text.replace("-", "").replace("_", "").isalnum()


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "",
        "****",
        cursor.encode(cursor.new(adapter_mark("bookcity", "phone"), 1, (0, 0))),
        cursor.encode(cursor.new(MARK, 1, (0,))),
        cursor.encode(cursor.new(MARK, -1, (0, 0))),
        cursor.encode(cursor.new(MARK, 1, (0, -1))),
        cursor.encode(cursor.Cursor(2, MARK, 1, (0, 0))),
    ],
    ids=["short", "empty", "no base64", "another's", "another count", "negative", "negative inside", "another form"],
)
def test_what_is_not_a_cursor_of_this_adapter_is_refused(text: str) -> None:
    with pytest.raises(Problem) as caught:
        cursor.decode(text, MARK, 2)
    assert caught.value.kind is Kind.INVALID


@given(st.text(max_size=200))
def test_any_text_is_a_cursor_or_refused(text: str) -> None:
    with pytest.raises(Problem):
        cursor.decode(text, MARK, 32)
