from __future__ import annotations

import pytest

from deploy.simulation.outcomes import Outcomes, Place, place_of
from schemas.vocabulary import EndReason, LegKind, LegState
from tests.support.decided import Floor


def outcomes(floor: Floor) -> Outcomes:
    found = Outcomes()
    for decision in floor.said:
        found.take(decision)
    return found


@pytest.mark.parametrize("state", LegState)
def test_every_state_has_one_place(state: LegState) -> None:
    assert place_of(state) in Place


def test_a_contact_is_followed_from_the_queue_to_the_end() -> None:
    floor = Floor()
    floor.opened("ana")
    floor.arrives("i_1")
    assert outcomes(floor).fates["i_1"].place is Place.WAITING
    floor.offered("i_1", "ana")
    assert outcomes(floor).fates["i_1"].place is Place.OFFERED
    assert not outcomes(floor).fates["i_1"].connected
    floor.accepted("i_1")
    assert outcomes(floor).fates["i_1"].place is Place.ACTIVE
    floor.wraps_up("i_1")
    assert outcomes(floor).fates["i_1"].place is Place.ACTIVE
    floor.ended("i_1")
    assert outcomes(floor).fates["i_1"].place is Place.ENDED
    assert outcomes(floor).fates["i_1"].connected


def test_the_newest_main_leg_counts_and_no_other_kind() -> None:
    floor = Floor()
    floor.opened("ana")
    floor.arrives("i_1")
    floor.offered("i_1", "ana")
    floor.accepted("i_1")
    floor.another_leg("i_1", 2, kind=LegKind.CONSULT)
    assert outcomes(floor).fates["i_1"].place is Place.ACTIVE
    floor.another_leg("i_1", 3)
    floor.ended("i_1", leg=1, reason=EndReason.TRANSFERRED)
    assert outcomes(floor).fates["i_1"].place is Place.WAITING


def test_contacts_that_were_shared_are_counted_by_how() -> None:
    floor = Floor()
    floor.opened("ana")
    floor.opened("bo")
    for name in ("i_1", "i_2"):
        floor.arrives(name)
        floor.offered(name, "ana")
        floor.accepted(name)
    floor.another_leg("i_1", 2, kind=LegKind.CONSULT)
    assert set(outcomes(floor).shared.values()) == {0}
    floor.offered("i_1", "bo", leg=2)
    floor.accepted("i_1", leg=2)
    floor.joined("i_1", 2)
    floor.ended("i_2", reason=EndReason.TRANSFERRED)
    floor.scheduled("i_2", 900, leg=2)
    assert outcomes(floor).shared == {"transferred": 1, "consulted": 1, "joined": 1, "called_back": 0}
    floor.offered("i_2", "ana", leg=2)
    floor.accepted("i_2", leg=2)
    assert outcomes(floor).shared["called_back"] == 1


def test_what_is_sent_again_counts_once() -> None:
    floor = Floor()
    floor.opened("ana")
    floor.arrives("i_1")
    floor.ended("i_1", state=LegState.ABANDONED, reason=EndReason.CUSTOMER_LEFT)
    found = outcomes(floor)
    for decision in floor.said:
        found.take(decision)
    assert found.fates["i_1"].place is Place.ENDED
