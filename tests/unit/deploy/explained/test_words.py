"""Durations as people say them, and the same texts in both languages."""

from __future__ import annotations

import string

import pytest

from deploy.console.words import Language
from deploy.explained.words import TEXTS, Words, spoken
from schemas.trace import Because
from schemas.vocabulary import PassedOver


@pytest.mark.parametrize(
    ("ms", "text"),
    [
        (0, "0 s"),
        (-5, "0 s"),
        (850, "0.85 s"),
        (3, "0.01 s"),
        (1_500, "1.5 s"),
        (1_259, "1.3 s"),
        (9_960, "10 s"),
        (12_500, "12 s"),
        (60_000, "1 min"),
        (125_000, "2 min 5 s"),
        (3_600_000, "1 h"),
        (11_405_000, "3 h 10 min"),
        (90_000_000, "1 d 1 h"),
    ],
)
def test_a_duration_has_at_most_two_units(ms: int, text: str) -> None:
    assert spoken(ms, chinese=False) == text


def test_durations_are_said_in_chinese() -> None:
    assert Words(Language.CHINESE).length(125_000) == "2 分 5 秒"
    assert spoken(1_500, chinese=True) == "1.5 秒"


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_both_languages_say_the_same_things_with_the_same_values() -> None:
    chinese, english = TEXTS[Language.CHINESE], TEXTS[Language.ENGLISH]
    assert set(chinese) == set(english)
    assert [key for key in chinese if fields(chinese[key]) != fields(english[key])] == []


@pytest.mark.parametrize("language", list(Language))
def test_every_reason_has_a_text(language: Language) -> None:
    words = Words(language)
    for because in Because:
        for key in ("head_start_because" if because is Because.HEAD_START else because.value, f"many_{because.value}"):
            assert words.say(key, length="1 s")
    assert [one for one in PassedOver if words.word(one) == one.value] == []
