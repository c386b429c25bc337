from __future__ import annotations

from typing import Any

import pytest

from schemas.decisions import AgentRemoved, Decision, InteractionChanged, LegEnded, LegQueued, OfferRejected
from schemas.values import InteractionValue, LegValue, OfferValue
from schemas.vocabulary import EndReason, LegKind, LegState, OfferState
from streams.timeline.known import NOBODY, Known, KnownLeg, ends_contact, interaction_of, learn

ENVELOPE: dict[str, Any] = {"workspace": "books", "epoch": 1, "seq": 7, "cause": 3, "at_ms": 50}


def a_leg(number: int = 1, state: LegState = LegState.QUEUED, **more: Any) -> LegValue:
    values = {"leg_id": f"c1.{number}", "interaction_id": "c1", "number": number, "kind": LegKind.MAIN, "since_ms": 40}
    return LegValue(state=state, **{**values, **more})


def an_interaction(customer_id: str | None = None) -> InteractionValue:
    return InteractionValue(
        interaction_id="c1", channel="phone", adapter="line", instance="l-1", arrived_ms=10, customer_id=customer_id
    )


def test_an_arrival_says_whose_it_is_and_where_it_came() -> None:
    known = learn(NOBODY, LegQueued(**ENVELOPE, leg=a_leg(), interaction=an_interaction("ann")))
    assert known == Known(
        epoch=1,
        seq=7,
        customer_id="ann",
        channel="phone",
        arrived_ms=10,
        newest_main=1,
        legs={"c1.1": KnownLeg(state=LegState.QUEUED, since_ms=40)},
    )


def test_a_leg_that_ended_is_forgotten_and_the_newest_mains_end_is_the_contacts() -> None:
    waiting = learn(NOBODY, LegQueued(**ENVELOPE, leg=a_leg(), interaction=an_interaction()))
    ended = learn(waiting, LegEnded(**ENVELOPE, leg=a_leg(state=LegState.ABANDONED, reason=EndReason.CUSTOMER_LEFT)))
    assert (ended.ended, ended.legs, ended.is_over) == (True, {}, True)


@pytest.mark.parametrize("reason", [EndReason.TRANSFERRED, EndReason.REQUEUED, EndReason.AGENT_LOST])
def test_who_hands_on_ends_no_contact(reason: EndReason) -> None:
    assert not ends_contact(NOBODY, a_leg(state=LegState.COMPLETED, reason=reason))


@pytest.mark.parametrize(
    ("leg", "ends"),
    [
        (a_leg(2, LegState.COMPLETED), True),
        (a_leg(3, LegState.FAILED), True),
        (a_leg(1, LegState.COMPLETED), False),
        (a_leg(2, LegState.WRAP_UP), False),
        (a_leg(3, LegState.COMPLETED, kind=LegKind.CONSULT), False),
    ],
)
def test_only_the_newest_main_legs_end_is_the_contacts(leg: LegValue, ends: bool) -> None:
    assert ends_contact(Known(epoch=1, seq=1, newest_main=2), leg) is ends


def test_while_somebody_wraps_up_it_is_not_over() -> None:
    wrapping = KnownLeg(state=LegState.WRAP_UP, since_ms=1)
    assert not Known(epoch=1, seq=1, ended=True, legs={"c1.1": wrapping}).is_over


def test_in_a_new_epoch_only_what_it_repeats_holds() -> None:
    before = Known(
        epoch=1,
        seq=9,
        customer_id="ann",
        newest_main=3,
        ended=True,
        legs={"c1.3": KnownLeg(state=LegState.WRAP_UP, since_ms=1)},
    )
    restated = InteractionChanged(**{**ENVELOPE, "epoch": 2}, leg=a_leg(1), interaction=an_interaction("ann"))
    after = learn(before, restated)
    assert (after.mark, after.newest_main, after.ended, set(after.legs)) == ((2, 7), 1, False, {"c1.1"})


def test_of_which_interaction_a_decision_speaks() -> None:
    offer = OfferValue(
        offer_id="c2.1/1", leg_id="c2.1", interaction_id="c2", agent_id="ana", state=OfferState.REJECTED, made_ms=1
    )
    spoken: list[tuple[Decision, str | None]] = [
        (LegQueued(**ENVELOPE, leg=a_leg()), "c1"),
        (OfferRejected(**ENVELOPE, offer=offer), "c2"),
        (InteractionChanged(**ENVELOPE, interaction=an_interaction()), "c1"),
        (AgentRemoved(**ENVELOPE, agent_id="ana"), None),
    ]
    assert [interaction_of(decision) for decision, _ in spoken] == [name for _, name in spoken]
