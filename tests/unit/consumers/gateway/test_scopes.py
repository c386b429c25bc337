from __future__ import annotations

from consumers.gateway.scopes import WHOLE, Scope, Sight, keys_of, scope_mark, screen, snapshot
from schemas.shown import Kind
from schemas.view import View
from tests.support.decided import Floor


def a_view() -> View:
    """Ana has i1 and an offer of i2; bo serves returns, where i3 waits."""
    floor = Floor()
    floor.opened("ana", queues=("orders", "returns"))
    floor.agent("ana", queues={"orders": 1})
    floor.agent("bo", queues={"returns": 1})
    for name, queue in (("i1", "orders"), ("i2", "orders"), ("i3", "returns")):
        floor.arrives(name, queue=queue)
    floor.offered("i1", "ana")
    floor.accepted("i1")
    floor.offered("i2", "ana")
    view = View("shop")
    for decision in floor.said:
        view.apply(decision)
    return view


def test_a_supervisor_sees_everything() -> None:
    seen = screen(a_view(), WHOLE)
    assert {name for kind, name in seen if kind is Kind.INTERACTION} == {"i1", "i2", "i3"}
    assert {name for kind, name in seen if kind is Kind.AGENT} == {"ana", "bo"}


def test_an_agent_sees_own_work_own_offers_own_value_and_figures_of_own_queues() -> None:
    assert set(screen(a_view(), Scope(Sight.AGENT, "ana"))) == {
        (Kind.INTERACTION, "i1"),
        (Kind.INTERACTION, "i2"),
        (Kind.LEG, "i1.1"),
        (Kind.LEG, "i2.1"),
        (Kind.OFFER, "i2.1/1"),
        (Kind.AGENT, "ana"),
        (Kind.QUEUE, "orders"),
    }


def test_who_watches_a_queue_sees_its_work_and_who_serves_it() -> None:
    assert set(screen(a_view(), Scope(Sight.QUEUES, queues=("returns",)))) == {
        (Kind.INTERACTION, "i3"),
        (Kind.LEG, "i3.1"),
        (Kind.AGENT, "bo"),
        (Kind.QUEUE, "returns"),
    }


def test_an_agent_who_is_not_configured_sees_nothing() -> None:
    assert screen(a_view(), Scope(Sight.AGENT, "nobody")) == {}
    assert keys_of(Scope(Sight.AGENT, "nobody"), a_view()) == {"a:nobody"}


def test_a_snapshot_shows_the_screen_with_its_place() -> None:
    view = a_view()
    frame = snapshot(view, Scope(Sight.AGENT, "ana"), "abcd")
    assert (frame.epoch, frame.seq, frame.cursor) == (1, view.seq, f"v1.1.{view.seq}.abcd")
    assert [leg.leg_id for leg in frame.legs] == ["i1.1", "i2.1"]
    assert frame.offers[0].why is not None


def test_marks_tell_scopes_and_workspaces_apart() -> None:
    scopes = (WHOLE, Scope(Sight.AGENT, "ana"), Scope(Sight.AGENT, "bo"), Scope(Sight.QUEUES, queues=("ana",)))
    marks = {scope_mark(workspace, scope) for workspace in ("shop", "bank") for scope in scopes}
    assert len(marks) == 8
