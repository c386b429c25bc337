from __future__ import annotations

import msgspec

from consumers.gateway.changes import Change, Pending, delta
from schemas import live
from schemas.concerned import ALL
from schemas.shown import Kind
from schemas.values import LegValue
from schemas.view import View
from schemas.vocabulary import LegState
from tests.support.decided import Floor

WHOLE = frozenset({ALL})
ANA = frozenset({"a:ana", "q:orders"})


class Told:
    """A workspace, and what each scope would be told of the decisions since the last telling."""

    def __init__(self) -> None:
        self.floor = Floor()
        self.view = View("shop")
        self.floor.opened("ana", "bo")
        self.pending = Pending()
        self.told = 0
        self.tell(WHOLE)

    def tell(self, keys: frozenset[str]) -> Change:
        for decision in self.floor.said[self.told :]:
            self.pending.add(self.view.apply(decision))
        self.told = len(self.floor.said)
        change = Change()
        for item, changed in self.pending.settle(self.view):
            change.take(item, changed, keys)
        return change


def test_a_thing_that_changed_often_is_told_once_with_its_last_value() -> None:
    told = Told()
    told.floor.arrives("i1")
    told.floor.offered("i1", "ana")
    told.floor.accepted("i1")
    change = told.tell(WHOLE)
    leg = msgspec.json.decode(change.values[(Kind.LEG, "i1.1")], type=LegValue)
    assert leg.state is LegState.CONNECTED
    assert set(change.removed) == {(Kind.OFFER, "i1.1/1")}


def test_what_came_and_ended_in_between_is_told_with_its_end() -> None:
    told = Told()
    told.floor.arrives("i1")
    told.floor.ended("i1", state=LegState.ABANDONED)
    change = told.tell(WHOLE)
    for item in ((Kind.LEG, "i1.1"), (Kind.INTERACTION, "i1")):
        assert item in change.values
        assert item in change.removed


def test_an_agent_is_told_nothing_of_other_agents_work_but_the_queue_s_figures() -> None:
    told = Told()
    told.floor.arrives("i1")
    told.floor.offered("i1", "bo")
    assert set(told.tell(ANA).values) == {(Kind.QUEUE, "orders")}


def test_an_agent_who_loses_a_contact_is_told_only_that_it_is_gone() -> None:
    told = Told()
    told.floor.arrives("i1")
    told.floor.offered("i1", "ana")
    told.tell(ANA)
    told.floor.timed_out("i1")
    change = told.tell(ANA)
    assert {(Kind.LEG, "i1.1"), (Kind.INTERACTION, "i1"), (Kind.OFFER, "i1.1/1")} == set(change.removed)
    assert set(change.values) == {(Kind.OFFER, "i1.1/1"), (Kind.AGENT, "ana"), (Kind.QUEUE, "orders")}


def test_a_contact_that_becomes_visible_comes_with_its_interaction() -> None:
    told = Told()
    told.floor.arrives("i1")
    told.tell(ANA)
    told.floor.offered("i1", "ana")
    assert (Kind.INTERACTION, "i1") in told.tell(ANA).values


def test_whoever_saw_the_interaction_already_is_not_told_it_again() -> None:
    told = Told()
    told.floor.arrives("i1")
    told.tell(WHOLE)
    told.floor.offered("i1", "ana")
    assert (Kind.INTERACTION, "i1") not in told.tell(WHOLE).values


def test_merged_changes_say_what_both_said_one_after_the_other() -> None:
    told = Told()
    told.floor.arrives("i1")
    told.floor.offered("i1", "ana")
    first = told.tell(ANA)
    told.floor.rescinded("i1")
    first.merge(told.tell(ANA))
    assert (Kind.LEG, "i1.1") not in first.values
    assert (Kind.LEG, "i1.1") in first.removed
    told.floor.offered("i1", "ana", number=2)
    first.merge(told.tell(ANA))
    assert (Kind.LEG, "i1.1") in first.values
    assert (Kind.LEG, "i1.1") not in first.removed


def test_the_frame_has_everything_by_kind() -> None:
    told = Told()
    told.floor.arrives("i1")
    told.floor.offered("i1", "ana")
    change = told.tell(WHOLE)
    data = delta(told.view, change, after=1, seq=9, at_ms=5, mark="abcd")
    frame = live.decode_server(data)
    assert isinstance(frame, live.Delta)
    assert live.encode(frame) == data
    assert [one.interaction_id for one in frame.interactions] == ["i1"]
    assert [one.leg_id for one in frame.legs] == ["i1.1"]
    assert [one.offer_id for one in frame.offers] == ["i1.1/1"]
    assert [one.queue for one in frame.queues] == ["orders"]
    assert (frame.after, frame.seq, frame.cursor) == (1, 9, "v1.1.9.abcd")
