from __future__ import annotations

import pytest

from consumers.gateway import watchers as watchers_module
from consumers.gateway.backlog import Backlog
from consumers.gateway.scopes import WHOLE, Scope, Sight
from consumers.gateway.watchers import STALE_AFTER_MS, Watchers, sight_of
from schemas import live
from schemas.live_metrics import GroupId
from schemas.metrics import Dimension, MetricsMeasured
from schemas.view import View
from tests.support.decided import Floor
from tests.support.figures import AT_MS, FiguresViewer, an_offered, measured

QUEUES = frozenset({Dimension.QUEUE})
WITH_AGENTS = frozenset({Dimension.QUEUE, Dimension.AGENT})
ORDERS = Scope(Sight.QUEUES, queues=("orders",))


class Told:
    """A workspace with watchers."""

    def __init__(self) -> None:
        self.floor = Floor()
        self.floor.opened("ana", "bo", queues=("orders", "returns"))
        self.view = View("shop")
        self.watchers = Watchers(AT_MS)
        self.now_ms = AT_MS
        self.follow()

    def follow(self) -> None:
        for decision in self.floor.said:
            self.view.apply(decision)

    def measure(self, measurement: MetricsMeasured) -> None:
        if self.watchers.take(measurement, self.now_ms):
            self.watchers.tell(self.now_ms)

    def viewer(self, scope: Scope = WHOLE, wanted: frozenset[Dimension] = QUEUES) -> FiguresViewer:
        viewer = FiguresViewer()
        self.watchers.join(viewer, scope, wanted, self.view)
        return viewer


def test_who_joins_gets_everything_and_then_what_changes() -> None:
    told = Told()
    told.measure(measured(an_offered("orders", 1), an_offered("returns", 1), seq=1, whole=True))
    viewer = told.viewer()
    assert viewer.last().whole
    told.measure(measured(an_offered("orders", 2), seq=2))
    last = viewer.last()
    assert (last.whole, last.groups, last.seq, last.at_ms) == (False, (an_offered("orders", 2),), 2, AT_MS + 2)
    assert viewer.shown() == {"orders": an_offered("orders", 2), "returns": an_offered("returns", 1)}


def test_a_frame_comes_though_nothing_changed_so_that_its_age_is_known() -> None:
    told = Told()
    told.measure(measured(an_offered("orders", 1), seq=1, whole=True))
    viewer = told.viewer()
    told.measure(measured(seq=9))
    assert (viewer.last().groups, viewer.last().seq) == ((), 9)


def test_a_slow_client_gets_the_latest_values_in_one_frame() -> None:
    told = Told()
    told.measure(measured(an_offered("orders", 1), an_offered("returns", 1), seq=1, whole=True))
    viewer = told.viewer()
    viewer.room = False
    for seq in range(2, 50):
        told.measure(measured(an_offered("orders", seq), seq=seq))
    told.measure(measured(an_offered("orders", 49), seq=50, whole=True))
    assert len(viewer.frames) == 1
    viewer.room = True
    told.watchers.drained(viewer)
    assert len(viewer.frames) == 2
    assert viewer.last().removed == (GroupId(dimension=Dimension.QUEUE, id="returns"),)
    assert viewer.shown() == {"orders": an_offered("orders", 49)}


def test_figures_wait_for_frames_that_are_held_before_them() -> None:
    told = Told()
    viewer = FiguresViewer()
    viewer.backlog = Backlog()
    told.watchers.join(viewer, WHOLE, QUEUES, told.view)
    told.measure(measured(an_offered("orders", 1), seq=1, whole=True))
    assert viewer.frames == []
    viewer.backlog = None
    told.watchers.drained(viewer)
    assert viewer.last().whole


