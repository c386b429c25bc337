from __future__ import annotations

from typing import Any

from deploy.simulation.record import AgentBook, EndBook, Held, PostBook, ShownBook, TalkBook
from schemas import live
from schemas.ids import interaction_of
from schemas.values import InteractionValue, LegValue
from schemas.vocabulary import EndReason, LegKind, LegState


def leg(leg_id: str, state: LegState, agent_id: str | None = "ana", **fields: Any) -> LegValue:
    kind = fields.pop("kind", LegKind.MAIN)
    return LegValue(
        leg_id=leg_id,
        interaction_id=interaction_of(leg_id),
        number=1,
        kind=kind,
        state=state,
        since_ms=0,
        agent_id=agent_id,
        **fields,
    )


def delta(after: int, seq: int, *legs: LegValue, removed: tuple[str, ...] = ()) -> live.Delta:
    gone = live.Removed(legs=removed)
    return live.Delta(epoch=1, after=after, seq=seq, at_ms=0, cursor="c", legs=legs, removed=gone)


def test_the_first_answer_to_a_post_counts() -> None:
    posts = PostBook()
    posts.planned("i_1", "phone")
    posts.answered("i_1", 10.0)
    posts.answered("i_1", 20.0)
    assert posts.answered_ms == {"i_1": 10.0}
    assert posts.channels == {"i_1": "phone"}


def test_the_first_frame_that_shows_a_contact_counts_and_others_show_nothing() -> None:
    shown = ShownBook()
    value = InteractionValue(interaction_id="i_1", channel="phone", adapter="a", instance="a-1", arrived_ms=0)
    frame = live.Delta(epoch=1, after=0, seq=1, at_ms=0, cursor="c", interactions=(value,))
    shown.take(live.Live(at_ms=1), 1.0)
    shown.take(frame, 2.0)
    shown.take(frame, 3.0)
    assert shown.first_ms == {"i_1": 2.0}


def test_a_leg_is_held_from_connecting_until_wrap_up() -> None:
    book = AgentBook("ana")
    book.take(delta(0, 5, leg("i_1.1", LegState.OFFERED, None)))
    assert book.all_held() == []
    book.take(delta(5, 7, leg("i_1.1", LegState.CONNECTING)))
    book.take(delta(7, 9, leg("i_1.1", LegState.CONNECTED)))
    assert book.all_held() == [Held("ana", "i_1.1", 7)]
    book.take(delta(12, 15, leg("i_1.1", LegState.WRAP_UP, reason=EndReason.AGENT_ENDED)))
    assert book.all_held() == [Held("ana", "i_1.1", 7, 12)]
    assert [one.finished for one in book.left] == [True]


def test_a_leg_that_goes_back_to_the_queue_is_left_but_not_finished() -> None:
    book = AgentBook("ana")
    book.take(delta(0, 5, leg("i_1.1", LegState.CONNECTING)))
    book.take(delta(5, 8, leg("i_1.1", LegState.QUEUED, None), removed=("i_1.1",)))
    assert book.all_held() == [Held("ana", "i_1.1", 5, 5)]
    assert not any(one.finished for one in book.left)


def test_a_requeue_ends_the_leg_and_is_not_the_end_of_the_contact() -> None:
    book = AgentBook("ana")
    book.take(delta(0, 5, leg("i_1.1", LegState.CONNECTED)))
    book.take(delta(5, 8, leg("i_1.1", LegState.COMPLETED, reason=EndReason.REQUEUED), removed=("i_1.1",)))
    assert [one.finished for one in book.left] == [False]


def test_what_a_new_snapshot_does_not_show_is_held_no_longer() -> None:
    book = AgentBook("ana")
    book.take(delta(0, 5, leg("i_1.1", LegState.CONNECTED)))
    book.take(live.Snapshot(epoch=1, seq=20, at_ms=0, cursor="c"))
    assert book.all_held() == [Held("ana", "i_1.1", 5, 5)]


def test_legs_of_others_and_consults_are_not_the_agents_own() -> None:
    book = AgentBook("ana")
    book.take(
        delta(0, 5, leg("i_1.1", LegState.CONNECTED, "bo"), leg("i_2.2", LegState.CONNECTED, kind=LegKind.CONSULT))
    )
    assert book.all_held() == []


def test_a_talk_is_from_the_first_frame_that_shows_it_to_the_first_in_which_it_is_over() -> None:
    talks = TalkBook()
    talks.take(delta(0, 1, leg("i_1.1", LegState.OFFERED)), 5.0)
    talks.take(delta(1, 2, leg("i_1.1", LegState.CONNECTED)), 10.0)
    talks.take(delta(2, 3, leg("i_1.1", LegState.ON_HOLD)), 20.0)
    talks.take(delta(3, 4, leg("i_1.1", LegState.WRAP_UP)), 30.0)
    talks.take(delta(4, 5, leg("i_1.1", LegState.COMPLETED), leg("i_2.1", LegState.ABANDONED)), 40.0)
    talks.take(live.Live(at_ms=1), 50.0)
    assert (talks.begun_ms, talks.over_ms) == ({"i_1": 10.0}, {"i_1": 30.0})
    assert talks.connected == {"i_1"}


def test_an_end_told_again_is_one_end_and_what_is_handed_on_is_none() -> None:
    told = EndBook()
    told.ended(leg("i_1.1", LegState.COMPLETED, reason=EndReason.TRANSFERRED), "d1")
    told.ended(leg("i_1.2", LegState.COMPLETED, kind=LegKind.CONSULT), "d2")
    told.ended(leg("i_1.3", LegState.COMPLETED, reason=EndReason.AGENT_ENDED), "d3")
    told.ended(leg("i_1.3", LegState.COMPLETED, reason=EndReason.AGENT_ENDED), "d3")
    assert told.ends == {"i_1": {"d3": "completed/agent_ended"}}


def test_who_is_late_is_late_by_what_passed_since_it_was_due() -> None:
    posts = PostBook()
    posts.due("i_1", 100.0, 103.0)
    posts.due("i_2", 100.0, 99.0)
    assert (posts.due_ms, posts.late_ms) == ({"i_1": 100.0, "i_2": 100.0}, [3.0, 0.0])


def test_a_contact_that_turns_out_to_be_another_interaction_takes_its_records_along() -> None:
    posts = PostBook()
    posts.planned("planned", "web_chat")
    posts.due("planned", 100.0, 100.0)
    posts.named("planned", "i_1")
    assert (posts.channels, posts.due_ms) == ({"i_1": "web_chat"}, {"i_1": 100.0})
    assert (posts.id_of("planned"), posts.id_of("i_9")) == ("i_1", "i_9")
