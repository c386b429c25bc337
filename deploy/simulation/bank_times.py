"""When the caller of a line of the bank's log asked, waited and was served, in seconds since its day's midnight. Pure.

A clock time of 0:00:00, or none, is one that did not happen or is not known. A call that goes on over midnight has times
above a day.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

DAY_S: Final = 86_400
CLOCKS: Final = ("vru_entry", "vru_exit", "q_start", "q_exit", "ser_start", "ser_exit")
LATE_S: Final = 23 * 3_600
"""From here on 0:00:00 may be the midnight that follows; before, it is a time that is not known."""
FAR_S: Final = 3_600
"""Service that begins so far from the end of the wait has a time that cannot be."""


class Times(msgspec.Struct, frozen=True, kw_only=True):
    """`waited_s` is 0 for who was not queued; `begun_s` None = no service, or one of which too little is known.
    `time_lost`, `length_lost`: whether one was taken from those beside it.
    """

    entered_s: int
    asked_s: int
    queued: bool
    waited_s: int
    begun_s: int | None
    service_s: int
    time_lost: bool
    length_lost: bool


def times_of(line: Mapping[str, str], *, answered: bool) -> Times:
    """The times of a line by column. Raises ValueError where one is no time."""
    entry_s, left_s, q_start_s, q_exit_s, begins_s, ends_s = (_clock(line[name]) for name in CLOCKS)
    follows_s = q_start_s or (begins_s if answered else 0) or entry_s
    entered_s = entry_s or left_s or follows_s
    exit_lost = not left_s and entered_s > 0 and (entered_s < LATE_S or not line["vru_exit"])
    asked_s = _after(entered_s, follows_s if exit_lost else left_s)
    waited_s, wait_lost = _length(line["q_time"], q_start_s, q_exit_s)
    service_s, service_lost = _length(line["ser_time"], begins_s, ends_s)
    served = answered and (begins_s > 0 or service_s > 0) and not (service_lost and not service_s)
    begun_s = _after(asked_s, begins_s)
    start_lost = served and abs(begun_s - asked_s - waited_s) > FAR_S
    return Times(
        entered_s=entered_s,
        asked_s=asked_s,
        queued=q_start_s > 0 or waited_s > 0,
        waited_s=waited_s,
        begun_s=(asked_s + waited_s if start_lost else begun_s) if served else None,
        service_s=service_s if served else 0,
        time_lost=exit_lost or start_lost,
        length_lost=wait_lost or (answered and service_lost),
    )


def _clock(text: str) -> int:
    """Seconds since midnight of `h:mm:ss`, 0 where there is none. Raises ValueError."""
    if not text:
        return 0
    hours, minutes, seconds = (int(part) for part in text.split(":"))
    if not (0 <= hours <= 24 and 0 <= minutes < 60 and 0 <= seconds < 60):
        raise ValueError(text)
    return hours * 3_600 + minutes * 60 + seconds


def _length(text: str, from_s: int, to_s: int) -> tuple[int, bool]:
    """A length in seconds, and whether it had to be taken from the two times (0 where these do not tell it). Raises
    ValueError.
    """
    length_s = int(text) if text else 0
    if length_s > DAY_S:
        raise ValueError(text)
    if length_s < 0 or (not text and from_s and to_s):
        passed_s = (to_s - from_s) % DAY_S if from_s and to_s else 0
        return (passed_s if passed_s < DAY_S // 2 else 0), True
    return length_s, False


def _after(before_s: int, clock_s: int) -> int:
    """A clock time that follows `before_s`, more or less: half a day earlier can only be the next day."""
    return clock_s + DAY_S if clock_s < before_s - DAY_S // 2 else clock_s
