"""The kinds of value that a scenario's sentences hold, and how each is read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Any, Final

from schemas.vocabulary import (
    ENDED,
    ConsultEnd,
    EndReason,
    Fault,
    JoinMode,
    LegState,
    PassedOver,
    Refusal,
    RoutingStatus,
)

UNITS_MS: Final = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
_DURATION: Final = re.compile(r"(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+")
_PART: Final = re.compile(r"(\d+)(?:\.(\d+))?(ms|s|m|h|d)")
LIMIT_MS: Final = 400 * UNITS_MS["d"]
ANY: Final = "any"
MANUAL: Final = "manual"
MAX_LEVEL: Final = 5
_FAR: Final = 3
"""So many letters apart, words do not look alike."""


class Unreadable(ValueError):
    """The scenario is not written as scenarios are; the message names the place."""


def suggestion(word: str, known: Iterable[str]) -> str:
    """`; did you mean "..."?` when something known looks like `word`, else nothing."""
    near = min(((_edits(word, one), abs(len(one) - len(word)), one) for one in known), default=(_FAR, 0, ""))
    return f'; did you mean "{near[2]}"?' if near[0] < _FAR and 2 * near[0] < len(word) else ""


def _edits(word: str, other: str) -> int:
    """How many letters are to be put in, left out or exchanged to make one word of the other (Levenshtein)."""
    row = list(range(len(other) + 1))
    for at, letter in enumerate(word, 1):
        before, row[0] = row[0], at
        for place, wanted in enumerate(other, 1):
            kept = before + (letter != wanted)
            before = row[place]
            row[place] = min(kept, row[place] + 1, row[place - 1] + 1)
    return row[-1]


def duration_ms(value: Any, path: str) -> int:
    """Milliseconds of `90s`, `5m`, `1m30s`, `1.5s`; a bare 0 needs no unit."""
    if value == 0 and isinstance(value, int) and not isinstance(value, bool):
        return 0
    if not isinstance(value, str) or not _DURATION.fullmatch(value):
        raise Unreadable(f"{path}: {value!r} is not a duration such as 90s")
    total_ms = 0
    for whole, fraction, unit in _PART.findall(value):
        thousandths, rest = divmod(int(fraction or 0) * UNITS_MS[unit], 10 ** len(fraction))
        if rest:
            raise Unreadable(f"{path}: {value!r} is finer than a millisecond")
        total_ms += int(whole) * UNITS_MS[unit] + thousandths
    if total_ms > LIMIT_MS:
        raise Unreadable(f"{path}: a duration is at most 400d")
    return total_ms


def name(value: Any, path: str) -> str:
    """A name: a text, or a number that stands for one."""
    if isinstance(value, bool) or not isinstance(value, str | int) or value == "":
        raise Unreadable(f"{path}: {value!r} is not a name")
    return str(value)


def whole(value: Any, path: str) -> int:
    """A whole number."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise Unreadable(f"{path}: {value!r} is not a whole number")
    return value


def flag(value: Any, path: str) -> bool:
    """true or false."""
    if not isinstance(value, bool):
        raise Unreadable(f"{path}: {value!r} is neither true nor false")
    return value


def priority(value: Any, path: str) -> int:
    """1, most urgent, to 10."""
    return _within(whole(value, path), 10, path)


def levels(value: Any, path: str) -> dict[str, int]:
    """Skills with the least level, 1 to 5."""
    if not isinstance(value, dict):
        raise Unreadable(f"{path}: {value!r} is not a mapping such as {{mandarin: 3}}")
    return {
        name(key, path): _within(whole(level, f"{path}.{key}"), MAX_LEVEL, f"{path}.{key}")
        for key, level in value.items()
    }


def contacts(value: Any, path: str) -> list[str]:
    """A list of contacts; nothing written is an empty one."""
    if not isinstance(value, list | None):
        raise Unreadable(f"{path}: {value!r} is not a list of contacts")
    return [name(one, f"{path}[{at}]") for at, one in enumerate(value or ())]


def nobody_or_name(value: Any, path: str) -> str | None:
    """A name, or null."""
    return None if value is None else name(value, path)


def patch(value: Any, path: str) -> dict[str, Any]:
    """A merge patch of a workspace document."""
    if not isinstance(value, dict):
        raise Unreadable(f"{path}: {value!r} is not a mapping")
    return value


def word(*known: str) -> Callable[[Any, str], str]:
    """One of these words."""

    def read(value: Any, path: str) -> str:
        if not isinstance(value, str) or value not in known:
            near = suggestion(value, known) if isinstance(value, str) else ""
            raise Unreadable(f"{path}: {value!r} is none of {', '.join(known)}{near}")
        return str(value)

    return read


def _within(value: int, limit: int, path: str) -> int:
    if not 1 <= value <= limit:
        raise Unreadable(f"{path}: {value} is not 1 to {limit}")
    return value


def _of(words: Iterable[StrEnum]) -> Callable[[Any, str], str]:
    return word(*(one.value for one in words))


READERS: Final[dict[str, Callable[[Any, str], Any]]] = {
    "name": name,
    "agent": name,
    "contact": name,
    "queue": name,
    "status": name,
    "nobody_or_agent": nobody_or_name,
    "contacts": contacts,
    "whole": whole,
    "flag": flag,
    "priority": priority,
    "duration": duration_ms,
    "levels": levels,
    "patch": patch,
    "connect": word(MANUAL),
    "fault": _of(Fault),
    "how": _of(ConsultEnd),
    "mode": _of(JoinMode),
    "state": _of(LegState),
    "end": _of(sorted(ENDED)),
    "reason": _of(EndReason),
    "routing_status": _of(RoutingStatus),
    "passed_over": _of(PassedOver),
    "refusal": word(ANY, *(one.value for one in Refusal)),
}
"""By the kinds that the grammar names."""
