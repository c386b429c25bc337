"""Who else is with a contact, in words."""

from __future__ import annotations

import pytest

from deploy.console.company import company, part
from deploy.console.words import Language, Words
from schemas.vocabulary import JoinMode, LegKind
from tests.support.decided import Floor
from tests.support.desks import a_consult, a_floor, mirror_of

ENGLISH = Words(Language.ENGLISH)
CHINESE = Words(Language.CHINESE)


def beside(floor: Floor, agent: str, leg_id: str, words: Words = ENGLISH) -> list[str]:
    mirror = mirror_of(floor, agent)
    return company(mirror.legs[leg_id], mirror, words)


def test_an_owner_alone_with_the_customer_reads_nothing() -> None:
    assert beside(a_floor("i1"), "ana", "i1.1") == []


def test_an_owner_reads_whom_the_consult_rings_at_and_who_answered() -> None:
    assert beside(a_consult(accepted=False), "ana", "i1.1") == ["with you: orders (consulted, offered)"]
    assert beside(a_consult(), "ana", "i1.1") == ["with you: bo (consulted, connected)"]


def test_a_consulted_agent_reads_whose_contact_it_is() -> None:
    assert beside(a_consult(), "bo", "i1.2", CHINESE) == ["一同在场：ana（负责人，已接通）"]


def test_who_wraps_up_is_not_there_any_more() -> None:
    floor = a_consult()
    floor.wraps_up("i1", 2)
    assert beside(floor, "ana", "i1.1") == []


@pytest.mark.parametrize(
    ("mode", "said"), [(JoinMode.BARGE, "in the conference"), (JoinMode.MONITOR, "monitors"), (None, "consulted")]
)
def test_each_part_has_its_words(mode: JoinMode | None, said: str) -> None:
    floor = a_consult()
    if mode is not None:
        floor.joined("i1", 2, mode)
    leg = mirror_of(floor, "bo").legs["i1.2"]
    assert leg.kind is LegKind.CONSULT
    assert part(leg, ENGLISH) == said
