from __future__ import annotations

import pytest

from consumers.gateway import feed
from consumers.gateway.changes import Pending
from consumers.gateway.feed import Feed
from consumers.gateway.scopes import WHOLE
from schemas import live
from schemas.decisions import Decision
from schemas.view import View
from tests.support.decided import Floor


class Told:
    """A feed of a whole workspace."""

    def __init__(self) -> None:
        self.floor = Floor()
        self.view = View("shop")
        for decision in self.floor.opened("ana"):
            self.view.apply(decision)
        self.feed = Feed(WHOLE, self.view)

    def tell(self, *decisions: Decision, now: bool = True) -> bytes | None:
        pending = Pending()
        for decision in decisions:
            pending.add(self.view.apply(decision))
        for item, changed in pending.settle(self.view):
            self.feed.change().take(item, changed, self.feed.keys)
        return self.feed.close_change(self.view, now)


def test_each_delta_follows_from_the_one_before() -> None:
    told = Told()
    frames = [told.tell(told.floor.arrives(f"i{number}")) for number in range(3)]
    deltas = [live.decode_server(frame) for frame in frames if frame is not None]
    assert [(one.after, one.seq) for one in deltas if isinstance(one, live.Delta)] == [(3, 4), (4, 5), (5, 6)]


def test_nothing_to_tell_is_no_frame() -> None:
    told = Told()
    assert told.tell(told.floor.applied("k_12345678")) is None
    assert told.feed.seq == 3


def test_who_is_behind_gets_one_delta_of_everything_since() -> None:
    told = Told()
    for number in range(3):
        told.tell(told.floor.arrives(f"i{number}"), now=False)
    frame = told.feed.since(4, told.view)
    assert frame is not None
    merged = live.decode_server(frame)
    assert isinstance(merged, live.Delta)
    assert (merged.after, merged.seq) == (4, 6)
    assert [one.interaction_id for one in merged.interactions] == ["i1", "i2"]


def test_who_has_everything_gets_nothing() -> None:
    told = Told()
    told.tell(told.floor.arrives("i1"))
    assert told.feed.since(4, told.view) is None
    assert told.feed.since(99, told.view) is None


def test_the_ring_reaches_back_only_so_far(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "RING_CHANGES", 2)
    told = Told()
    for number in range(4):
        told.tell(told.floor.arrives(f"i{number}"))
    assert not told.feed.reaches(1, 4)
    assert told.feed.reaches(1, 5)
    assert not told.feed.reaches(2, 5)


def test_the_ring_holds_only_so_many_values(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "RING_VALUES", 4)
    told = Told()
    for number in range(3):
        told.tell(told.floor.arrives(f"i{number}"))
    assert told.feed.reaches(1, 5)
    assert not told.feed.reaches(1, 4)


def test_a_snapshot_is_made_once_for_all_who_ask_until_something_changes() -> None:
    told = Told()
    assert told.feed.fresh(told.view) is told.feed.fresh(told.view)
    before = told.feed.fresh(told.view)
    told.tell(told.floor.arrives("i1"))
    assert told.feed.fresh(told.view) != before


def test_a_restart_cuts_off_everything_before() -> None:
    told = Told()
    told.tell(told.floor.arrives("i1"))
    told.feed.restart(told.view)
    assert not told.feed.reaches(1, 3)
    assert told.feed.reaches(1, 4)
