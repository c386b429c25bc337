"""What a callback counts, leg by leg."""

from __future__ import annotations

from typing import Any

from schemas.metrics import Dimension
from schemas.values import LegValue
from schemas.vocabulary import LegKind, LegState
from streams.metrics.counting import Change, moved, stated
from streams.metrics.kept import KeptContact, KeptLeg, Stay
from streams.metrics.tally import Tally

ORDERS, SHOP = (Dimension.QUEUE, "orders"), (Dimension.WORKSPACE, "shop")
PHONE, CALLBACK, ANA = (Dimension.CHANNEL, "phone"), (Dimension.CHANNEL, "callback"), (Dimension.AGENT, "ana")


def change(before: KeptLeg | None, at_ms: int, asked_ms: int | None = 1_000, **fields: Any) -> Any:
    values: dict[str, Any] = {"state": LegState.QUEUED, "queue": "orders", "entered_queue_ms": 0, "arrived_ms": 7}
    value = LegValue(
        leg_id="c1.1",
        interaction_id="c1",
        number=1,
        kind=LegKind.MAIN,
        since_ms=at_ms,
        callback_ms=asked_ms,
        **(values | fields),
    )
    contact = KeptContact(place=(1, 1), channel="phone" if asked_ms is None else "callback")
    tally = Tally()
    stay = Stay(at_ms, 20_000, 5_000)
    leg = moved(Change("shop", contact, before, value, at_ms, stay, None, (SHOP, PHONE)), tally)
    return leg, {group: counts for group, counts in tally.counts.items() if counts}


def each(groups: tuple[Any, ...], counts: dict[str, int]) -> dict[Any, dict[str, int]]:
    return {group: dict(counts) for group in groups}


def test_a_live_wait_ends_on_its_own_channel_and_the_callback_begins_on_another() -> None:
    live, _ = change(None, 0, asked_ms=None)
    leg, counts = change(live, 4_000)
    assert leg.callback
    left = {"left_for_callback": 1, "target_offered": 1}
    both = {"callbacks_requested": 1, **left}
    assert counts == {ORDERS: both, SHOP: both, PHONE: left, CALLBACK: {"callbacks_requested": 1}}


def test_its_wait_runs_from_its_request_in_the_queue_and_who_keeps_it_gets_it() -> None:
    live, _ = change(None, 0, asked_ms=None)
    leg, _ = change(live, 4_000)
    leg, counts = change(leg, 9_000, state=LegState.OFFERED)
    assert counts == {}
    leg, counts = change(leg, 10_000, state=LegState.CONNECTED, agent_id="ana")
    assert counts == each((SHOP, CALLBACK, ORDERS, ANA), {"callbacks_reached": 1, "callback_wait_ms": 6_000})


def test_at_a_time_it_waits_from_that_time_and_what_is_put_off_begins_anew() -> None:
    leg, counts = change(None, 0, state=LegState.SCHEDULED)
    assert counts == each((SHOP, CALLBACK, ORDERS), {"callbacks_requested": 1})
    leg, counts = change(leg, 50_000)
    assert counts == {}
    leg, counts = change(leg, 60_000, asked_ms=60_000, state=LegState.SCHEDULED)
    assert counts == {}
    leg, _ = change(leg, 90_000)
    _, counts = change(leg, 93_000, state=LegState.CONNECTED, agent_id="ana")
    assert counts[ANA] == {"callbacks_reached": 1, "callback_wait_ms": 3_000}


def test_however_it_ends_before_it_is_lost_and_nothing_else() -> None:
    leg, _ = change(None, 0, state=LegState.SCHEDULED)
    for state in (LegState.CANCELLED, LegState.EXPIRED, LegState.FLOWED_OUT, LegState.FAILED):
        _, counts = change(leg, 9_000, state=state)
        assert counts == each((SHOP, CALLBACK, ORDERS), {"callbacks_lost": 1})


def test_what_is_stated_anew_goes_on_without_being_counted_again() -> None:
    value = LegValue(
        leg_id="c1.1",
        interaction_id="c1",
        number=1,
        kind=LegKind.MAIN,
        state=LegState.QUEUED,
        since_ms=0,
        queue="orders",
        entered_queue_ms=0,
        callback_ms=4_000,
    )
    leg = stated(value, Stay(20_000, None, 0))
    _, counts = change(leg, 30_000, asked_ms=4_000, state=LegState.CONNECTED)
    assert counts[ORDERS] == {"callbacks_reached": 1, "callback_wait_ms": 26_000}
