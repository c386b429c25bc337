from __future__ import annotations

import pytest

from consumers.gateway.backlog import Backlog, Sink
from consumers.gateway.scopes import WHOLE, Scope, Sight
from consumers.gateway.waits import SAY_AGAIN_MS, Waits
from schemas import live
from schemas.estimate import QueueOrders
from schemas.view import View
from tests.support.decided import Floor

NOW_MS = 1_000
ANA = Scope(Sight.AGENT, "ana")
SOME = Scope(Sight.QUEUES, queues=("returns", "nowhere"))


class Viewer:
    """A client that asked for expected waits; its sink has room until it is told otherwise."""

    def __init__(self) -> None:
        self.frames: list[live.WaitsShown] = []
        self.backlog: Backlog | None = None
        self.sink: Sink = self
        self.room = True

    def has_room(self) -> bool:
        return self.room

    def write(self, data: bytes) -> None:
        frame = live.decode_server(data)
        assert isinstance(frame, live.WaitsShown)
        self.frames.append(frame)


class Told:
    """A workspace with two queues and an agent in each; `waits` follows what is decided."""

    def __init__(self) -> None:
        self.floor = Floor()
        self.floor.opened("ana", queues=("orders",))
        self.floor.opened("bo", queues=("returns",))
        self.view = View("shop")
        self.waits = Waits(self.view)
        self.done = 0
        self.follow()

    def follow(self) -> None:
        for decision in self.floor.said[self.done :]:
            self.waits.heard(self.view.apply(decision))
        self.done = len(self.floor.said)

    def viewer(self, scope: Scope = WHOLE) -> Viewer:
        viewer = Viewer()
        self.waits.join(viewer, scope, NOW_MS)
        return viewer


def places(viewer: Viewer) -> dict[str, int]:
    return {one.queue: one.position for one in viewer.frames[-1].queues}


@pytest.mark.parametrize(("scope", "queues"), [(WHOLE, {"orders", "returns"}), (SOME, {"returns"}), (ANA, {"orders"})])
def test_who_asks_hears_at_once_of_the_queues_that_the_scope_may_see(scope: Scope, queues: set[str]) -> None:
    viewer = Told().viewer(scope)
    assert {one.queue for one in viewer.frames[-1].queues} == queues
    assert viewer.frames[-1].at_ms == NOW_MS


def test_an_agent_who_is_gone_sees_no_queue() -> None:
    assert Told().viewer(Scope(Sight.AGENT, "nobody")).frames[-1].queues == ()


def test_what_changed_is_told_and_what_did_not_only_after_a_while() -> None:
    told = Told()
    viewer = told.viewer()
    told.waits.tell(NOW_MS)
    told.waits.tell(NOW_MS + SAY_AGAIN_MS - 1)
    assert len(viewer.frames) == 2
    told.floor.arrives("i1")
    told.follow()
    told.waits.tell(NOW_MS + SAY_AGAIN_MS - 1)
    assert (len(viewer.frames), places(viewer)) == (3, {"orders": 2, "returns": 1})
    told.waits.tell(NOW_MS + 2 * SAY_AGAIN_MS - 1)
    assert [frame.at_ms for frame in viewer.frames][2:] == [NOW_MS + SAY_AGAIN_MS - 1, NOW_MS + 2 * SAY_AGAIN_MS - 1]


def test_it_says_what_the_method_says() -> None:
    told = Told()
    told.floor.arrives("i1")
    told.follow()
    shown = told.viewer().frames[-1]
    orders = QueueOrders.of(told.view)
    for one in shown.queues:
        estimate = orders.entering(one.queue, told.view.at_ms).estimate
        assert one.expected_ms == (None if estimate is None else estimate.expected_ms)
    assert (shown.epoch, shown.seq) == told.view.mark


def test_who_has_no_room_is_passed_over_and_who_left_hears_nothing() -> None:
    told = Told()
    slow, gone, here = told.viewer(), told.viewer(), told.viewer()
    slow.room = False
    told.waits.leave(gone)
    told.waits.leave(gone)
    told.waits.tell(NOW_MS + SAY_AGAIN_MS)
    assert [len(one.frames) for one in (slow, gone, here)] == [1, 1, 2]


def test_the_lines_of_a_new_epoch_begin_anew() -> None:
    told = Told()
    told.floor.arrives("i1")
    told.follow()
    told.floor.reopened()
    told.follow()
    assert told.view.legs == {}
    assert places(told.viewer()).get("orders", 1) == 1
