from __future__ import annotations

from schemas.vocabulary import LegKind, LegState
from streams.routing.model import Interaction, Leg
from streams.routing.names import Names, named_in


def an_interaction(name: str, arrived_ms: int = 0, **named: str) -> Interaction:
    leg = Leg(1, LegKind.MAIN, LegState.QUEUED, since_ms=0, arrived_ms=arrived_ms, place=0)
    leg.preferred = named.pop("promised", None)
    return Interaction(name, 0, arrived_ms, leg, **named)  # type: ignore[arg-type]


def test_an_interaction_names_its_owner_the_preferred_agent_and_who_promised_a_callback() -> None:
    one = an_interaction("i1", preferred_agent="ana", owner="bo", promised="chen")
    assert list(named_in(one)) == ["ana", "bo", "chen"]
    assert list(named_in(an_interaction("i2"))) == []


def test_they_are_found_by_agent_in_the_order_of_arrival() -> None:
    interactions = {
        one.interaction_id: one
        for one in (an_interaction("i2", 5, owner="ana"), an_interaction("i1", 7, preferred_agent="ana"))
    }
    names = Names(interactions)
    for one in interactions.values():
        assert not names.knows(one)
        names.note(one)
        names.note(one)
        assert names.knows(one)
    assert [one.interaction_id for one in names.of("ana")] == ["i2", "i1"]
    assert names.of("bo") == []


def test_what_is_over_or_names_another_is_not_found() -> None:
    interactions = {name: an_interaction(name, owner="ana") for name in ("i1", "i2", "i3")}
    names = Names(interactions)
    for one in interactions.values():
        names.note(one)
    del interactions["i1"]
    interactions["i2"].owner = "bo"
    assert [one.interaction_id for one in names.of("ana")] == ["i3"]
    assert not names.knows(interactions["i2"])


def test_a_long_list_is_swept_and_loses_nobody_who_waits() -> None:
    interactions: dict[str, Interaction] = {}
    names = Names(interactions)
    for number in range(1_000):
        interactions.clear()
        interactions["staying"] = staying = an_interaction("staying", owner="ana")
        interactions[f"i{number}"] = one = an_interaction(f"i{number}", 1, owner="ana")
        names.note(staying)
        names.note(one)
    assert [one.interaction_id for one in names.of("ana")] == ["staying", "i999"]
