from __future__ import annotations

from consumers.query.answers import AsOf
from consumers.query.floor import queues, waiting
from consumers.query.waits import before_entering, in_queues, of_interaction, of_legs
from schemas.estimate import QueueOrders
from schemas.view import View
from tests.support.decided import Floor

AS_OF = AsOf(at_ms=1, epoch=1, seq=1)


class Seen:
    """A view and its lines, as they follow a floor."""

    def __init__(self) -> None:
        self.floor = Floor()
        self.view = View(self.floor.workspace)
        self.orders = QueueOrders(0)

    def follow(self) -> None:
        for decision in self.floor.said[self.view.seq :]:
            self.orders.heard(self.view.apply(decision), self.view.at_ms)


def test_a_contact_is_told_its_place_and_nothing_of_a_wait_that_is_not_known() -> None:
    seen = Seen()
    seen.floor.opened("ana")
    seen.floor.arrives("i1")
    seen.floor.arrives("i2")
    seen.follow()
    found = of_interaction(seen.view, seen.orders, "i2", AS_OF)
    assert found is not None
    assert (found.state, found.queue, found.position, found.expected_ms) == ("queued", "orders", 2, None)
    seen.floor.offered("i1", "ana")
    seen.follow()
    ringing = of_interaction(seen.view, seen.orders, "i1", AS_OF)
    assert ringing is not None
    assert (ringing.state, ringing.position, ringing.expected_ms) == ("offered", None, 0)
    seen.floor.accepted("i1")
    seen.follow()
    served = of_interaction(seen.view, seen.orders, "i1", AS_OF)
    assert served is not None
    assert (served.state, served.position, served.expected_ms) == ("connected", None, None)
    assert of_interaction(seen.view, seen.orders, "i9", AS_OF) is None


def test_who_has_not_entered_yet_is_told_the_place_behind_the_others() -> None:
    seen = Seen()
    seen.floor.opened("ana")
    seen.floor.arrives("i1")
    seen.follow()
    found = before_entering(seen.view, seen.orders, "orders", 0, AS_OF)
    assert found is not None
    assert (found.open, found.waiting, found.position) == (True, 1, 2)
    ahead = before_entering(seen.view, seen.orders, "orders", 3_600_000, AS_OF)
    assert ahead is not None
    assert ahead.position == 1
    assert before_entering(seen.view, seen.orders, "nowhere", 0, AS_OF) is None


def test_where_an_agent_is_free_there_is_no_wait() -> None:
    seen = Seen()
    seen.floor.opened("ana")
    seen.floor.agent("ana", connected=True)
    seen.follow()
    found = before_entering(seen.view, seen.orders, "orders", 0, AS_OF)
    assert found is not None
    assert (found.position, found.expected_ms, found.high_ms) == (1, 0, 0)


def test_queues_and_explanations_say_it_too() -> None:
    seen = Seen()
    seen.floor.opened("ana")
    seen.floor.agent("ana", connected=True)
    seen.follow()
    [free] = in_queues(queues(seen.view, 0), seen.orders, seen.view.at_ms).queues
    assert (free.queue, free.expected_wait_ms) == ("orders", 0)
    seen.floor.arrives("i1")
    seen.follow()
    [leg] = of_legs(waiting(seen.view, "i1"), seen.orders, seen.view.at_ms)
    assert (leg.position, leg.expected_wait_ms) == (1, None)
    [busy] = in_queues(queues(seen.view, 0), seen.orders, seen.view.at_ms).queues
    assert busy.expected_wait_ms is None
