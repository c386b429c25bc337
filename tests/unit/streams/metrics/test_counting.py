from __future__ import annotations

from typing import Any

import msgspec
import pytest

from schemas.metrics import Dimension
from schemas.values import LegValue, OfferValue
from schemas.vocabulary import EndReason, LegKind, LegState, OfferState
from streams.metrics.counting import Change, moved, offered_to_agent, stated
from streams.metrics.kept import KeptContact, KeptLeg, Stay
from streams.metrics.tally import Tally

STAY = Stay(1_000, 20_000, 5_000)
ORDERS, SHOP, PHONE = (Dimension.QUEUE, "orders"), (Dimension.WORKSPACE, "shop"), (Dimension.CHANNEL, "phone")


def a_leg(**fields: Any) -> LegValue:
    values: dict[str, Any] = {
        "leg_id": "c1.1",
        "interaction_id": "c1",
        "number": 1,
        "kind": LegKind.MAIN,
        "state": LegState.QUEUED,
        "since_ms": 1_000,
        "queue": "orders",
        "entered_queue_ms": 1_000,
    }
    return LegValue(**(values | fields))


def each(groups: tuple[Any, ...], counts: dict[str, int]) -> dict[Any, dict[str, int]]:
    return dict.fromkeys(groups, counts)


def change(before: KeptLeg | None, at_ms: int, handed_on: EndReason | None = None, **fields: Any) -> Any:
    contact = KeptContact(place=(1, 1), channel="phone", handed_on=handed_on)
    tally = Tally()
    stay = Stay(at_ms, STAY.within_ms, STAY.short_ms)
    leg = moved(Change("shop", contact, before, a_leg(since_ms=at_ms, **fields), at_ms, stay), tally)
    return leg, tally.counts


def entered() -> KeptLeg:
    leg: KeptLeg = change(None, 1_000)[0]
    return leg


def test_who_comes_to_wait_is_offered() -> None:
    leg, counts = change(None, 1_000)
    assert leg.stay == leg.came == STAY
    assert counts == each((ORDERS, SHOP, PHONE), {"offered": 1})


@pytest.mark.parametrize(("wait_ms", "within"), [(20_000, {"answered_within": 1}), (20_001, {})])
def test_an_answer_at_the_threshold_is_within_it(wait_ms: int, within: dict[str, int]) -> None:
    _, counts = change(entered(), 1_000 + wait_ms, state=LegState.CONNECTED, agent_id="ana")
    wanted = {"answered": 1, "answer_wait_ms": wait_ms, "target_answered": 1, **within}
    ana = (Dimension.AGENT, "ana")
    assert counts == {**each((ORDERS, SHOP, PHONE), {"target_offered": 1, **wanted}), ana: wanted}


def test_connecting_is_no_answer_yet_and_falling_back_is_no_second_entry() -> None:
    leg, counts = change(entered(), 3_000, state=LegState.CONNECTING, agent_id="ana")
    assert counts == {}
    leg, counts = change(leg, 4_000)
    assert (counts, leg.stay) == ({}, STAY)


@pytest.mark.parametrize(
    ("wait_ms", "wanted"),
    [
        (4_999, {"short_abandoned": 1, "target_short_abandoned": 1}),
        (5_000, {"abandoned": 1, "abandon_wait_ms": 5_000, "target_abandoned": 1, "abandoned_within": 1}),
        (20_001, {"abandoned": 1, "abandon_wait_ms": 20_001, "target_abandoned": 1}),
    ],
)
def test_short_abandons_are_counted_apart(wait_ms: int, wanted: dict[str, int]) -> None:
    _, counts = change(entered(), 1_000 + wait_ms, state=LegState.ABANDONED)
    assert counts[ORDERS] == counts[SHOP] == {**wanted, "target_offered": 1}


@pytest.mark.parametrize(
    ("state", "how"),
    [
        (LegState.EXPIRED, "expired"),
        (LegState.CANCELLED, "cancelled"),
        (LegState.FAILED, "failed"),
        (LegState.FLOWED_OUT, "flowed_out"),
    ],
)
def test_however_a_wait_ends_it_counts_for_the_service_level_then(state: LegState, how: str) -> None:
    _, counts = change(entered(), 9_000, state=state)
    assert counts == each((ORDERS, SHOP, PHONE), {how: 1, "target_offered": 1})


