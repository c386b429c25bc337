from __future__ import annotations

import msgspec
import pytest

from schemas import decisions as d
from schemas.metrics import INTERVAL_MS, Dimension
from schemas.values import QueueValue, ReportingValue
from schemas.vocabulary import LegState, RoutingStatus
from streams.metrics.fold import Gap, fold
from streams.metrics.state import State
from tests.support.decided import Floor

ORDERS, SHOP = (Dimension.QUEUE, "orders"), (Dimension.WORKSPACE, "shop")


def folded(floor: Floor, state: State | None = None) -> State:
    state = state or State("shop")
    for decision in floor.said:
        fold(state, decision, keep_ms=None)
    return state


def counts(state: State, group: tuple[Dimension, str] = ORDERS) -> dict[str, int]:
    return state.day(group, 0).counts


def a_call() -> Floor:
    floor = Floor()
    floor.opened("ana")
    floor.arrives("c1")
    floor.offered("c1", "ana")
    floor.accepted("c1")
    floor.wraps_up("c1")
    floor.ended("c1")
    return floor


def test_a_call_is_offered_answered_and_handled_once() -> None:
    state = folded(a_call())
    assert counts(state)["offered"] == counts(state)["answered"] == counts(state)["handled"] == 1
    assert (state.contacts, state.place, state.counted) == ({}, (1, 8), (1, 8))


def test_decisions_that_come_again_change_nothing() -> None:
    floor = a_call()
    once = msgspec.to_builtins(folded(floor).cells[ORDERS])
    assert msgspec.to_builtins(folded(floor, folded(floor)).cells[ORDERS]) == once


def test_a_missing_decision_is_loud() -> None:
    floor = a_call()
    state = State("shop")
    fold(state, floor.said[0])
    with pytest.raises(Gap, match=r"shop: decision \(1, 3\) follows \(1, 1\)"):
        fold(state, floor.said[2])


def test_a_tiers_threshold_goes_before_the_queues_and_both_are_those_of_the_entry() -> None:
    floor = Floor()
    floor.say(
        d.ConfigurationApplied, version=1, digest="", command_id="", reporting=ReportingValue(tiers={"vip": 2_500})
    )
    floor.say(d.QueueChanged, queue=QueueValue(queue="orders", service_level_within_ms=60_000))
    floor.agent("ana")
    floor.arrives("c1", tier="vip")
    floor.arrives("c2")
    floor.say(d.QueueChanged, queue=QueueValue(queue="orders", service_level_within_ms=1))
    for name in ("c1", "c2"):
        floor.offered(name, "ana")
        floor.accepted(name)
    assert counts(folded(floor)) | {"answered": 2, "answered_within": 1, "target_offered": 2} == counts(folded(floor))


def test_time_in_a_status_is_split_at_the_border_of_intervals_and_offline_time_is_none() -> None:
    floor = Floor()
    floor.now_ms = 2 * INTERVAL_MS - 6_000
    floor.agent("ana", team="t1")
    floor.now_ms += 9_000
    floor.agent("ana", status="lunch", routing_status=RoutingStatus.OFF_QUEUE, team="t1")
    floor.agent("ana", status="offline", routing_status=RoutingStatus.OFF_QUEUE, team="t1")
    floor.agent("ana", status="available", routing_status=RoutingStatus.IDLE, team="t1")
    state = folded(floor)
    for group in ((Dimension.AGENT, "ana"), (Dimension.TEAM, "t1"), SHOP):
        found = {starts: cell.status_ms for starts, cell in state.cells[group].items()}
        assert found == {
            INTERVAL_MS: {RoutingStatus.IDLE: 5_000},
            2 * INTERVAL_MS: {RoutingStatus.IDLE: 5_000, RoutingStatus.OFF_QUEUE: 1_000},
        }


def test_an_agent_who_is_removed_leaves_his_time() -> None:
    floor = Floor()
    floor.agent("ana")
    floor.agent_removed("ana")
    state = folded(floor)
    assert state.agents == {}
    assert state.day((Dimension.AGENT, "ana"), 0).status_ms == {RoutingStatus.IDLE: 1_000}


def test_a_new_epoch_counts_nothing_twice() -> None:
    floor = Floor()
    floor.opened("ana")
    floor.arrives("c1")
    leg = floor.legs["c1.1"]
    interaction = floor.said[-1].interaction
    before = folded(floor)
    floor.reopened()
    floor.say(d.InteractionChanged, interaction=interaction, leg=leg)
    state = folded(floor)
    assert counts(state) == counts(before)
    assert state.day((Dimension.AGENT, "ana"), 0).status_ms == {RoutingStatus.IDLE: 2_000}
    assert state.standing.now(ORDERS).waiting == 1
    floor.legs["c1.1"] = leg
    floor.ended("c1", state=LegState.ABANDONED)
    assert counts(folded(floor)) == counts(before) | {"abandoned": 1, "abandon_wait_ms": 6_000}


def test_a_contact_that_changes_channel_waits_in_the_new_one() -> None:
    floor = Floor()
    floor.opened("ana")
    floor.arrives("c1")
    interaction = floor.said[-1].interaction
    assert interaction is not None
    other = msgspec.structs.replace(interaction, channel="callback")
    floor.say(d.InteractionChanged, interaction=other, leg=floor.legs["c1.1"])
    standing = folded(floor).standing
    assert standing.now((Dimension.CHANNEL, "callback")).waiting == 1
    assert standing.now((Dimension.CHANNEL, "phone")).waiting == 0


def test_intervals_of_the_day_before_yesterday_are_forgotten_once_told() -> None:
    floor = a_call()
    state = State("shop")
    for decision in floor.said:
        fold(state, decision)
    old = next(iter(state.cells[ORDERS]))
    state.untold.pop((ORDERS, old))
    floor.now_ms += 27 * 3_600_000
    fold(state, floor.agent("ana"))
    assert old not in state.cells.get(ORDERS, {})
    assert old in state.cells[SHOP]
    assert state.head.floor_ms > old
