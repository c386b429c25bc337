from __future__ import annotations

from typing import Any

import hypothesis.strategies as st
from hypothesis import given

from schemas.estimate import WINDOW_MS, QueueOrder, QueueOrders, expected_wait_ms
from schemas.values import LegValue
from schemas.vocabulary import LegKind, LegState


def a_leg(name: str, arrived_ms: int = 0, **changes: Any) -> LegValue:
    values: dict[str, Any] = {"state": LegState.QUEUED, "queue": "orders", "virtual_arrival_ms": arrived_ms, **changes}
    return LegValue(
        leg_id=f"{name}.1",
        interaction_id=name,
        number=1,
        kind=LegKind.MAIN,
        since_ms=arrived_ms,
        arrived_ms=arrived_ms,
        **values,
    )


def test_the_wait_is_the_place_times_the_mean_gap_between_departures() -> None:
    assert expected_wait_ms(3, departures=20, observed_ms=600_000) == 90_000


def test_two_departures_say_nothing() -> None:
    assert expected_wait_ms(1, departures=2, observed_ms=600_000) is None
    assert expected_wait_ms(1, departures=3, observed_ms=0) is None


def test_the_place_follows_the_virtual_arrival() -> None:
    order = QueueOrder(0)
    order.put(a_leg("first", 1_000))
    order.put(a_leg("valued", 60_000, virtual_arrival_ms=-30_000))
    assert (order.position("valued.1"), order.position("first.1")) == (1, 2)


def test_who_rings_at_an_agent_still_stands_in_line() -> None:
    orders = QueueOrders(0)
    orders.take(a_leg("a", 1), 1)
    orders.take(a_leg("b", 2), 2)
    orders.take(a_leg("a", 1, state=LegState.OFFERED), 3)
    assert orders.standing("b.1", 4) == (2, None)
    orders.take(a_leg("a", 1, state=LegState.CONNECTED), 5)
    assert orders.standing("b.1", 6) == (1, None)
    assert orders.standing("a.1", 6) == (None, None)


def test_who_is_moved_to_another_queue_stands_in_that_one() -> None:
    orders = QueueOrders(0)
    orders.take(a_leg("a", 1), 1)
    orders.take(a_leg("b", 2), 2)
    orders.take(a_leg("a", 1, queue="complaints"), 3)
    assert orders.standing("a.1", 4)[0] == orders.standing("b.1", 4)[0] == 1


def test_departures_older_than_the_window_do_not_count() -> None:
    order = QueueOrder(0)
    for number in range(4):
        order.put(a_leg(f"{number}", number))
        order.depart(f"{number}.1", 1_000 * number)
    assert order.expected_wait_ms(2, 100_000) == 50_000
    assert order.expected_wait_ms(2, 2_000 + WINDOW_MS) is None


def test_a_departure_of_somebody_unknown_is_none() -> None:
    order = QueueOrder(0)
    order.depart("nobody.1", 1)
    assert order.expected_wait_ms(1, 10) is None


@given(st.lists(st.tuples(st.integers(0, 8), st.integers(-50, 50), st.booleans())))
def test_places_are_those_of_a_sorted_list(steps: list[tuple[int, int, bool]]) -> None:
    order, expected = QueueOrder(0), dict[str, tuple[int, int, str]]()
    for number, virtual_ms, leaves in steps:
        leg = a_leg(f"{number}", number, virtual_arrival_ms=virtual_ms)
        if leaves:
            order.depart(leg.leg_id, 1)
            expected.pop(leg.leg_id, None)
        else:
            order.put(leg)
            expected[leg.leg_id] = (virtual_ms, number, leg.leg_id)
    line = sorted(expected.values())
    assert [order.position(leg_id) for *_, leg_id in line] == list(range(1, len(line) + 1))
