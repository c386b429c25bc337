from __future__ import annotations

import string

import pytest

from deploy.console.words import Language
from deploy.simulation.contacts import CHANNELS
from deploy.simulation.words import CHINESE, ENGLISH, Words
from schemas.vocabulary import PassedOver, RoutingStatus


def test_both_languages_say_the_same_things_with_the_same_values() -> None:
    assert CHINESE.keys() == ENGLISH.keys()
    for name in CHINESE:
        assert _values(CHINESE[name]) == _values(ENGLISH[name])


@pytest.mark.parametrize("language", Language)
def test_every_closed_word_and_every_channel_has_a_name(language: Language) -> None:
    words = Words(language)
    assert all(words.status(status) for status in RoutingStatus)
    assert all(words.passed(reason) for reason in PassedOver)
    assert all(words.channel(channel) for channel in CHANNELS)
    assert words.channel("social") == "social"
    assert "bookcity" in words.say("title", workspace="bookcity")


def _values(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}
