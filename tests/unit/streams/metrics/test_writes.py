from __future__ import annotations

import msgspec

from streams.metrics.fold import fold
from streams.metrics.kept import Kept, Kind
from streams.metrics.measure import measure
from streams.metrics.state import State
from streams.metrics.writes import key_of, read_back, take_writes
from tests.support.decided import Floor


def a_state() -> State:
    floor = Floor()
    floor.opened("ana", "bo")
    floor.arrives("c1")
    floor.arrives("c2")
    floor.offered("c1", "ana")
    floor.accepted("c1")
    state = State("shop")
    for decision in floor.said:
        fold(state, decision)
    return state


def kind_of(key: str) -> str:
    return str(msgspec.json.decode(key)[1])


def test_counts_are_written_first_then_how_far_they_go_then_the_rest_and_the_mark_last() -> None:
    order = list(dict.fromkeys(kind_of(key) for key, _ in take_writes(a_state())))
    assert order == [kind.value for kind in Kind]


def test_nothing_is_written_twice_and_nothing_when_nothing_changed() -> None:
    state = a_state()
    keys = [key for key, _ in take_writes(state)]
    assert len(set(keys)) == len(keys)
    assert take_writes(state) == []


def test_what_ended_is_removed() -> None:
    state = a_state()
    take_writes(state)
    del state.contacts["c2"]
    state.changes.contacts["c2"] = None
    assert take_writes(state) == [(key_of("shop", Kind.CONTACT, "c2"), None)]


def test_what_is_read_back_measures_the_same() -> None:
    state = a_state()
    records = [
        (key, msgspec.json.decode(msgspec.json.encode(kept), type=Kept)) for key, kept in take_writes(state) if kept
    ]
    again = read_back(records)["shop"]
    assert (again.head, again.counted, again.contacts, again.agents) == (
        state.head,
        state.counted,
        state.contacts,
        state.agents,
    )
    assert measure(again, state.head.at_ms + 5) == measure(state, state.head.at_ms + 5)


def test_a_name_of_any_characters_comes_back_from_its_key() -> None:
    assert msgspec.json.decode(key_of("a/b", Kind.CELL, "channel", 'odd "name"\n', 900_000)) == [
        "a/b", "cell", "channel", 'odd "name"\n', 900_000,
    ]  # fmt: skip
