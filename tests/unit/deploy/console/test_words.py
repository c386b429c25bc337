from __future__ import annotations

import enum
import string

import pytest

from deploy.console.words import TEXTS, WORDS, Language, Words, duration
from schemas.live import ErrorCode, NotLiveReason
from schemas.vocabulary import LegState, OfferState, PassedOver, Refusal, RoutingStatus


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_both_languages_say_the_same_things_with_the_same_values() -> None:
    chinese, english = TEXTS[Language.CHINESE], TEXTS[Language.ENGLISH]
    assert chinese.keys() == english.keys()
    assert [key for key in chinese if fields(chinese[key]) != fields(english[key])] == []


def test_words_of_the_contracts_are_translated_and_own_names_are_kept() -> None:
    assert Words(Language.CHINESE).word("wrap_up") == "整理"
    assert Words(Language.CHINESE).word("lunch") == "lunch"
    assert Words(Language.ENGLISH).word("wrap_up") == "wrap up"


@pytest.mark.parametrize("names", [ErrorCode, NotLiveReason, OfferState, PassedOver, Refusal, RoutingStatus, LegState])
def test_what_an_agent_may_be_told_is_said_in_chinese(names: type[enum.StrEnum]) -> None:
    assert [name for name in names if name not in WORDS[Language.CHINESE]] == []


@pytest.mark.parametrize(
    ("milliseconds", "text"), [(0, "0:00"), (-5, "0:00"), (61_999, "1:01"), (3_600_000, "1:00:00")]
)
def test_durations_are_minutes_and_seconds(milliseconds: int, text: str) -> None:
    assert duration(milliseconds) == text