def test_a_supervisor_of_some_queues_has_their_figures_and_those_of_their_agents() -> None:
    told = Told()
    told.floor.agent("bo", queues={"returns": 1})
    told.follow()
    told.measure(
        measured(
            an_offered("orders", 1),
            an_offered("returns", 1),
            an_offered("ana", 1, Dimension.AGENT),
            an_offered("bo", 1, Dimension.AGENT),
            an_offered("shop", 1, Dimension.WORKSPACE),
            seq=1,
            whole=True,
        )
    )
    viewer = told.viewer(ORDERS, frozenset(Dimension))
    assert [(group.dimension, group.id) for group in viewer.last().groups] == [
        (Dimension.QUEUE, "orders"),
        (Dimension.AGENT, "ana"),
    ]


def test_everything_comes_anew_when_what_may_be_seen_has_changed() -> None:
    told = Told()
    agents = (an_offered("ana", 1, Dimension.AGENT), an_offered("bo", 1, Dimension.AGENT))
    told.measure(measured(*agents, seq=1, whole=True))
    viewer = told.viewer(ORDERS, WITH_AGENTS)
    assert set(viewer.shown(Dimension.AGENT)) == {"ana", "bo"}
    told.floor.agent("bo", queues={"returns": 1})
    told.follow()
    told.watchers.tell(told.now_ms)
    assert viewer.last().whole
    assert set(viewer.shown(Dimension.AGENT)) == {"ana"}


def test_an_agent_sees_the_own_figures_only() -> None:
    scope = Scope(Sight.AGENT, "ana")
    assert sight_of(scope, frozenset(Dimension), View("shop")) == {Dimension.AGENT: frozenset({"ana"})}
    assert sight_of(scope, QUEUES, View("shop")) == {}


def test_figures_that_stop_are_said_once_to_each_and_end_with_the_next() -> None:
    told = Told()
    told.measure(measured(an_offered("orders", 1), seq=1, whole=True))
    quick, slow = told.viewer(), told.viewer()
    slow.room = False
    for seconds in (5, 6, 7):
        told.watchers.tell(AT_MS + seconds * 1_000)
    expected = live.MetricsStale(at_ms=AT_MS + 6_000, since_ms=AT_MS)
    assert quick.frames[1:] == [expected]
    slow.room = True
    told.watchers.drained(slow)
    assert slow.frames[1:] == [expected]
    assert told.viewer().frames[-1] == expected
    told.now_ms = AT_MS + 8_000
    told.measure(measured(an_offered("orders", 2), seq=2))
    assert quick.figures.stale is None
    assert isinstance(quick.frames[-1], live.MetricsShown)


def test_a_workspace_without_figures_is_said_to_have_none() -> None:
    told = Told()
    viewer = told.viewer()
    told.watchers.tell(AT_MS + STALE_AFTER_MS)
    assert viewer.frames == []
    told.watchers.tell(AT_MS + STALE_AFTER_MS + 1)
    assert viewer.frames == [live.MetricsStale(at_ms=AT_MS + STALE_AFTER_MS + 1, since_ms=None)]
    assert viewer.figures.is_told


def test_many_groups_come_in_several_frames(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watchers_module, "GROUPS_A_FRAME", 2)
    told = Told()
    told.measure(measured(*(an_offered(str(n), n) for n in range(5)), seq=1, whole=True))
    viewer = told.viewer()
    frames = [frame for frame in viewer.frames if isinstance(frame, live.MetricsShown)]
    assert [(frame.whole, frame.more, len(frame.groups)) for frame in frames] == [
        (True, True, 2),
        (False, True, 2),
        (False, False, 1),
    ]
    assert len(viewer.shown()) == 5


def test_equal_watchers_get_the_very_same_bytes() -> None:
    told = Told()
    written: list[bytes] = []

    class Keeps(FiguresViewer):
        def write(self, data: bytes) -> None:
            written.append(data)

    for _ in range(2):
        told.watchers.join(Keeps(), WHOLE, QUEUES, told.view)
    told.measure(measured(an_offered("orders", 1), seq=1, whole=True))
    assert len(written) == 2
    assert written[0] is written[1]


def test_who_has_left_is_told_nothing() -> None:
    told = Told()
    viewer = told.viewer()
    told.watchers.leave(viewer)
    told.watchers.leave(viewer)
    told.watchers.drained(viewer)
    told.measure(measured(an_offered("orders", 1), seq=1, whole=True))
    assert viewer.frames == []
