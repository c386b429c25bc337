"""Every part of a score has its words in both languages."""

from __future__ import annotations

import pytest

from deploy.console.decided import decided_by
from deploy.console.words import Language
from schemas.vocabulary import Strategy

PARTS = ("preferred", "rank", "has_work", "idle_since_ms", "last_accepted_ms", "agent_id", *map(str, Strategy))


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("part", PARTS)
def test_every_part_is_said_in_words_of_the_language(part: str, language: Language) -> None:
    said = decided_by(part, language)
    assert said != part
    assert said.isascii() == (language is Language.ENGLISH)


def test_when_all_is_equal_the_order_of_names_decides() -> None:
    assert decided_by(None, Language.ENGLISH) == "the order of names, all else being equal"


def test_a_part_that_is_not_known_here_is_shown_as_it_is() -> None:
    assert decided_by("moon", Language.CHINESE) == "moon"
