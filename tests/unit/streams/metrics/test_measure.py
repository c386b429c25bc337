from __future__ import annotations

from schemas import decisions as d
from schemas.metrics import INTERVAL_MS, Counts, Dimension, LiveGroup, Now
from schemas.values import QueueValue, ReportingValue
from schemas.vocabulary import LegState, RoutingStatus
from streams.metrics.fold import fold
from streams.metrics.measure import interval_counts, interval_groups, measure, oldest_ms
from streams.metrics.state import State
from tests.support.decided import Floor

HOUR_MS = 3_600_000


def a_floor(time_zone: str | None = None) -> Floor:
    floor = Floor()
    reporting = ReportingValue(time_zone=time_zone)
    floor.say(d.ConfigurationApplied, version=1, digest="", command_id="", reporting=reporting)
    level = QueueValue(queue="orders", service_level_within_ms=20_000, service_level_goal_percent=90)
    floor.say(d.QueueChanged, queue=level)
    return floor


def folded(floor: Floor) -> State:
    state = State("shop")
    for decision in floor.said:
        fold(state, decision)
    return state


def one(state: State, at_ms: int, dimension: Dimension, name: str) -> LiveGroup:
    return measure(state, at_ms, [(dimension, name)])[0]


def test_a_queue_in_which_nothing_happened_has_zeros_and_nothing_that_is_divided() -> None:
    state = folded(a_floor())
    found = one(state, state.head.at_ms, Dimension.QUEUE, "orders")
    assert (found.now, found.today, found.interval) == (Now(), Counts(), Counts())
    assert (found.today_derived.service_level, found.today_derived.asa_ms) == (None, None)
    assert (found.today_derived.within_ms, found.today_derived.goal_percent) == (20_000, 90)


def test_of_what_there_is_nothing_there_is_no_group() -> None:
    state = folded(a_floor())
    found = [(group.dimension, group.id) for group in measure(state, state.head.at_ms)]
    assert found == [(Dimension.QUEUE, "orders"), (Dimension.WORKSPACE, "shop")]


def test_an_agents_time_runs_on_until_the_moment_of_measuring() -> None:
    floor = a_floor()
    floor.agent("ana")
    state = folded(floor)
    found = one(state, floor.now_ms + 7_000, Dimension.AGENT, "ana")
    assert found.today.status_ms == found.interval.status_ms == {RoutingStatus.IDLE: 7_000}
    assert found.now.since_ms == floor.now_ms - 1_000
    assert found.today_derived.occupancy == 0


def test_today_begins_at_midnight_in_the_workspaces_zone() -> None:
    floor = a_floor("Asia/Shanghai")
    midnight_ms = (floor.now_ms + 8 * HOUR_MS) // (24 * HOUR_MS) * 24 * HOUR_MS + 16 * HOUR_MS
    floor.now_ms = midnight_ms - 3_000
    floor.arrives("c1")
    floor.arrives("c2")
    floor.arrives("c3")
    state = folded(floor)
    assert one(state, midnight_ms, Dimension.QUEUE, "orders").today.offered == 1
    assert one(state, midnight_ms - 1, Dimension.QUEUE, "orders").today.offered == 3
    assert one(state, midnight_ms + INTERVAL_MS, Dimension.QUEUE, "orders").interval.offered == 0


def test_no_rate_is_above_all_where_contacts_come_in_one_interval_and_end_in_the_next() -> None:
    floor = a_floor()
    floor.agent("ana")
    floor.now_ms = INTERVAL_MS * 2_000_000 - 9_000
    for name in ("c1", "c2"):
        floor.arrives(name)
    floor.now_ms += 8_000
    floor.arrives("c3")
    state = folded(floor)
    before = one(state, floor.now_ms, Dimension.QUEUE, "orders")
    assert (before.interval.offered, before.interval_derived.service_level) == (1, None)
    floor.offered("c1", "ana")
    floor.accepted("c1")
    floor.ended("c2", state=LegState.ABANDONED)
    state = folded(floor)
    found = one(state, floor.now_ms, Dimension.QUEUE, "orders")
    assert found.interval.offered == 1
    assert (found.interval_derived.service_level, found.interval_derived.abandon_rate) == (5_000, 5_000)
    assert one(state, floor.now_ms, Dimension.AGENT, "ana").interval_derived.abandon_rate is None


def test_a_closed_interval_counts_to_its_end_only() -> None:
    floor = a_floor()
    floor.now_ms = INTERVAL_MS * 2_000_000 - 1_000
    floor.agent("ana")
    starts_ms = floor.now_ms
    state = folded(floor)
    group = (Dimension.AGENT, "ana")
    assert interval_counts(state, group, starts_ms, starts_ms + 10 * INTERVAL_MS).status_ms == {
        RoutingStatus.IDLE: INTERVAL_MS
    }
    assert set(interval_groups(state, starts_ms, starts_ms + 1)) == {group, (Dimension.WORKSPACE, "shop")}
    assert interval_groups(state, starts_ms - INTERVAL_MS, starts_ms) == {}
    assert oldest_ms(state, starts_ms + 5 * INTERVAL_MS) == starts_ms
