"""A consult from its start to its end."""

from __future__ import annotations

import pytest

from schemas import inputs
from schemas.configuration import ChannelSettings, OverflowRule, OverflowSettings, QueueSettings
from schemas.decisions import LegEnded, LegJoined, LegQueued, OfferMade, OfferRejected, OfferTimedOut
from schemas.vocabulary import ConsultEnd, EndReason, JoinMode, LegKind, LegState, PassedOver, Refusal
from streams.routing.engine import Engine
from tests.support.consults import Company, a_company, a_consult
from tests.support.engine_driver import a_configuration

TWO_QUEUES = {
    "service": QueueSettings(),
    "sales": QueueSettings(overflow=OverflowSettings(when_closed=OverflowRule(end="closed"))),
}


def test_a_consult_with_an_agent_waits_in_no_queue_and_says_why_it_rings() -> None:
    driver = a_consult(accepted=False)
    assert driver.kinds() == ["LegQueued", "OfferMade"]
    (queued,), (made,) = driver.said(LegQueued), driver.said(OfferMade)
    assert queued.leg is not None
    assert (queued.leg.kind, queued.leg.queue) == (LegKind.CONSULT, None)
    assert made.explanation.relaxations == ("consulted_agent",)
    assert made.agent is not None
    assert made.agent.units == 100
    assert driver.leg().agent_id == "ana"


def test_a_consult_with_a_queue_explains_that_who_is_there_is_passed_over() -> None:
    roomy = {"web_chat": ChannelSettings(units=25)}
    driver = a_company(configuration=a_configuration("ana", "bo", "cy", channels=roomy), channel="web_chat")
    driver.of(inputs.StartConsult, "ana", to_queue="service")
    (made,) = driver.said(OfferMade)
    assert made.explanation.passed_over == {PassedOver.TAKES_PART: 1}
    assert made.explanation.queue == "service"


def test_a_consult_with_a_closed_queue_ends_there() -> None:
    driver = a_company(configuration=a_configuration("ana", "bo", "cy", queues=TWO_QUEUES))
    driver.feed(inputs.QueueClosed(workspace=driver.engine.workspace, queue="sales"))
    driver.of(inputs.StartConsult, "ana", to_queue="sales")
    (ended,) = driver.said(LegEnded)
    assert ended.leg is not None
    assert (ended.leg.state, ended.leg.reason, ended.leg.queue) == (LegState.FLOWED_OUT, EndReason.CLOSED, "sales")


def test_rejected_and_missed_consults_end_with_their_offers_and_pass_nobody_over() -> None:
    driver = a_consult(accepted=False)
    leg = driver.mine("bo")
    driver.command(inputs.RejectOffer, agent_id="bo", offer_id=f"c1.{leg.number}/1")
    (rejected,) = driver.said(OfferRejected)
    assert rejected.leg is not None
    assert (rejected.leg.state, rejected.leg.reason) == (
        LegState.FAILED,
        EndReason.REJECTED,
    )
    driver.consult(accepted=False)
    missed = [one for one in driver.attend(20_000) if isinstance(one, OfferTimedOut)]
    assert [one.leg.reason for one in missed if one.leg] == [EndReason.MISSED]
    assert driver.interaction().passed is None


def test_a_completed_consult_leaves_the_first_to_his_wrap_up() -> None:
    driver = a_consult()
    driver.finish(ConsultEnd.COMPLETE)
    assert (driver.leg().agent_id, driver.leg().queue, driver.leg().continues) == ("bo", "service", 2)
    assert (driver.mine("ana").state, driver.mine("ana").reason) == (LegState.WRAP_UP, EndReason.CONSULT_COMPLETED)


def test_joining_brings_a_customer_on_hold_back() -> None:
    driver = a_consult()
    driver.of(inputs.HoldInteraction, "ana")
    driver.finish(ConsultEnd.JOIN)
    assert driver.kinds() == ["LegResumed", "LegJoined"]
    (joined,) = driver.said(LegJoined)
    assert joined.leg is not None
    assert (joined.leg.kind, joined.leg.join_mode) == (LegKind.CONSULT, JoinMode.BARGE)


def test_joining_is_refused_where_resuming_is() -> None:
    phone = {"phone": ChannelSettings(hold_frees_units=True)}
    driver = a_company(configuration=a_configuration("ana", "bo", "cy", channels=phone))
    driver.of(inputs.HoldInteraction, "ana")
    driver.consult("bo")
    driver.arrive("c2")
    busy = "ana" if driver.offered() and driver.offered()[0][1] == "ana" else "cy"
    driver.accept("c2", busy)
    driver.arrive("c3")
    driver.accept("c3", "ana" if busy == "cy" else "cy")
    driver.finish(ConsultEnd.JOIN)
    assert driver.refusal() is Refusal.NO_CAPACITY
    assert driver.mine("bo").join_mode is None


@pytest.mark.parametrize("how", [ConsultEnd.COMPLETE, ConsultEnd.JOIN])
def test_a_consult_that_rings_is_neither_completed_nor_joined(how: ConsultEnd) -> None:
    driver = a_consult(accepted=False)
    driver.finish(how)
    assert driver.refusal() is Refusal.WRONG_STATE
    driver.finish(ConsultEnd.CANCEL)
    assert driver.refusal() is None


def test_only_the_owner_starts_and_finishes() -> None:
    driver = a_consult()
    driver.of(inputs.StartConsult, "bo", to_agent="cy")
    assert driver.refusal() is Refusal.NOT_PERMITTED
    driver.finish(ConsultEnd.COMPLETE, by="bo")
    assert driver.refusal() is Refusal.NOT_PERMITTED


def test_a_restored_engine_goes_on_with_a_waiting_consult() -> None:
    driver = a_company("bo")
    driver.command(inputs.SetStatus, agent_id="bo", status="offline")
    driver.of(inputs.StartConsult, "ana", to_queue="service")
    restored = Engine.restore(driver.engine.snapshot())
    assert restored.fingerprint() == driver.engine.fingerprint()
    again = Company(engine=restored)
    again.now_ms = driver.now_ms
    again.command(inputs.SetStatus, agent_id="bo", status="available")
    assert again.offered() == [("c1", "bo")]
