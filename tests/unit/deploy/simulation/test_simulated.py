from __future__ import annotations

from itertools import islice

from deploy.simulation.contacts import contacts
from deploy.simulation.plan import Arrival, Plan
from deploy.simulation.record import EndBook, PostBook, ShownBook, TalkBook
from deploy.simulation.simulated import Books, Pass, simulated

CONTACTS = tuple(islice(contacts("seed", "bookcity", ()), 2))
RUN = Pass(
    workspace="bookcity",
    seed="seed",
    speed=20,
    seconds=3.0,
    plan=Plan(arrivals=tuple(Arrival(0, one) for one in CONTACTS), shifts=()),
)


def books() -> Books:
    """The first contact was answered after 40 ms, the second hung up after 90."""
    posts, shown, talks, told = PostBook(), ShownBook(), TalkBook(), EndBook()
    first, second = (one.interaction_id for one in CONTACTS)
    for one in (first, second):
        posts.due(one, 100.0, 102.0)
        posts.answered(one, 110.0)
        shown.first_ms[one] = 120.0
    talks.begun_ms[first] = 140.0
    told.ends = {first: {"d1": "completed/agent_ended"}, second: {"d2": "abandoned/customer_left"}}
    told.left(second, 190.0)
    return Books(posts=posts, shown=shown, talks=talks, told=told, agents=())


def test_all_ended_once_with_their_waits_by_channel() -> None:
    found = simulated(RUN, books())
    assert (found.asked, found.accepted, found.ended_once, found.failures) == (2, 2, 2, ())
    assert sum(one.answered for one in found.by_channel.values()) == 1
    assert sum(one.hung_up for one in found.by_channel.values()) == 1
    assert found.by_channel[CONTACTS[0].channel].wait_p50_ms == 40.0
    assert (found.lateness_p99_ms, found.taking_p99_ms) == (2.0, None)


def test_a_contact_that_no_socket_showed_is_lost() -> None:
    written = books()
    del written.shown.first_ms[CONTACTS[1].interaction_id]
    found = simulated(RUN, written)
    assert (found.lost, found.failures) == (1, ("1 never shown on a socket",))


def test_a_contact_that_did_not_end_fails_it() -> None:
    written = books()
    written.told.ends.clear()
    assert simulated(RUN, written).failures == ("2 without an end",)


def test_a_chat_is_counted_under_the_interaction_that_it_became() -> None:
    written = books()
    first = CONTACTS[0].interaction_id
    written.posts.named(first, "i_web")
    written.posts.answered_ms["i_web"] = written.posts.answered_ms.pop(first)
    written.shown.first_ms["i_web"] = written.shown.first_ms.pop(first)
    written.talks.begun_ms["i_web"] = written.talks.begun_ms.pop(first)
    written.told.ends["i_web"] = written.told.ends.pop(first)
    assert simulated(RUN, written).failures == ()
