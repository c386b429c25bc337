"""A lane gives its first waiting leg, whatever has become of the others."""

from __future__ import annotations

from schemas.vocabulary import LegKind, LegState
from streams.routing.lanes import Lane, is_waiting
from streams.routing.model import Interaction, Leg


def a_waiting(name: str, virtual_arrival_ms: int, place: int = 0) -> Interaction:
    leg = Leg(1, LegKind.MAIN, LegState.QUEUED, since_ms=0, arrived_ms=0, place=place)
    leg.virtual_arrival_ms = virtual_arrival_ms
    leg.turn = 1
    return Interaction(name, profile=0, arrived_ms=0, main=leg, turns=1)


def first(lane: Lane) -> str | None:
    head = lane.head()
    return None if head is None else head[3].interaction_id


def test_the_earliest_virtual_arrival_goes_first_then_the_place() -> None:
    lane = Lane()
    for contact in (a_waiting("c", 20, 1), a_waiting("b", 10, 2), a_waiting("a", 10, 1)):
        lane.enter(contact, contact.main)
    assert first(lane) == "a"


def test_who_left_is_passed_over() -> None:
    lane = Lane()
    gone, stays = a_waiting("gone", 1), a_waiting("stays", 2)
    for contact in (gone, stays):
        lane.enter(contact, contact.main)
    gone.main.state = LegState.ABANDONED
    assert first(lane) == "stays"


def test_an_entry_from_before_is_stale_once_its_leg_entered_again() -> None:
    lane, other = Lane(), Lane()
    contact = a_waiting("c1", 1)
    lane.enter(contact, contact.main)
    contact.main.turn = 2
    other.enter(contact, contact.main)
    assert first(lane) is None
    assert first(other) == "c1"


def test_stale_entries_are_swept_before_they_outnumber_the_waiting() -> None:
    lane = Lane()
    for at in range(1_000):
        contact = a_waiting(f"c{at}", at)
        lane.enter(contact, contact.main)
        if at % 10:
            contact.main.state = LegState.ABANDONED
    assert sum(map(is_waiting, lane.heap)) == 100
    assert len(lane.heap) < 400


def test_many_enter_at_once_and_the_earliest_goes_first() -> None:
    lane = Lane()
    early = a_waiting("early", 1)
    lane.enter(early, early.main)
    many = [a_waiting(name, at) for name, at in (("late", 9), ("first", 0), ("middle", 5))]
    lane.enter_all([(one.main.virtual_arrival_ms, 0, 1, one, one.main) for one in many])
    seen = []
    while (name := first(lane)) is not None:
        seen.append(name)
        next(one for one in (early, *many) if one.interaction_id == name).main.state = LegState.ABANDONED
    assert seen == ["first", "early", "middle", "late"]
