from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumers.query.cursor import LONGEST, BadCursor, Cursor, Direction, Place, decode, encode, mark_of

MARK = mark_of("w", "c_1", None)
places = st.builds(Place, st.integers(0, 2**52), st.integers(-(2**52), 2**52), st.text("abc-/0123", max_size=64))


@given(places, st.sampled_from(Direction))
def test_a_cursor_comes_back_as_it_was(place: Place, direction: Direction) -> None:
    cursor = Cursor(direction, place, MARK)
    text = encode(cursor)
    assert len(text) <= LONGEST
    assert decode(text, MARK) == cursor


@given(st.text(max_size=40))
def test_any_other_text_is_refused(text: str) -> None:
    with pytest.raises(BadCursor):
        decode(text, MARK)


def test_a_cursor_belongs_to_its_question() -> None:
    text = encode(Cursor(Direction.OLDER, Place(1, 2, "e"), MARK))
    for other in (mark_of("w", "c_2", None), mark_of("w", "c_1", "phone"), mark_of("w", "c_1", "")[:-1]):
        with pytest.raises(BadCursor):
            decode(text, other)


def test_places_that_no_entry_can_have_are_refused() -> None:
    for place in (Place(-1, 0, "e"), Place(2**60, 0, "e"), Place(0, 2**60, "e"), Place(0, 0, "\x00")):
        with pytest.raises(BadCursor):
            decode(encode(Cursor(Direction.NEWER, place, MARK)), MARK)
