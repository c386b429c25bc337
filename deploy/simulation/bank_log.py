"""Reads the call log of "Anonymous Bank" (I. Guedj and A. Mandelbaum, Technion, 2000). Pure, and never fails on a line.

Tab separated, 17 columns; clock times are local `h:mm:ss`, durations whole seconds. What is odd about a line is counted
by name; what cannot be understood is counted and left out. Times are seconds since the midnight that begins the call's
own day, so a call that goes on over midnight has times above a day.
"""

from __future__ import annotations

import enum
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Final

import msgspec

COLUMNS: Final = (
    "vru+line", "call_id", "customer_id", "priority", "type", "date", "vru_entry", "vru_exit", "vru_time",
    "q_start", "q_exit", "q_time", "outcome", "ser_start", "ser_exit", "ser_time", "server",
)  # fmt: skip
TYPES: Final = ("PS", "PE", "IN", "NE", "NW", "TT")
"""Regular, regular in English, internet support, stock trading, new customer, returned call."""
NO_SERVER: Final = "NO_SERVER"
NEVER: Final = "0:00:00"
DAY_S: Final = 86_400


class Outcome(enum.StrEnum):
    """How a call ended."""

    AGENT = "AGENT"
    HANG = "HANG"


class Quirk(enum.StrEnum):
    """What is odd about a line, and how it is read."""

    HEADER = "header_line"
    EMPTY = "empty_line"
    SHORT = "wrong_number_of_columns"
    GARBLED = "garbled_value"
    PHANTOM = "phantom"
    UNKNOWN_OUTCOME = "unknown_outcome"
    OTHER_TYPE = "type_not_documented"
    NEGATIVE_VRU_TIME = "negative_vru_time"
    OVER_MIDNIGHT = "over_midnight"
    NOT_QUEUED = "answered_without_queueing"
    LEFT_IN_VRU = "left_in_the_vru"
    NO_SERVER = "answered_by_no_server"
    NO_SERVICE = "answered_without_service_times"
    SERVICE_EARLY = "service_before_the_queue_was_left"
    HANG_WITH_SERVICE = "hung_up_with_service_times"
    OVERLAPPING = "service_while_the_same_agent_is_busy"


LEFT_OUT: Final = frozenset(
    {Quirk.HEADER, Quirk.EMPTY, Quirk.SHORT, Quirk.GARBLED, Quirk.PHANTOM, Quirk.UNKNOWN_OUTCOME}
)
"""Lines with one of these are no calls."""


class BankCall(msgspec.Struct, frozen=True, kw_only=True):
    """One call. `asked_s`: when it left the VRU; `waited_s`: in the queue, 0 when it was not queued; `agent` None = the
    log names none; `begun_s` None = no service, or none that was recorded.
    """

    call_id: str
    day: str
    asked_s: int
    queued: bool
    waited_s: int
    outcome: Outcome
    type: str
    priority: int = 0
    customer_id: str | None = None
    agent: str | None = None
    begun_s: int | None = None
    service_s: int = 0

    @property
    def asked(self) -> bool:
        """Whether the caller asked for an agent: was queued, or was answered."""
        return self.queued or self.outcome is Outcome.AGENT

    @property
    def answered(self) -> bool:
        """Whether an agent took it."""
        return self.outcome is Outcome.AGENT


class BankLog(msgspec.Struct, frozen=True, kw_only=True):
    """The calls in the order in which they asked, and how often each quirk was met."""

    calls: tuple[BankCall, ...]
    quirks: Mapping[Quirk, int]
    lines: int


def read(lines: Iterable[str], day: str | None = None) -> BankLog:
    """The calls of a day (`1999-01-03`; None = of all days). Quirks are counted of that day's lines, those that do not
    tell their day always.
    """
    quirks: Counter[Quirk] = Counter()
    calls: list[BankCall] = []
    count = 0
    for line in lines:
        count += 1
        call, met = _call(line, day)
        quirks.update(met)
        if call is not None:
            calls.append(call)
    calls.sort(key=lambda call: (call.day, call.asked_s, call.call_id))
    quirks[Quirk.OVERLAPPING] = _overlapping(calls)
    return BankLog(calls=tuple(calls), quirks={one: quirks[one] for one in Quirk if quirks[one]}, lines=count)


def _call(line: str, day: str | None) -> tuple[BankCall | None, list[Quirk]]:
    """The call of a line and what is odd about it; of another day nothing."""
    text = line.rstrip("\r\n")
    if not text.strip():
        return None, [Quirk.EMPTY]
    values = text.split("\t")
    if values[0] == COLUMNS[0]:
        return None, [Quirk.HEADER]
    if len(values) != len(COLUMNS):
        return None, [Quirk.SHORT]
    row = dict(zip(COLUMNS, (value.strip() for value in values), strict=True))
    try:
        on = _date(row["date"])
        if day is not None and on != day:
            return None, []
        return _read(row, on)
    except ValueError:
        return None, [Quirk.GARBLED]


