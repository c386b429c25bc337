from __future__ import annotations

from schemas.metrics import INTERVAL_MS, Dimension, IntervalCounted
from schemas.vocabulary import RoutingStatus
from streams.metrics import telling
from streams.metrics.fold import fold
from streams.metrics.kept import Cell, Kept, Kind
from streams.metrics.state import State
from streams.metrics.telling import Teller
from tests.support.decided import Floor

ORDERS = (Dimension.QUEUE, "orders")


class Scene:
    def __init__(self, now_ms: int = 2_000_000 * INTERVAL_MS) -> None:
        self.floor = Floor()
        self.floor.now_ms = now_ms
        self.state = State("shop")
        self.teller = Teller(self.state)
        self.floor.opened("ana")
        self.catch_up()

    def intervals(self, now_ms: int) -> list[IntervalCounted]:
        return [one for portion in self.teller.intervals(now_ms) for one in portion]

    def catch_up(self) -> None:
        for decision in self.floor.said:
            fold(self.state, decision)

    @property
    def now_ms(self) -> int:
        return self.floor.now_ms


def test_the_first_figures_are_whole_then_come_those_that_changed() -> None:
    scene = Scene()
    first = scene.teller.live(scene.now_ms)
    assert [(one.whole, one.part, one.parts) for one in first] == [(True, 1, 1)]
    assert {group.id for group in first[0].groups} == {"shop", "orders", "ana"}
    (nothing,) = scene.teller.live(scene.now_ms + 1_000)
    assert (nothing.whole, nothing.groups, nothing.at_ms) == (False, (), scene.now_ms + 1_000)
    scene.floor.arrives("c1")
    scene.catch_up()
    (changed,) = scene.teller.live(scene.now_ms)
    assert {group.id for group in changed.groups} == {"shop", "orders", "phone"}
    assert (changed.epoch, changed.seq) == scene.state.place


def test_every_half_minute_and_at_a_border_the_figures_are_whole() -> None:
    scene = Scene()
    scene.teller.live(scene.now_ms)
    assert scene.teller.live(scene.now_ms + 30_000)[0].whole
    assert not scene.teller.live(scene.now_ms + 31_000)[0].whole
    assert scene.teller.live(scene.now_ms + INTERVAL_MS)[0].whole


def test_many_groups_are_told_in_parts() -> None:
    scene = Scene()
    for number in range(telling.PART_GROUPS):
        scene.floor.agent(f"agent-{number}")
    scene.catch_up()
    parts = scene.teller.live(scene.now_ms)
    assert [(one.part, one.parts, len(one.groups)) for one in parts] == [(1, 2, 200), (2, 2, 3)]


def test_while_a_record_is_ahead_nothing_is_told() -> None:
    scene = Scene()
    scene.state.put(Kind.CELL, ("queue", "orders", 0), Kept(cell=Cell(place=(1, 99))))
    assert scene.teller.live(scene.now_ms) == []
    assert scene.intervals(scene.now_ms) == []


def test_an_interval_is_told_when_it_closes_though_nothing_happened_since() -> None:
    scene = Scene()
    told = scene.intervals(scene.now_ms)
    assert {(one.id, one.to_ms) for one in told} == set()
    (own, shop) = scene.intervals(scene.now_ms + 10_000)
    assert (own.id, shop.id, own.counts.status_ms) == ("ana", "shop", {RoutingStatus.IDLE: 10_000})
    closed = [one for one in scene.intervals(scene.now_ms + 2 * INTERVAL_MS) if one.to_ms % INTERVAL_MS == 0]
    starts_ms = 2_000_000 * INTERVAL_MS
    assert [(one.id, one.starts_ms) for one in closed if one.id == "ana"] == [
        ("ana", starts_ms),
        ("ana", starts_ms + INTERVAL_MS),
    ]


def test_a_closed_interval_that_changes_is_told_again_at_once_and_one_that_does_not_is_not() -> None:
    scene = Scene()
    scene.floor.arrives("c1")
    scene.catch_up()
    later_ms = scene.now_ms + INTERVAL_MS
    first = scene.intervals(later_ms)
    assert ("orders", 1) in {(one.id, one.counts.offered) for one in first}
    assert scene.intervals(later_ms + 1_000) == []
    scene.floor.arrives("c2")
    scene.catch_up()
    again = scene.intervals(later_ms + 2_000)
    assert {(one.id, one.counts.offered) for one in again} == {("orders", 2), ("shop", 2), ("phone", 2)}
    scene.floor.now_ms = later_ms + 1_500
    scene.floor.agent("ana", routing_status=RoutingStatus.INTERACTING)
    scene.catch_up()
    assert scene.intervals(later_ms + 3_000) == []


def test_a_start_tells_every_interval_that_is_kept() -> None:
    scene = Scene()
    scene.floor.arrives("c1")
    scene.catch_up()
    starts_ms = 2_000_000 * INTERVAL_MS
    scene.teller = Teller(scene.state)
    told = scene.intervals(scene.now_ms + 30 * INTERVAL_MS)
    assert {(one.id, one.to_ms) for one in told if one.starts_ms == starts_ms} == {
        (name, starts_ms + INTERVAL_MS) for name in ("orders", "shop", "phone", "ana")
    }
    assert len([one for one in told if one.id == "ana"]) == 31


def test_a_start_tells_interval_by_interval_and_what_is_folded_between_is_in_the_next() -> None:
    scene = Scene()
    portions = Teller(scene.state).intervals(scene.now_ms + 2 * INTERVAL_MS)
    while not (told := next(portions)):
        pass
    assert {(one.starts_ms, one.seq) for one in told} == {(2_000_000 * INTERVAL_MS, scene.state.place[1])}
    scene.floor.now_ms += 2 * INTERVAL_MS
    scene.floor.arrives("c1")
    scene.catch_up()
    *_, present = portions
    assert [(one.counts.offered, one.seq) for one in present if one.id == "orders"] == [(1, scene.state.place[1])]
