from __future__ import annotations

from consumers.query import floor
from schemas.view import View
from schemas.vocabulary import LegState
from tests.support.decided import Floor


def view_of(said: Floor) -> View:
    view = View(said.workspace)
    for decision in said.said:
        view.apply(decision)
    return view


def a_floor() -> Floor:
    said = Floor()
    said.opened("bo", "ana", queues=("orders", "books"))
    said.arrives("i1", customer_id="c_1", requirements={"mandarin": 3})
    return said


def test_queues_and_agents_come_in_order_with_their_age() -> None:
    view = view_of(a_floor())
    queues, agents = floor.queues(view, 77), floor.agents(view, 77)
    assert [(one.queue, one.waiting) for one in queues.queues] == [("books", 0), ("orders", 1)]
    assert [one.agent_id for one in agents.agents] == ["ana", "bo"]
    assert (agents.as_of.at_ms, agents.as_of.seq) == (77, view.seq)


def test_where_a_contact_waits_is_said_until_somebody_has_it() -> None:
    said = a_floor()
    [waiting] = floor.waiting(view_of(said), "i1")
    assert waiting.queue is not None
    assert (waiting.queue.queue, waiting.requirements) == ("orders", {"mandarin": 3})
    said.offered("i1", "ana")
    assert len(floor.waiting(view_of(said), "i1")) == 1
    said.accepted("i1")
    assert floor.waiting(view_of(said), "i1") == ()


def test_an_interactions_state_is_its_main_legs() -> None:
    said = a_floor()
    assert floor.state_of(view_of(said), "i1") is LegState.QUEUED
    said.offered("i1", "ana")
    said.accepted("i1")
    assert floor.state_of(view_of(said), "i1") is LegState.CONNECTED
    assert floor.state_of(view_of(said), "i9") is None


def test_an_agent_has_in_hand_what_is_offered_or_owned() -> None:
    said = a_floor()
    assert floor.in_hand(view_of(said), "ana") == ()
    said.offered("i1", "ana")
    assert floor.in_hand(view_of(said), "ana") == ("i1",)
    said.accepted("i1")
    view = view_of(said)
    assert (floor.in_hand(view, "ana"), floor.in_hand(view, "bo"), floor.in_hand(view, None)) == (("i1",), (), ())
    assert floor.customers_in(view, ("i1", "i9")) == {"c_1"}


def test_a_queues_scheduled_callbacks_are_listed_with_their_time_and_owner() -> None:
    said = a_floor()
    said.arrives("i2")
    said.scheduled("i2", 9_000, agent="ana")
    said.scheduled("i1", 5_000)
    [_, orders] = floor.queues(view_of(said), 77).queues
    assert (orders.waiting, orders.scheduled) == (0, 2)
    assert [(one.interaction_id, one.scheduled_for_ms, one.preferred_agent) for one in orders.callbacks] == [
        ("i1", 5_000, None),
        ("i2", 9_000, "ana"),
    ]