def _read(row: Mapping[str, str], day: str) -> tuple[BankCall | None, list[Quirk]]:
    if row["outcome"] == "PHANTOM":
        return None, [Quirk.PHANTOM]
    if row["outcome"] not in tuple(Outcome):
        return None, [Quirk.UNKNOWN_OUTCOME]
    outcome = Outcome(row["outcome"])
    entered_s = _clock(row["vru_entry"])
    asked_s = _after(entered_s, _clock(row["vru_exit"]))
    queued = row["q_start"] != NEVER or int(row["q_time"]) > 0
    served = outcome is Outcome.AGENT and (row["ser_start"] != NEVER or int(row["ser_time"]) > 0)
    call = BankCall(
        call_id=f"{row['vru+line']}-{row['call_id']}",
        day=day,
        asked_s=asked_s,
        queued=queued,
        waited_s=_length(row["q_time"]) if queued else 0,
        outcome=outcome,
        type=row["type"],
        priority=int(row["priority"]),
        customer_id=row["customer_id"] if row["customer_id"] not in ("", "0") else None,
        agent=row["server"] if outcome is Outcome.AGENT and row["server"] != NO_SERVER else None,
        begun_s=_after(asked_s, _clock(row["ser_start"])) if served else None,
        service_s=_length(row["ser_time"]) if served else 0,
    )
    return call, _met(row, call, entered_s)


def _met(row: Mapping[str, str], call: BankCall, entered_s: int) -> list[Quirk]:
    """What is odd about a line that is a call."""
    end_s = (call.begun_s or call.asked_s + call.waited_s) + call.service_s
    found = {
        Quirk.OTHER_TYPE: call.type not in TYPES,
        Quirk.NEGATIVE_VRU_TIME: int(row["vru_time"]) < 0,
        Quirk.OVER_MIDNIGHT: entered_s < DAY_S <= end_s,
        Quirk.NOT_QUEUED: call.answered and not call.queued,
        Quirk.LEFT_IN_VRU: not call.asked,
        Quirk.NO_SERVER: call.answered and call.agent is None,
        Quirk.NO_SERVICE: call.answered and call.begun_s is None,
        Quirk.SERVICE_EARLY: call.begun_s is not None and call.begun_s < call.asked_s + call.waited_s,
        Quirk.HANG_WITH_SERVICE: not call.answered and int(row["ser_time"]) > 0,
    }
    return [quirk for quirk, holds in found.items() if holds]


def _date(text: str) -> str:
    """`990103` as `1999-01-03`. Raises ValueError."""
    if len(text) != 6 or not text.isdecimal() or not 1 <= int(text[2:4]) <= 12 or not 1 <= int(text[4:]) <= 31:
        raise ValueError(text)
    return f"19{text[:2]}-{text[2:4]}-{text[4:]}"


def _clock(text: str) -> int:
    """Seconds since midnight of `h:mm:ss`. Raises ValueError."""
    hours, minutes, seconds = (int(part) for part in text.split(":"))
    if not (0 <= hours <= 24 and 0 <= minutes < 60 and 0 <= seconds < 60):
        raise ValueError(text)
    return hours * 3_600 + minutes * 60 + seconds


def _length(text: str) -> int:
    """A length in seconds. Raises ValueError, for a negative one too."""
    length_s = int(text)
    if length_s < 0:
        raise ValueError(text)
    return length_s


def _after(before_s: int, clock_s: int) -> int:
    """A clock time that follows `before_s`, more or less: half a day earlier can only be the next day."""
    return clock_s + DAY_S if clock_s < before_s - DAY_S // 2 else clock_s


def _overlapping(calls: Iterable[BankCall]) -> int:
    """Calls that begin while an earlier one of the same agent still runs."""
    served: defaultdict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    for call in calls:
        if call.agent is not None and call.begun_s is not None:
            served[call.day, call.agent].append((call.begun_s, call.begun_s + call.service_s))
    return sum(
        second[0] < first[1] for periods in served.values() for first, second in pairwise(_furthest(sorted(periods)))
    )


def _furthest(periods: Iterable[tuple[int, int]]) -> Iterable[tuple[int, int]]:
    """Each period with the latest end of all up to it."""
    latest_s = 0
    for begun_s, end_s in periods:
        latest_s = max(latest_s, end_s)
        yield begun_s, latest_s
