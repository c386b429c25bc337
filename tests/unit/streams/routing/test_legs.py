"""The transition table."""

from __future__ import annotations

import pytest

from schemas.vocabulary import ENDED, LegState
from streams.routing import legs
from streams.routing.breach import BrokenInvariant


def test_every_state_is_in_the_table_and_the_ended_ones_lead_nowhere() -> None:
    assert set(legs.TRANSITIONS) == set(LegState)
    assert {state for state, ways in legs.TRANSITIONS.items() if not ways} == ENDED


def test_every_state_but_created_can_be_reached() -> None:
    reached = frozenset().union(*legs.TRANSITIONS.values())
    assert reached == set(LegState) - {LegState.CREATED}


@pytest.mark.parametrize(
    ("now", "to"),
    [
        (LegState.CONNECTED, LegState.QUEUED),
        (LegState.CONNECTED, LegState.ABANDONED),
        (LegState.WRAP_UP, LegState.CONNECTED),
        (LegState.QUEUED, LegState.CONNECTED),
        (LegState.COMPLETED, LegState.QUEUED),
    ],
)
def test_an_illegal_transition_is_a_broken_invariant(now: LegState, to: LegState) -> None:
    with pytest.raises(BrokenInvariant, match=rf"c1\.1: {now} -> {to}"):
        legs.check("c1.1", now, to)


def test_a_legal_transition_passes() -> None:
    legs.check("c1.1", LegState.QUEUED, LegState.OFFERED)
    assert LegState.OFFERED in legs.TRANSITIONS[LegState.QUEUED]