def test_an_overflow_leaves_one_queue_for_another_and_stays_one_contact() -> None:
    leg, counts = change(entered(), 9_000, queue="sales", entered_queue_ms=9_000)
    sales = (Dimension.QUEUE, "sales")
    assert counts == {ORDERS: {"flowed_out": 1, "target_offered": 1}, sales: {"offered": 1}}
    _, counts = change(leg, 12_000, queue="sales", entered_queue_ms=9_000, state=LegState.CONNECTED)
    assert (counts[sales]["answer_wait_ms"], counts[SHOP]["answer_wait_ms"]) == (3_000, 11_000)


def test_who_is_turned_away_at_the_door_is_offered_and_flows_out_but_to_no_queue() -> None:
    _, counts = change(None, 1_000, state=LegState.FLOWED_OUT, queue=None, entered_queue_ms=None)
    assert counts == each((SHOP, PHONE), {"offered": 1, "flowed_out": 1})


def test_a_part_is_handled_when_its_wrap_up_is_over_with_its_times() -> None:
    leg, _ = change(entered(), 2_000, state=LegState.CONNECTED, agent_id="ana")
    leg, _ = change(leg, 5_000, state=LegState.ON_HOLD, agent_id="ana")
    leg, _ = change(leg, 6_000, state=LegState.CONNECTED, agent_id="ana")
    leg, counts = change(leg, 8_000, state=LegState.WRAP_UP, agent_id="ana", reason=EndReason.AGENT_ENDED)
    assert counts == {}
    _, counts = change(leg, 18_000, state=LegState.COMPLETED, agent_id="ana", reason=EndReason.AGENT_ENDED)
    wanted = {"handled": 1, "connected_ms": 5_000, "held_ms": 1_000, "wrap_up_ms": 10_000}
    assert counts == each((SHOP, PHONE, ORDERS, (Dimension.AGENT, "ana")), wanted)


def test_a_transfer_is_counted_once_where_it_leaves_and_where_it_comes() -> None:
    leg, _ = change(entered(), 2_000, state=LegState.CONNECTED, agent_id="ana")
    leg, counts = change(leg, 3_000, state=LegState.WRAP_UP, agent_id="ana", reason=EndReason.TRANSFERRED)
    assert counts[ORDERS] == counts[Dimension.AGENT, "ana"] == {"transferred_out": 1}
    _, counts = change(leg, 4_000, state=LegState.COMPLETED, agent_id="ana", reason=EndReason.TRANSFERRED)
    assert "transferred_out" not in counts[ORDERS]
    _, counts = change(None, 3_000, EndReason.TRANSFERRED, leg_id="c1.2", number=2)
    assert counts[ORDERS] == {"offered": 1, "transferred_in": 1}
    _, counts = change(None, 3_000, EndReason.AGENT_LOST, leg_id="c1.2", number=2)
    assert counts[SHOP] == {"offered": 1, "requeued": 1}


def test_what_is_stated_anew_counts_nothing_until_something_comes_of_it() -> None:
    value = a_leg(state=LegState.ON_HOLD, since_ms=9_000, agent_id="ana", connected_ms=2_000, held_ms=500)
    leg = stated(value, Stay(50_000, 20_000, 5_000))
    assert leg.stay == Stay(1_000, 20_000, 5_000)
    assert (leg.answered, leg.connected_ms, leg.held_ms) == (True, 6_500, 500)


def test_an_offer_is_counted_by_what_became_of_it() -> None:
    contact = KeptContact(place=(1, 1), channel="phone", site="panyu")
    offer = OfferValue(
        offer_id="c1.1/1",
        leg_id="c1.1",
        interaction_id="c1",
        agent_id="ana",
        state=OfferState.PENDING,
        made_ms=1,
        queue="orders",
    )
    for state, name in (
        (OfferState.PENDING, "made"),
        (OfferState.TIMED_OUT, "missed"),
        (OfferState.REJECTED, "rejected"),
    ):
        tally = Tally()
        offered_to_agent("shop", contact, msgspec.structs.replace(offer, state=state), None, tally)
        assert tally.counts == each((SHOP, PHONE, ORDERS, (Dimension.AGENT, "ana")), {f"offers_{name}": 1})
