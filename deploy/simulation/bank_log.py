"""Reads the call log of "Anonymous Bank" (I. Guedj and A. Mandelbaum, Technion, 2000). Pure, and never fails on a line.

17 columns (`deploy.simulation.bank_columns` finds them); clock times are local `h:mm:ss`, durations whole seconds. What is
odd about a line is counted by name; what cannot be understood is counted and left out. A time that is missing, or a
length below zero, is taken from the line's other times where they tell it. Times are seconds since the midnight that begins the call's
own day, so a call that goes on over midnight has times above a day.
"""

from __future__ import annotations

import enum
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Final

import msgspec

from deploy.simulation.bank_columns import COLUMNS, cells, header, row
from deploy.simulation.bank_times import DAY_S, Times, times_of

TYPES: Final = ("PS", "PE", "IN", "NE", "NW", "TT")
"""Regular, regular in English, internet support, stock trading, new customer, returned call."""
NO_SERVER: Final = "NO_SERVER"
FIRST_YEAR: Final = 70
"""Of two digits; what is below is of the next century."""


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
    TIME_LOST = "time_taken_from_the_times_beside_it"
    LENGTH_LOST = "length_taken_from_the_clock"
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
    columns = COLUMNS
    for line in lines:
        count += 1
        values = cells(line)
        named = header(values)
        if named is not None:
            columns = named
            quirks[Quirk.HEADER] += 1
            continue
        call, met = _call(values, columns, day)
        quirks.update(met)
        if call is not None:
            calls.append(call)
    calls.sort(key=lambda call: (call.day, call.asked_s, call.call_id))
    quirks[Quirk.OVERLAPPING] = _overlapping(calls)
    return BankLog(calls=tuple(calls), quirks={one: quirks[one] for one in Quirk if quirks[one]}, lines=count)


def _call(values: list[str], columns: Sequence[str], day: str | None) -> tuple[BankCall | None, list[Quirk]]:
    """The call of a line and what is odd about it; of another day nothing."""
    if not any(values):
        return None, [Quirk.EMPTY]
    found = row(values, columns)
    if found is None:
        return None, [Quirk.SHORT]
    try:
        on = _date(found["date"])
        if day is not None and on != day:
            return None, []
        return _read(found, on)
    except ValueError:
        return None, [Quirk.GARBLED]


def _read(line: Mapping[str, str], day: str) -> tuple[BankCall | None, list[Quirk]]:
    if line["outcome"].upper() == "PHANTOM":
        return None, [Quirk.PHANTOM]
    if line["outcome"].upper() not in tuple(Outcome):
        return None, [Quirk.UNKNOWN_OUTCOME]
    outcome = Outcome(line["outcome"].upper())
    times = times_of(line, answered=outcome is Outcome.AGENT)
    named = outcome is Outcome.AGENT and line["server"].upper() not in ("", NO_SERVER)
    call = BankCall(
        call_id=f"{line['vru+line']}-{line['call_id']}",
        day=day,
        asked_s=times.asked_s,
        queued=times.queued,
        waited_s=times.waited_s,
        outcome=outcome,
        type=line["type"].upper(),
        priority=int(line["priority"] or 0),
        customer_id=line["customer_id"] if line["customer_id"] not in ("", "0") else None,
        agent=line["server"] if named else None,
        begun_s=times.begun_s,
        service_s=times.service_s,
    )
    return call, _met(line, call, times)


def _met(line: Mapping[str, str], call: BankCall, times: Times) -> list[Quirk]:
    """What is odd about a line that is a call."""
    end_s = (call.begun_s or call.asked_s + call.waited_s) + call.service_s
    found = {
        Quirk.OTHER_TYPE: call.type not in TYPES,
        Quirk.TIME_LOST: times.time_lost,
        Quirk.LENGTH_LOST: times.length_lost,
        Quirk.NEGATIVE_VRU_TIME: line["vru_time"].startswith("-"),
        Quirk.OVER_MIDNIGHT: times.entered_s < DAY_S <= end_s,
        Quirk.NOT_QUEUED: call.answered and not call.queued,
        Quirk.LEFT_IN_VRU: not call.asked,
        Quirk.NO_SERVER: call.answered and call.agent is None,
        Quirk.NO_SERVICE: call.answered and call.begun_s is None,
        Quirk.SERVICE_EARLY: call.begun_s is not None and call.begun_s < call.asked_s + call.waited_s,
        Quirk.HANG_WITH_SERVICE: not call.answered and line["ser_time"] not in ("", "0"),
    }
    return [quirk for quirk, holds in found.items() if holds]


def _date(text: str) -> str:
    """`990103` as `1999-01-03`; the year may have four digits. Raises ValueError."""
    digits = text.replace("-", "")
    if len(digits) == 6:
        digits = ("19" if digits[:2] >= f"{FIRST_YEAR}" else "20") + digits
    if len(digits) != 8 or not digits.isdecimal() or not 1 <= int(digits[4:6]) <= 12 or not 1 <= int(digits[6:]) <= 31:
        raise ValueError(text)
    return f"{digits[:4]}-{digits[4:6]}-{digits[6:]}"


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
