"""Durations and shares as people write them: `90s`, `5m`, `1h30m`, `250ms`, `80%`."""

from __future__ import annotations

import re
from typing import Final

UNITS_MS: Final[dict[str, int]] = {"d": 86_400_000, "h": 3_600_000, "m": 60_000, "s": 1_000, "ms": 1}
LIMIT_MS: Final = 400 * UNITS_MS["d"]
_PART: Final = re.compile(r"([0-9]+)(ms|d|h|m|s)")
_WHOLE: Final = re.compile(r"(?:[0-9]+(?:ms|d|h|m|s))+")
_PERCENT: Final = re.compile(r"([0-9]{1,3}) ?%")


def duration_ms(text: str) -> int:
    """Milliseconds of a duration: whole numbers, each with its unit, the larger unit first, each unit once.

    Raises:
        ValueError: says how a duration is written.
    """
    if not _WHOLE.fullmatch(text):
        raise ValueError("write a duration with its unit, such as 90s, 5m or 1h30m")
    parts = _PART.findall(text)
    sizes = [UNITS_MS[unit] for _, unit in parts]
    if sizes != sorted(set(sizes), reverse=True):
        raise ValueError("write the larger unit first and each unit once, such as 1h30m")
    total_ms = sum(int(number) * UNITS_MS[unit] for number, unit in parts)
    if total_ms > LIMIT_MS:
        raise ValueError("a duration is at most 400d")
    return total_ms


def percent(text: str) -> int:
    """The whole number of a share, 0 to 100.

    Raises:
        ValueError: says how a share is written.
    """
    found = _PERCENT.fullmatch(text)
    if found is None or int(found[1]) > 100:
        raise ValueError("write a share such as 80%")
    return int(found[1])


def written(total_ms: int) -> str:
    """The shortest spelling of a duration: `duration_ms` of it gives the same number."""
    if total_ms == 0:
        return "0s"
    parts = []
    for unit, size in UNITS_MS.items():
        count, total_ms = divmod(total_ms, size)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts)
