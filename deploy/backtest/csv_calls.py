"""Recorded calls from CSV with a header, the form that other logs are brought into (docs/backtest.md). Pure.

Columns, of which only `arrived_at` must be there: `arrived_at, queue, skill, priority, patience_s, service_s, agent`, and
`waited_s` where the log has it. A call with an agent or a service time was answered; any other hung up when its patience
was over. What is odd about a line is counted by name, and no line stops the reader.
"""

from __future__ import annotations

import csv
import datetime
import enum
import itertools
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

from deploy.backtest.calls import MS, NEUTRAL, RecordedCall, RecordedLog, day_ms, day_of, name_of

ARRIVED_AT: Final = "arrived_at"
COLUMNS: Final = (ARRIVED_AT, "queue", "skill", "priority", "patience_s", "service_s", "agent", "waited_s")
QUEUE: Final = "calls"
"""The queue of a call that names none."""
SEPARATORS: Final = (",", ";", "\t")
AROUND: Final = ' \t\r\n"'
LONGEST_S: Final = 31 * 86_400
"""A length above it is no call's."""
YEARS: Final = range(1970, 2200)
PRIORITIES: Final = range(1, 11)


class Quirk(enum.StrEnum):
    """What is odd about a line, and how it is read."""

    GARBLED = "garbled_value"
    OTHER_COLUMNS = "column_not_documented"
    PRIORITY = "priority_outside_1_to_10_is_5"
    NO_PATIENCE = "hung_up_without_patience"
    NO_AGENT = "answered_by_no_agent"
    NO_SERVICE = "answered_without_service_time"


def columns_of(head: str) -> list[str]:
    """The columns that a first line names, whatever the case, with blanks or hyphens for `_`, and quoted or not."""
    return [plain(name) for name in head.split(separator_of(head))]


def separator_of(head: str) -> str:
    """What stands between a first line's columns most often."""
    return max(SEPARATORS, key=head.count)


def plain(name: str) -> str:
    """A column's name as it is documented."""
    return name.strip(AROUND).lower().replace(" ", "_").replace("-", "_")


def read(lines: Iterable[str]) -> RecordedLog:
    """The calls of a CSV log whose first line names the columns."""
    told = (line for line in lines if line.strip())
    head = next(told, "")
    rows = csv.DictReader(told, fieldnames=columns_of(head), delimiter=separator_of(head))
    quirks: Counter[Quirk] = Counter()
    quirks[Quirk.OTHER_COLUMNS] = len(set(columns_of(head)) - {"", *COLUMNS})
    found: list[RecordedCall] = []
    for number in itertools.count(1):
        try:
            found.append(_call(next(rows), number, quirks))
        except StopIteration:
            break
        except (ValueError, OverflowError, csv.Error):
            quirks[Quirk.GARBLED] += 1
    found.sort(key=lambda call: (call.asked_ms, call.call_id))
    return RecordedLog(
        calls=tuple(found),
        quirks={quirk.value: quirks[quirk] for quirk in Quirk if quirks[quirk]},
        lines=number - 1,
    )


def _call(row: Mapping[str | None, str | None], number: int, quirks: Counter[Quirk]) -> RecordedCall:
    asked_ms = _moment_ms(_said(row, ARRIVED_AT))
    waited_ms, patience_ms, service_ms = (
        _length_ms(_said(row, name)) for name in ("waited_s", "patience_s", "service_s")
    )
    agent, skill = _said(row, "agent"), _said(row, "skill")
    answered = bool(agent) or service_ms is not None
    if answered:
        quirks[Quirk.NO_AGENT] += not agent
        quirks[Quirk.NO_SERVICE] += service_ms is None
    else:
        waited_ms = patience_ms = waited_ms if patience_ms is None else patience_ms
        quirks[Quirk.NO_PATIENCE] += patience_ms is None
    priority = _priority(_said(row, "priority"), quirks)
    queue = name_of(_said(row, "queue") or QUEUE)
    return RecordedCall(
        call_id=f"call-{number}",
        day=day_of(asked_ms),
        asked_ms=asked_ms,
        queue=queue,
        skill=name_of(skill) if skill else None,
        type=name_of(skill) if skill else queue,
        priority=priority,
        recorded_priority=str(priority),
        answered=answered,
        queued=bool(waited_ms),
        waited_ms=waited_ms,
        patience_ms=patience_ms,
        begun_ms=asked_ms + (waited_ms or 0) if service_ms is not None else None,
        service_ms=service_ms,
        agent_id=name_of(agent) if agent else None,
    )


def _said(row: Mapping[str | None, str | None], name: str) -> str:
    return (row.get(name) or "").strip()


def _moment_ms(text: str) -> int:
    """A moment with a zone is taken in UTC, one without as it stands. Raises ValueError."""
    at = datetime.datetime.fromisoformat(text)
    if at.tzinfo is not None:
        at = at.astimezone(datetime.UTC)
    if at.year not in YEARS:
        raise ValueError(text)
    seconds = (at.hour * 60 + at.minute) * 60 + at.second
    return day_ms(at.date().isoformat()) + seconds * MS + at.microsecond // 1000


def _length_ms(text: str) -> int | None:
    """Raises ValueError, for a length below zero or beyond `LONGEST_S` too."""
    if not text:
        return None
    length_s = float(text)
    if not 0 <= length_s <= LONGEST_S:
        raise ValueError(text)
    return round(length_s * MS)


def _priority(text: str, quirks: Counter[Quirk]) -> int:
    if not text:
        return NEUTRAL
    if int(text) not in PRIORITIES:
        quirks[Quirk.PRIORITY] += 1
        return NEUTRAL
    return int(text)
