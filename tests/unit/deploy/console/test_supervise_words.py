from __future__ import annotations

import string
import typing

import pytest

from deploy.console.supervise_words import TEXTS, SuperviseWords
from deploy.console.words import Language
from schemas import supervision
from schemas.vocabulary import JoinMode


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_both_languages_say_the_same_things_with_the_same_values() -> None:
    chinese, english = TEXTS[Language.CHINESE], TEXTS[Language.ENGLISH]
    assert chinese.keys() == english.keys()
    assert [key for key in chinese if fields(chinese[key]) != fields(english[key])] == []


def test_every_act_of_the_protocol_has_words() -> None:
    names = {act.__struct_config__.tag for act in typing.get_args(supervision.AnyAct)}
    assert names | set(JoinMode) <= TEXTS[Language.ENGLISH].keys()


def test_forcing_offline_is_logging_out() -> None:
    words = SuperviseWords(Language.ENGLISH)
    assert words.act("force_status", agent_id="ana", status="offline") == "log ana out"
    assert words.act("force_status", agent_id="ana", status="lunch") == "set the status of ana to lunch"


@pytest.mark.parametrize(
    ("language", "said"), [(Language.CHINESE, "以耳语方式加入 i1"), (Language.ENGLISH, "join i1 to whisper")]
)
def test_the_way_of_joining_is_said_in_words(language: Language, said: str) -> None:
    assert SuperviseWords(language).act("join", interaction_id="i1", mode="whisper") == said


def test_routings_reasons_are_in_the_language() -> None:
    assert SuperviseWords(Language.ENGLISH).reason("wrong_state") == "wrong state"
