from __future__ import annotations

import pytest

from schemas.shown import ViewPart
from schemas.view import View
from schemas.view_parts import fingerprint, parts, restore
from schemas.vocabulary import EndReason
from tests.support.decided import Floor


def a_busy_view() -> tuple[View, Floor]:
    floor = Floor()
    floor.opened("ana", "bo")
    for number in range(5):
        floor.arrives(f"i{number}")
    floor.offered("i0", "ana")
    floor.accepted("i0")
    floor.offered("i1", "bo")
    floor.ended("i0", reason=EndReason.TRANSFERRED)
    view = View("shop")
    for decision in floor.said:
        view.apply(decision)
    return view, floor


@pytest.mark.parametrize("size", [1, 2, 1_000])
def test_a_view_taken_apart_and_put_together_is_the_same_and_goes_on(size: int) -> None:
    view, floor = a_busy_view()
    again = restore(list(parts(view, size)))
    later = [floor.another_leg("i0", 2), floor.accepted("i1"), floor.ended("i1")]
    for decision in later:
        assert again.apply(decision) == view.apply(decision)
    assert fingerprint(parts(again)) == fingerprint(parts(view))
    assert again.figures("orders") == view.figures("orders")


def test_different_views_have_different_fingerprints() -> None:
    view, floor = a_busy_view()
    before = fingerprint(parts(view))
    view.apply(floor.arrives("i9"))
    assert fingerprint(parts(view)) != before


def test_pieces_are_bounded() -> None:
    view, _ = a_busy_view()
    assert max(len(piece.legs) for piece in parts(view, 2)) == 2


@pytest.mark.parametrize("pieces", [[], [ViewPart()]])
def test_pieces_without_a_head_are_no_view(pieces: list[ViewPart]) -> None:
    with pytest.raises(ValueError, match="snapshot"):
        restore(pieces)
