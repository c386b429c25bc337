from __future__ import annotations

from typing import Any

import pytest

from deploy.console.mirror import Mirror
from deploy.console.watch_cells import NOTHING, Cell, Level
from deploy.console.watch_doing import Floor, doing
from deploy.console.watch_words import WatchWords
from deploy.console.words import Language
from schemas import ids
from schemas.shown import ShownOffer
from schemas.values import AgentValue, InteractionValue, LegValue
from schemas.vocabulary import JoinMode, LegKind, LegState, OfferState, RoutingStatus

NOW_MS = 1_800_000
ENGLISH = WatchWords(Language.ENGLISH)
CHINESE = WatchWords(Language.CHINESE)
CONSULT = {"kind": LegKind.CONSULT}


def a_leg(contact: str, number: int, agent_id: str | None, state: LegState, **fields: Any) -> LegValue:
    kind = fields.pop("kind", LegKind.MAIN)
    return LegValue(
        leg_id=ids.leg_id(contact, number),
        interaction_id=contact,
        number=number,
        kind=kind,
        state=state,
        since_ms=NOW_MS - 83_000,
        agent_id=agent_id,
        **fields,
    )


def a_floor(*legs: LegValue, rings: tuple[str, str] | None = None, channel: str = "phone") -> Floor:
    mirror = Mirror()
    mirror.legs = {leg.leg_id: leg for leg in legs}
    contacts = {leg.interaction_id for leg in legs} | ({rings[0]} if rings else set())
    mirror.interactions = {
        one: InteractionValue(interaction_id=one, channel=channel, adapter="a", instance="a-1", arrived_ms=0)
        for one in contacts
    }
    if rings is not None:
        offer = ShownOffer(
            offer_id=f"{rings[0]}/o",
            leg_id=ids.leg_id(rings[0], 1),
            interaction_id=rings[0],
            agent_id=rings[1],
            state=OfferState.PENDING,
            made_ms=NOW_MS - 5_000,
        )
        mirror.offers = {offer.offer_id: offer}
    return Floor(mirror)


def said(floor: Floor, agent_id: str = "ana", words: WatchWords = ENGLISH, **fields: Any) -> Cell:
    agent = AgentValue(
        agent_id=agent_id, status="available", routing_status=RoutingStatus.INTERACTING, since_ms=0, **fields
    )
    return doing(agent, floor, NOW_MS, words)


TALKS = a_leg("i1", 1, "ana", LegState.CONNECTED)


def test_who_has_nothing_in_hand_does_nothing_and_what_is_not_shown_is_said_to_be_elsewhere() -> None:
    assert said(a_floor()) == NOTHING
    assert said(a_floor(), legs=("i9.1",)) == Cell("work of other queues", Level.FAINT)


@pytest.mark.parametrize(
    ("legs", "text"),
    [
        ((TALKS,), "phone 1:23"),
        ((a_leg("i1", 1, "ana", LegState.ON_HOLD),), "phone on hold 1:23"),
        ((a_leg("i1", 1, "ana", LegState.CONNECTING),), "connecting phone 1:23"),
        ((a_leg("i1", 1, "ana", LegState.WRAP_UP),), "wraps up phone 1:23"),
        ((a_leg("i1", 2, "ana", LegState.WRAP_UP, **CONSULT),), "wraps up phone consult 1:23"),
        ((TALKS, a_leg("i1", 2, "bo", LegState.CONNECTED, **CONSULT)), "phone 1:23, consults bo"),
        ((TALKS, a_leg("i1", 2, None, LegState.QUEUED, queue="sales", **CONSULT)), "phone 1:23, consults sales"),
        ((TALKS, a_leg("i1", 2, "bo", LegState.WRAP_UP, **CONSULT)), "phone 1:23"),
        (
            (TALKS, a_leg("i1", 2, "bo", LegState.CONNECTED, join_mode=JoinMode.BARGE, **CONSULT)),
            "phone 1:23, conference",
        ),
        (
            (TALKS, a_leg("i1", 2, "sue", LegState.CONNECTED, kind=LegKind.JOIN, join_mode=JoinMode.MONITOR)),
            "phone 1:23, sue monitors",
        ),
        ((TALKS, a_leg("i2", 1, "ana", LegState.WRAP_UP)), "phone 1:23 +1"),
    ],
)
def test_what_an_agent_does_with_whom_and_for_how_long(legs: tuple[LegValue, ...], text: str) -> None:
    assert said(a_floor(*legs)).text == text


@pytest.mark.parametrize(
    ("leg", "english", "chinese"),
    [
        (a_leg("i1", 2, "bo", LegState.CONNECTED, **CONSULT), "consulted by ana 1:23", "受 ana 咨询 1:23"),
        (
            a_leg("i1", 2, "bo", LegState.CONNECTED, kind=LegKind.JOIN, join_mode=JoinMode.WHISPER),
            "whispers to ana 1:23",
            "耳语指导 ana 1:23",
        ),
        (
            a_leg("i1", 2, "bo", LegState.CONNECTED, join_mode=JoinMode.BARGE, **CONSULT),
            "phone 1:23, conference",
            "电话 1:23，会议",
        ),
    ],
)
def test_who_stands_by_is_said_from_the_other_side(leg: LegValue, english: str, chinese: str) -> None:
    floor = a_floor(TALKS, leg)
    assert (said(floor, "bo").text, said(floor, "bo", CHINESE).text) == (english, chinese)


def test_what_rings_is_said_before_a_wrap_up_and_after_a_talk() -> None:
    assert said(a_floor(rings=("i2", "ana"))) == Cell("rings: phone 0:05", Level.WARNING)
    wraps_up = a_leg("i1", 1, "ana", LegState.WRAP_UP)
    assert said(a_floor(wraps_up, rings=("i2", "ana"))).text == "rings: phone 0:05 +1"
    assert said(a_floor(TALKS, rings=("i2", "ana")), words=CHINESE).text == "电话 1:23 +1"


def test_callbacks_that_an_agent_promised_in_person_are_counted_by_queue() -> None:
    floor = a_floor(
        a_leg("i1", 1, None, LegState.SCHEDULED, queue="orders", callback_ms=1, preferred_agent="bo"),
        a_leg("i2", 1, None, LegState.QUEUED, queue="orders", callback_ms=1, preferred_agent="bo"),
        a_leg("i3", 1, None, LegState.SCHEDULED, queue="orders", callback_ms=1),
        a_leg("i4", 1, "bo", LegState.CONNECTED, queue="orders", callback_ms=1, preferred_agent="bo"),
    )
    assert floor.owned_callbacks == {"orders": 2}
