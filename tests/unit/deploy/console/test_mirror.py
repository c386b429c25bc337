from __future__ import annotations

import pytest

from deploy.console.mirror import Mirror, Missed
from schemas import live
from schemas.messages import Author, MessagePosted
from tests.support.decided import Floor


def a_snapshot(floor: Floor) -> live.Snapshot:
    return live.Snapshot(
        epoch=1,
        seq=floor.seq,
        at_ms=floor.now_ms,
        cursor=f"v1.1.{floor.seq}.x",
        agents=tuple(floor.agents.values()),
        legs=tuple(floor.legs.values()),
    )


def a_delta(after: int, seq: int, **fields: object) -> live.Delta:
    return live.Delta(epoch=1, after=after, seq=seq, at_ms=seq, cursor=f"v1.1.{seq}.x", **fields)  # type: ignore[arg-type]


@pytest.fixture
def mirror() -> Mirror:
    floor = Floor()
    floor.opened("ana")
    floor.arrives("i1")
    mirror = Mirror()
    mirror.take(a_snapshot(floor))
    return mirror


def test_a_delta_is_taken_when_it_reaches_over_what_is_here(mirror: Mirror) -> None:
    mirror.take(a_delta(mirror.seq - 2, mirror.seq + 3, removed=live.Removed(legs=("i1.1",))))
    assert mirror.legs == {}


def test_a_customer_writes_until_a_message_comes_or_the_sign_is_old(mirror: Mirror) -> None:
    sign = live.TypingShown(interaction_id="i1", author=Author.CUSTOMER, at_ms=1_000)
    mirror.take(sign)
    assert (mirror.is_typing("i1", 6_999), mirror.is_typing("i1", 7_000), mirror.is_typing("i2", 1_000)) == (
        True,
        False,
        False,
    )
    message = MessagePosted(
        workspace="shop", interaction_id="i1", message_id="m", author=Author.CUSTOMER, sent_at_ms=1, text="hello"
    )
    mirror.take(live.MessageShown(interaction_id="i1", at_ms=1_001, offset=0, message=message))
    assert not mirror.is_typing("i1", 1_001)
    mirror.take(live.TypingShown(interaction_id="i1", author=Author.AGENT, at_ms=1_002, agent_id="ana"))
    assert not mirror.is_typing("i1", 1_002)


def test_what_is_known_already_is_left(mirror: Mirror) -> None:
    before = mirror.seq
    mirror.take(a_delta(1, before, removed=live.Removed(legs=("i1.1",))))
    assert "i1.1" in mirror.legs
    assert mirror.seq == before


def test_a_delta_that_does_not_follow_is_missed(mirror: Mirror) -> None:
    with pytest.raises(Missed):
        mirror.take(a_delta(mirror.seq + 1, mirror.seq + 2))
    with pytest.raises(Missed):
        mirror.take(live.Delta(epoch=2, after=0, seq=1, at_ms=1, cursor="c"))
    with pytest.raises(Missed):
        Mirror().take(a_delta(0, 1))


def test_a_snapshot_replaces_everything(mirror: Mirror) -> None:
    mirror.take(live.Snapshot(epoch=2, seq=1, at_ms=1, cursor="c"))
    assert (mirror.agents, mirror.legs, mirror.epoch) == ({}, {}, 2)


def a_message(name: str, offset: int) -> live.Message:
    posted = MessagePosted(
        workspace="shop", interaction_id="i1", message_id=name, author=Author.CUSTOMER, sent_at_ms=1, text=name
    )
    return live.Message(offset=offset, message=posted)


def test_messages_are_in_the_order_of_their_numbers_and_a_repetition_is_one(mirror: Mirror) -> None:
    for one in (a_message("third", 9), a_message("first", 2), a_message("first", 12)):
        mirror.take(live.MessageShown(interaction_id="i1", at_ms=1, offset=one.offset, message=one.message))
    messages = (a_message("second", 5),)
    mirror.take(live.Transcript(interaction_id="i1", at_ms=1, complete_to=6, messages=messages))
    assert [one.text for one in mirror.transcript("i1")] == ["first", "second", "third"]
    assert mirror.last_offset("i1") == 5
    assert mirror.last_offset("i2") == -1


def test_what_belongs_to_an_interaction_goes_with_it(mirror: Mirror) -> None:
    mirror.take(live.Transcript(interaction_id="i1", at_ms=1, complete_to=6, messages=(a_message("first", 2),)))
    mirror.take(live.Details(interaction_id="i1", at_ms=1, state=live.DetailsState.KNOWN))
    mirror.take(a_delta(mirror.seq, mirror.seq + 1, removed=live.Removed(interactions=("i1",))))
    assert (mirror.details, mirror.messages, mirror.last_offset("i1")) == ({}, {}, -1)


def test_it_knows_when_it_is_not_live(mirror: Mirror) -> None:
    mirror.take(live.NotLive(at_ms=9, since_ms=5, reason=live.NotLiveReason.BROKER))
    assert mirror.not_live is not None
    mirror.take(live.Live(at_ms=10))
    assert mirror.not_live is None
