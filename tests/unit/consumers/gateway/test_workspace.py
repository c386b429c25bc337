from __future__ import annotations

import pytest

from consumers.gateway import backlog, feed
from consumers.gateway.scopes import WHOLE, Scope, Sight
from consumers.gateway.workspace import Workspace
from schemas import live
from schemas.view import View
from tests.support.decided import Floor
from tests.support.screens import Viewer, assert_shows_the_screen

NOW_MS = 1
ANA = Scope(Sight.AGENT, "ana")


class Told:
    """A workspace whose decisions are told when a test says so."""

    def __init__(self) -> None:
        self.floor = Floor()
        self.workspace = Workspace(View("shop"))
        self.done = 0
        self.floor.opened("ana", "bo")
        self.tell()

    def tell(self) -> None:
        for decision in self.floor.said[self.done :]:
            assert self.workspace.apply(decision)
        self.done = len(self.floor.said)
        self.workspace.flush(NOW_MS)

    def viewer(self, scope: Scope = WHOLE) -> Viewer:
        viewer = Viewer(scope)
        viewer.connect(self.workspace)
        return viewer


def kinds(viewer: Viewer) -> list[str]:
    return [str(frame.__struct_config__.tag) for frame in viewer.frames]


def test_a_workspace_is_known_from_its_first_configuration() -> None:
    assert not Workspace(View("shop")).is_known
    assert Told().workspace.is_known


def test_a_known_decision_changes_nothing() -> None:
    told = Told()
    assert not told.workspace.apply(told.floor.said[0])


def test_a_batch_is_told_as_one_delta_and_only_to_whom_it_concerns() -> None:
    told = Told()
    everything, ana, bo = told.viewer(), told.viewer(ANA), told.viewer(Scope(Sight.AGENT, "bo"))
    told.floor.arrives("i1")
    told.floor.offered("i1", "ana")
    told.tell()
    assert kinds(everything) == kinds(ana) == ["snapshot", "delta"]
    delta = bo.frames[-1]
    assert isinstance(delta, live.Delta)
    assert (delta.interactions, delta.legs, delta.offers) == ((), (), ())
    assert [queue.offered for queue in delta.queues] == [1]


def test_equal_scopes_get_the_very_same_bytes() -> None:
    told = Told()
    written: list[bytes] = []

    class Keeps(Viewer):
        def write(self, data: bytes) -> None:
            written.append(data)

    for _ in range(2):
        Keeps(WHOLE).connect(told.workspace)
    told.floor.arrives("i1")
    told.tell()
    assert written[-1] is written[-2]


def test_a_client_that_comes_back_goes_on_from_its_cursor() -> None:
    told = Told()
    viewer = told.viewer()
    viewer.disconnect()
    told.floor.arrives("i1")
    told.tell()
    assert told.workspace.can_resume(WHOLE, viewer.mirror.cursor)
    viewer.connect(told.workspace)
    assert kinds(viewer) == ["snapshot", "delta"]
    assert_shows_the_screen(viewer, told.workspace)


def test_a_cursor_of_another_scope_or_a_forgotten_feed_leads_to_a_snapshot() -> None:
    told = Told()
    viewer = told.viewer()
    cursor = viewer.mirror.cursor
    assert not told.workspace.can_resume(ANA, cursor)
    viewer.disconnect()
    told.floor.arrives("i1")
    told.tell()
    told.workspace.drop_unused(NOW_MS + 1)
    assert not told.workspace.can_resume(WHOLE, cursor)


def test_a_slow_client_gets_what_it_missed_in_one() -> None:
    told = Told()
    viewer = told.viewer()
    viewer.room = False
    for name in ("i1", "i2", "i3"):
        told.floor.arrives(name)
        told.tell()
    assert kinds(viewer) == ["snapshot"]
    viewer.has_room_again()
    assert kinds(viewer) == ["snapshot", "delta"]
    assert_shows_the_screen(viewer, told.workspace)
    assert viewer.backlog is None


def test_a_client_that_is_too_far_behind_starts_afresh_and_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "RING_CHANGES", 2)
    told = Told()
    viewer = told.viewer()
    viewer.room = False
    for number in range(4):
        told.floor.arrives(f"i{number}")
        told.tell()
    viewer.has_room_again()
    assert kinds(viewer) == ["snapshot", "resync", "snapshot"]
    assert_shows_the_screen(viewer, told.workspace)


def test_frames_that_must_not_be_lost_wait_and_too_many_are_refused() -> None:
    told = Told()
    viewer = told.viewer()
    viewer.room = False
    pong = live.encode(live.Pong(at_ms=1))
    assert all(told.workspace.tell(viewer, pong) for _ in range(backlog.FRAMES))
    assert not told.workspace.tell(viewer, pong)
    viewer.has_room_again()
    assert kinds(viewer) == ["snapshot"] + ["pong"] * backlog.FRAMES


def test_a_change_of_an_agent_s_queues_leads_to_a_new_snapshot() -> None:
    told = Told()
    viewer = told.viewer(ANA)
    told.floor.agent("ana", queues={})
    told.tell()
    assert kinds(viewer) == ["snapshot", "resync", "snapshot"]
    assert viewer.mirror.queues == {}


def test_a_new_epoch_leads_to_a_new_snapshot_for_everyone() -> None:
    told = Told()
    viewers = [told.viewer(), told.viewer(ANA)]
    told.floor.reopened()
    told.tell()
    for viewer in viewers:
        assert kinds(viewer) == ["snapshot", "resync", "snapshot"]
        assert_shows_the_screen(viewer, told.workspace)


def test_a_stop_is_told_to_everyone() -> None:
    told = Told()
    viewer = told.viewer(ANA)
    told.floor.stopped()
    told.tell()
    assert viewer.mirror.stopped is not None


def test_messages_reach_subscribers_as_long_as_they_may_see_the_interaction() -> None:
    told = Told()
    ana = told.viewer(ANA)
    told.floor.arrives("i1")
    told.floor.offered("i1", "ana")
    told.tell()
    told.workspace.subscribe(ana, ANA, "i1")
    pong = live.encode(live.Pong(at_ms=1))
    assert told.workspace.deliver("i1", pong) == []
    assert kinds(ana)[-1] == "pong"
    told.floor.timed_out("i1")
    told.tell()
    told.workspace.deliver("i1", pong)
    assert kinds(ana).count("pong") == 1
    assert not told.workspace.has_subscribers("i1")


def test_what_is_said_again_anyway_is_not_kept_for_the_slow() -> None:
    told = Told()
    slow, quick = told.viewer(), told.viewer()
    slow.room = False
    told.workspace.tell_all(live.encode(live.Live(at_ms=1)))
    slow.has_room_again()
    assert (kinds(slow), kinds(quick)) == (["snapshot"], ["snapshot", "live"])
