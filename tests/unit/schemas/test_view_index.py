"""What a decision speaks of, and entries of an index."""

from __future__ import annotations

from schemas.view_index import drop, interaction_of, leg_of
from tests.support.decided import Floor


def test_a_decision_speaks_of_the_leg_s_or_the_offer_s_interaction() -> None:
    floor = Floor()
    floor.opened("ana")
    decision = floor.arrives("i1")
    assert (interaction_of(decision), leg_of(decision)) == ("i1", "i1.1")
    assert (interaction_of(floor.stopped()), leg_of(floor.stopped())) == (None, None)


def test_the_last_entry_takes_its_key_along() -> None:
    index: dict[str, dict[str, None]] = {"ana": {"i1.1": None, "i2.1": None}}
    drop(index, "ana", "i1.1")
    assert index == {"ana": {"i2.1": None}}
    drop(index, "ana", "i2.1")
    drop(index, "bo", "i2.1")
    assert index == {}
