"""By what one agent went before another, in words: the parts of a score, and what is left when all are equal."""

from __future__ import annotations

from typing import Final

from deploy.console.words import Language

_CHINESE: Final = {
    "preferred": "是指定坐席",
    "rank": "级别次序更靠前",
    "longest_idle": "空闲更久",
    "most_skilled": "所要技能更高",
    "least_loaded": "负荷更轻",
    "round_robin": "更久没有轮到",
    "fewest_handled": "处理得更少",
    "has_work": "手上没有别的工作",
    "idle_since_ms": "空闲更久",
    "last_accepted_ms": "距上次接受更久",
    "agent_id": "其余全同，按名字次序",
}
_ENGLISH: Final = {
    "preferred": "being preferred",
    "rank": "a better rank in this queue",
    "longest_idle": "the longer idle time",
    "most_skilled": "more skill in what is asked for",
    "least_loaded": "the lighter load",
    "round_robin": "not having been asked for longer",
    "fewest_handled": "having handled fewer",
    "has_work": "having no other work in hand",
    "idle_since_ms": "the longer idle time",
    "last_accepted_ms": "the longer time since the last accepted contact",
    "agent_id": "the order of names, all else being equal",
}
_BY: Final = {Language.CHINESE: _CHINESE, Language.ENGLISH: _ENGLISH}


def decided_by(part: str | None, language: Language) -> str:
    """What follows "ahead of somebody by": for the name of a score's part, or `agent_id`; another name as it is."""
    return _BY[language].get(part or "agent_id", part or "")
