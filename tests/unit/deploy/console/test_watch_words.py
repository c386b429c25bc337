from __future__ import annotations

import string

import pytest

from deploy.console.watch_layout import AGENTS, FIGURES
from deploy.console.watch_words import TEXTS, TITLES, WatchWords
from deploy.console.words import Language


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_both_languages_say_the_same_things_of_the_same_values() -> None:
    chinese, english = (TEXTS[language] for language in (Language.CHINESE, Language.ENGLISH))
    assert chinese.keys() == english.keys()
    assert [key for key in chinese if places(chinese[key]) != places(english[key])] == []


@pytest.mark.parametrize("language", Language)
def test_every_column_has_a_title_and_every_title_its_column(language: Language) -> None:
    assert TITLES[language].keys() == {column.key for column in (*FIGURES, *AGENTS)}


def test_words_of_the_contracts_are_said_as_in_the_agents_console() -> None:
    assert WatchWords(Language.CHINESE).word("not_responding") == "无应答"
    assert WatchWords(Language.ENGLISH).word("not_responding") == "not responding"
    assert WatchWords(Language.ENGLISH).say("live", seconds=3) == "live, updated 3 s ago"
    assert WatchWords(Language.ENGLISH).title("longest", long=True) == "longest wait"
