from __future__ import annotations

from deploy.simulation.ledger import doubled, percentile, sums
from deploy.simulation.outcomes import Fate, Place
from deploy.simulation.record import AgentBook, PostBook, ShownBook
from schemas.vocabulary import EndReason, LegState
from tests.unit.deploy.simulation.test_record import delta, leg


def book(agent_id: str) -> AgentBook:
    return AgentBook(agent_id)


def fate(name: str, state: LegState, connected: bool = False) -> Fate:
    return Fate(leg(f"{name}.1", state, reason=EndReason.AGENT_ENDED), connected)


def posted(*answered: str, cut: tuple[str, ...] = ()) -> PostBook:
    posts = PostBook()
    for name in (*answered, *cut):
        posts.planned(name, "phone")
    for name in answered:
        posts.answered(name, 100.0)
    return posts


def shown(**first_ms: float) -> ShownBook:
    found = ShownBook()
    found.first_ms.update(first_ms)
    return found


def test_every_promised_contact_is_in_one_place_and_those_cut_are_counted_apart() -> None:
    fates = {
        "i_1": fate("i_1", LegState.QUEUED),
        "i_2": fate("i_2", LegState.COMPLETED, connected=True),
        "i_3": fate("i_3", LegState.WRAP_UP, connected=True),
        "i_4": fate("i_4", LegState.COMPLETED),
    }
    posts = posted("i_1", "i_2", "i_3", cut=("i_4", "i_5"))
    found = sums(posts, fates, shown(i_1=150.0, i_2=90.0, i_3=100.0, i_4=1.0), [], ("phone", "email"))
    assert found.accepted == 3 == sum(found.places.values())
    assert found.places[Place.WAITING] == found.places[Place.ENDED] == found.places[Place.ACTIVE] == 1
    assert (found.lost, found.unanswered, found.connected) == (0, 1, 2)
    assert found.waits_ms == (0.0, 0.0, 50.0)
    assert found.by_channel["phone"].ended == 1
    assert found.by_channel["email"].accepted == 0


def test_what_is_not_in_the_log_and_what_no_socket_showed_is_lost_each_once() -> None:
    fates = {"i_1": fate("i_1", LegState.QUEUED), "i_2": fate("i_2", LegState.QUEUED)}
    found = sums(posted("i_1", "i_2", "i_3"), fates, shown(i_1=1.0), [], ("phone",))
    assert (found.missing, found.never_shown, found.lost) == (1, 1, 2)


def test_two_agents_with_the_same_contact_at_once_are_found() -> None:
    ana, bo = book("ana"), book("bo")
    ana.take(delta(0, 5, leg("i_1.1", LegState.CONNECTED)))
    bo.take(delta(5, 8, leg("i_1.2", LegState.CONNECTED, "bo")))
    ana.take(delta(8, 12, leg("i_1.1", LegState.WRAP_UP, reason=EndReason.AGENT_ENDED)))
    assert doubled([ana, bo]) == {"i_1"}


def test_one_after_the_other_is_no_doubling() -> None:
    ana, bo = book("ana"), book("bo")
    ana.take(delta(0, 5, leg("i_1.1", LegState.CONNECTED)))
    ana.take(delta(5, 9, leg("i_1.1", LegState.COMPLETED, reason=EndReason.TRANSFERRED), removed=("i_1.1",)))
    bo.take(delta(5, 9, leg("i_1.2", LegState.CONNECTED, "bo")))
    assert doubled([ana, bo]) == set()


def test_a_consulted_agent_who_takes_over_is_no_doubling() -> None:
    ana, bo = book("ana"), book("bo")
    ana.take(delta(0, 5, leg("i_1.1", LegState.CONNECTED)))
    bo.take(delta(5, 9, leg("i_1.3", LegState.CONNECTED, "bo", continues=2)))
    ana.take(delta(11, 12, leg("i_1.1", LegState.WRAP_UP, reason=EndReason.CONSULT_COMPLETED)))
    assert doubled([ana, bo]) == set()


def test_two_owners_are_found_also_where_one_took_over_from_beside() -> None:
    ana, bo = book("ana"), book("bo")
    ana.take(delta(0, 5, leg("i_1.1", LegState.CONNECTED)))
    bo.take(delta(5, 9, leg("i_1.3", LegState.CONNECTED, "bo", continues=2)))
    assert doubled([ana, bo]) == {"i_1"}
    ana.take(delta(40, 41, leg("i_1.1", LegState.WRAP_UP, reason=EndReason.CONSULT_COMPLETED)))
    assert doubled([ana, bo]) == {"i_1"}


def test_a_second_acceptance_after_a_return_to_the_queue_is_none() -> None:
    ana, bo = book("ana"), book("bo")
    ana.accepts("i_1.1/1", 5)
    ana.take(delta(0, 6, leg("i_1.1", LegState.CONNECTING)))
    ana.take(delta(6, 20, leg("i_1.1", LegState.QUEUED, None), removed=("i_1.1",)))
    bo.accepts("i_1.1/2", 22)
    assert doubled([ana, bo]) == set()


def test_a_second_acceptance_with_no_return_between_or_after_the_end_is_one() -> None:
    ana, bo = book("ana"), book("bo")
    ana.accepts("i_1.1/1", 5)
    bo.accepts("i_1.1/2", 6)
    ana.accepts("i_2.1/1", 10)
    ana.take(delta(10, 20, leg("i_2.1", LegState.COMPLETED, reason=EndReason.AGENT_ENDED), removed=("i_2.1",)))
    bo.accepts("i_2.1/2", 25)
    assert doubled([ana, bo]) == {"i_1", "i_2"}


def test_percentiles_are_values_that_were_measured() -> None:
    assert percentile([], 50) is None
    assert percentile([7.04], 99) == 7.0
    assert percentile(list(range(1, 101)), 50) == 50
    assert percentile(list(range(1, 101)), 99) == 99
