from __future__ import annotations

from typing import Any

import hypothesis.strategies as st
import msgspec
import pytest
from hypothesis import given

from schemas.estimate import QueueOrders, Standing
from schemas.pace import NO_WAIT
from schemas.values import AgentValue, LegValue
from schemas.vocabulary import LegKind, LegState, RoutingStatus


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


def an_agent(name: str = "ana", status: RoutingStatus = RoutingStatus.INTERACTING, **changes: Any) -> AgentValue:
    values: dict[str, Any] = {"connected": True, "queues": {"orders": 1}, **changes}
    return AgentValue(agent_id=name, status="available", routing_status=status, since_ms=0, **values)


def orders_of(*legs: LegValue) -> QueueOrders:
    orders = QueueOrders(0)
    for leg in legs:
        orders.take(leg, leg.arrived_ms)
    return orders


def a_moving_line(every_ms: int = 20_000, agents: int = 1) -> tuple[QueueOrders, int]:
    """One is taken after the other, and there is always somebody left; and the moment after that."""
    orders = QueueOrders(0)
    for number in range(agents):
        orders.agent(an_agent(f"a{number}"), 0)
    orders.take(a_leg("0"), 0)
    for number in range(1, 60):
        now_ms = number * every_ms
        orders.take(a_leg(f"{number}", now_ms), now_ms)
        before = a_leg(f"{number - 1}", now_ms - every_ms)
        orders.take(msgspec.structs.replace(before, state=LegState.OFFERED, waited_ms=every_ms), now_ms)
        orders.take(msgspec.structs.replace(before, state=LegState.CONNECTED), now_ms)
    return orders, 59 * every_ms


def test_the_place_follows_the_virtual_arrival() -> None:
    orders = orders_of(a_leg("first", 1_000), a_leg("valued", 60_000, virtual_arrival_ms=-30_000))
    assert (orders.position("valued.1"), orders.position("first.1")) == (1, 2)


def test_of_one_moment_the_place_that_routing_tells_decides() -> None:
    orders = orders_of(a_leg("a", 5, place=9), a_leg("b", 5, place=8))
    assert (orders.position("b.1"), orders.position("a.1")) == (1, 2)


def test_who_rings_at_an_agent_has_no_place_and_waits_no_longer() -> None:
    orders = orders_of(a_leg("a", 1), a_leg("b", 2))
    orders.take(a_leg("a", 1, state=LegState.OFFERED), 3)
    assert orders.standing("a.1", 4) == Standing(position=None, estimate=NO_WAIT)
    assert orders.position("b.1") == 1
    orders.take(a_leg("a", 1), 5)
    assert (orders.position("a.1"), orders.position("b.1")) == (1, 2)
    orders.take(a_leg("a", 1, state=LegState.CONNECTED), 6)
    assert orders.standing("a.1", 7) == Standing()


def test_who_is_moved_to_another_queue_stands_in_that_one() -> None:
    orders = orders_of(a_leg("a", 1), a_leg("b", 2))
    orders.take(a_leg("a", 1, queue="complaints"), 3)
    assert orders.position("a.1") == orders.position("b.1") == 1


def test_a_line_that_moves_says_how_long_it_takes() -> None:
    orders, now_ms = a_moving_line()
    orders.take(a_leg("last", now_ms), now_ms)
    found = orders.standing("last.1", now_ms)
    assert found.position == 2
    assert found.estimate is not None
    assert found.estimate.expected_ms == pytest.approx(40_000, rel=0.1)
    assert orders.entering("orders", now_ms).position == 3
    assert orders.entering("orders", now_ms, head_start_ms=600_000).position == 1


def test_those_who_were_taken_without_waiting_say_nothing_of_a_line() -> None:
    orders = QueueOrders(0)
    orders.agent(an_agent(), 0)
    for number in range(50):
        leg = a_leg(f"{number}", number * 1_000)
        for state in (LegState.QUEUED, LegState.OFFERED, LegState.CONNECTED):
            orders.take(msgspec.structs.replace(leg, state=state), number * 1_000)
    orders.take(a_leg("one", 60_000), 60_000)
    assert orders.standing("one.1", 61_000) == Standing(position=1, estimate=None)


@pytest.mark.parametrize(
    ("change", "waits"),
    [
        ({}, False),
        ({"status": RoutingStatus.INTERACTING}, True),
        ({"status": RoutingStatus.OFF_QUEUE}, True),
        ({"status": RoutingStatus.NOT_RESPONDING}, True),
        ({"connected": False}, True),
        ({"next_status": "lunch"}, True),
        ({"offers": ("c1.1/1",)}, True),
        ({"queues": {"sales": 1}}, True),
    ],
)
def test_where_somebody_is_free_nobody_waits(change: dict[str, Any], waits: bool) -> None:
    orders = QueueOrders(0)
    orders.agent(an_agent("bo"), 0)
    values: dict[str, Any] = {"status": RoutingStatus.IDLE, **change}
    orders.agent(an_agent(**values), 1)
    assert orders.entering("orders", 2).estimate == (None if waits else NO_WAIT)
    orders.agent_gone("ana", 3)
    assert orders.entering("orders", 4).estimate is None


def test_agents_who_come_and_go_count_at_once() -> None:
    orders, now_ms = a_moving_line(agents=2)
    before = orders.entering("orders", now_ms).estimate
    orders.agent(an_agent("a1", RoutingStatus.OFF_QUEUE), now_ms)
    after = orders.entering("orders", now_ms).estimate
    assert before is not None
    assert after is not None
    assert after.expected_ms == pytest.approx(2 * before.expected_ms, abs=2)
    orders.agent(an_agent("a0", RoutingStatus.OFF_QUEUE), now_ms)
    assert orders.entering("orders", now_ms).estimate is None


def test_a_queue_of_which_nothing_was_heard_has_room_at_the_front() -> None:
    assert QueueOrders(0).entering("orders", 1) == Standing(position=1, estimate=None)


@given(st.lists(st.tuples(st.integers(0, 8), st.integers(-50, 50), st.booleans())))
def test_places_are_those_of_a_sorted_list(steps: list[tuple[int, int, bool]]) -> None:
    orders, expected = QueueOrders(0), dict[str, tuple[int, int, str]]()
    for number, virtual_ms, leaves in steps:
        leg = a_leg(f"{number}", number, virtual_arrival_ms=virtual_ms, place=number)
        if leaves:
            orders.take(msgspec.structs.replace(leg, state=LegState.ABANDONED), 1)
            expected.pop(leg.leg_id, None)
        else:
            orders.take(leg, 1)
            expected[leg.leg_id] = (virtual_ms, number, leg.leg_id)
    line = sorted(expected.values())
    assert [orders.position(leg_id) for *_, leg_id in line] == list(range(1, len(line) + 1))
