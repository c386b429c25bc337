"""Each decision about an interaction is a sentence."""

from __future__ import annotations

import pytest

from deploy.console.words import Language
from deploy.explained.happenings import Told, sentence
from deploy.explained.words import Words
from schemas.trace import Happened
from schemas.vocabulary import EndReason, LegKind, LegState, RescindReason


def a_moment(decision: str, **values: object) -> Happened:
    said = {"at_ms": 5_000, "offset": 1, "leg_id": "c1.1", "epoch": 1, "seq": 1, "decision": decision}
    return Happened(**{**said, **values})  # type: ignore[arg-type]


def told() -> Told:
    return Told(lambda at_ms: f"at {at_ms}", Words(Language.ENGLISH))


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (a_moment("leg.connected", agent_id="ana"), "connected with ana"),
        (
            a_moment("offer.rescinded", agent_id="ana", rescind_reason=RescindReason.CUSTOMER_LEFT),
            "taken back from ana, without blame: the customer left",
        ),
        (
            a_moment("offer.rescinded", agent_id="ana", rescind_reason=RescindReason.CALLBACK),
            "taken back from ana, without blame: the customer is to be called back",
        ),
        (
            a_moment("leg.scheduled", due_ms=9_000),
            "the customer is to be called back: enters its queue at at 9000",
        ),
        (
            a_moment("leg.scheduled", due_ms=9_000, callback=True, callback_of="ana"),
            "the customer is to be called back, by ana first: enters its queue at at 9000",
        ),
        (
            a_moment("interaction.changed", callback=True),
            "the customer is to be called back, and keeps the place in the queue",
        ),
        (
            a_moment("interaction.changed", callback=True, callback_of="ana"),
            "the customer is to be called back, by ana first, and keeps the place in the queue",
        ),
        (a_moment("input.held"), "word of it came before the contact itself: kept"),
        (a_moment("duplicate.ignored"), "a repetition, ignored"),
        (a_moment("interaction.changed"), "what is known of the contact changed"),
        (
            a_moment("leg.ended", state=LegState.ABANDONED, reason=EndReason.CUSTOMER_LEFT),
            "ended: abandoned (the customer left)",
        ),
        (a_moment("leg.ended", state=LegState.EXPIRED), "ended: expired"),
        (a_moment("something.new"), "something.new"),
        (
            a_moment("leg.queued", queue="service", ahead=0, virtual_arrival_ms=2_000),
            "entered the queue service, first in line (its place counts as arrived at at 2000: a head start of 3 s)",
        ),
        (
            a_moment("leg.connected", agent_id="bo", leg=LegKind.CONSULT, leg_id="c1.2"),
            "[consult 2] connected with bo",
        ),
    ],
)
def test_a_decision_says_what_it_is(moment: Happened, text: str) -> None:
    assert sentence(moment, told()) == text


def test_what_the_agent_did_names_the_agent_once_and_what_others_did_names_them() -> None:
    own = a_moment("offer.accepted", agent_id="ana", by="ana", command="accept_offer")
    other = a_moment("leg.ended", state=LegState.CANCELLED, by="lin", command="cancel_interaction")
    assert sentence(own, told()) == "ana accepted after 0 s"
    assert sentence(other, told()) == "ended: cancelled, by lin (cancel)"


def test_an_offer_that_ends_says_how_long_it_rang() -> None:
    before = told()
    before.note(a_moment("offer.made", agent_id="ana", at_ms=1_000))
    assert sentence(a_moment("offer.rejected", agent_id="ana"), before) == "ana rejected it after 4 s"
    connecting = a_moment("offer.accepted", agent_id="ana", state=LegState.CONNECTING)
    assert sentence(connecting, before) == "ana accepted after 4 s; being connected"


def test_a_callback_whose_time_has_come_enters_its_queue_anew() -> None:
    before = told()
    before.note(a_moment("leg.scheduled", queue="service", state=LegState.SCHEDULED))
    moment = a_moment("leg.queued", queue="service", ahead=0, state=LegState.QUEUED)
    assert sentence(moment, before) == "entered the queue service, first in line"


def test_whoever_comes_back_into_the_same_queue_keeps_the_place() -> None:
    before = told()
    before.note(a_moment("offer.timed_out", queue="service", state=LegState.QUEUED))
    assert sentence(a_moment("leg.queued", queue="service", ahead=3), before) == (
        "back in the queue service, in its old place"
    )
