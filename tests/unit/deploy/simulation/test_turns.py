from __future__ import annotations

from collections import Counter

import pytest
import yaml

from deploy.simulation.bookcity import DOCUMENT
from deploy.simulation.turns import HELPS, STAYS, Turn, course
from schemas.values import InteractionValue, LegValue
from schemas.vocabulary import ConsultEnd, LegKind, LegState
from tests.unit.deploy.simulation.test_record import leg


def a_contact(channel: str = "phone", **fields: int) -> InteractionValue:
    return InteractionValue(
        interaction_id="i_1", channel=channel, adapter="a", instance="a-1", arrived_ms=0, requirements=fields
    )


def a_leg(number: int, kind: LegKind = LegKind.MAIN) -> LegValue:
    return leg(f"i_{number}.1", LegState.CONNECTED, queue="orders", kind=kind)


def test_a_few_contacts_are_handed_on_and_a_few_are_consulted_on_in_every_way() -> None:
    found = [course(a_leg(number), a_contact()) for number in range(2_000)]
    turns = Counter(one.turn for one in found)
    assert 60 < turns[Turn.TRANSFERS] < 140
    assert 60 < turns[Turn.CONSULTS] < 140
    assert 30 < turns[Turn.PROMISES] < 90
    assert {one.how for one in found if one.turn is Turn.CONSULTS} == set(ConsultEnd)
    assert found[:50] == [course(a_leg(number), a_contact()) for number in range(50)]


def test_only_callers_are_promised_a_call() -> None:
    found = [course(a_leg(number), a_contact("web_chat")) for number in range(2_000)]
    assert {one.turn for one in found} == {Turn.STAYS, Turn.TRANSFERS, Turn.CONSULTS}


@pytest.mark.parametrize("kind", [LegKind.CONSULT, LegKind.JOIN])
def test_who_stands_by_hands_nothing_on(kind: LegKind) -> None:
    assert all(course(a_leg(number, kind), a_contact()) == STAYS for number in range(200))


def test_what_asks_for_a_skill_and_what_is_unknown_stays() -> None:
    assert all(course(a_leg(number), a_contact(english=3)) == STAYS for number in range(200))
    assert all(course(a_leg(number), None) == STAYS for number in range(200))


def test_the_book_city_has_two_more_people_than_ana_in_each_queue_that_helps() -> None:
    document = yaml.safe_load(DOCUMENT.read_text(encoding="utf-8"))
    assert set(HELPS) == set(document["queues"])
    for queue in HELPS.values():
        (skill, level), *_ = document["queues"][queue]["steps"][0]["require"].items()
        able = [
            name
            for name, agent in document["agents"].items()
            if name != "ana" and queue in agent["queues"] and agent["skills"].get(skill, 0) >= level
        ]
        assert len(able) > 2, queue
