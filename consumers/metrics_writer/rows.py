"""Records of metrics.intervals.v1 to rows of the table `metric_intervals`; what cannot be a row says why. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from runtime.dead_letters import DeadLetter
from runtime.errors import Invalid
from runtime.events import from_record
from runtime.marked_writer import Rows
from runtime.records import Record
from schemas.metrics import INTERVAL_MS, Counts, IntervalCounted
from schemas.topics import METRICS_INTERVALS

MAX: Final = 2**63 - 1
MAX_ID_CHARACTERS: Final = 200
COUNTS: Final = tuple(field.name for field in msgspec.structs.fields(Counts) if field.name != "status_ms")
KEY: Final = ("workspace", "dimension", "id", "starts_ms")
AGE: Final = ("epoch", "seq", "to_ms")
COLUMNS: Final = (*KEY, *AGE, "within_ms", *COUNTS, "status_ms")

IntervalRow = tuple[str | int | None, ...]
"""The values of COLUMNS, in their order. `status_ms` is JSON."""


def identity(row: IntervalRow) -> IntervalRow:
    """What a row is a newer version of."""
    return row[: len(KEY)]


def age(row: IntervalRow) -> tuple[int, ...]:
    """Of two rows of one identity the greater is the newer."""
    return tuple(int(value or 0) for value in row[len(KEY) : len(KEY) + len(AGE)])


def to_rows(batch: Sequence[Record]) -> Rows[IntervalRow]:
    """Reads every record; never raises for one. Of several of one group and interval the newest is kept."""
    rows: dict[IntervalRow, IntervalRow] = {}
    dead: list[DeadLetter] = []
    for record in batch:
        try:
            row = _row(record)
        except Invalid as error:
            dead.append(DeadLetter(record, error.reason))
        else:
            known = rows.get(identity(row))
            if known is None or age(row) > age(known):
                rows[identity(row)] = row
    return Rows(list(rows.values()), dead)


def _row(record: Record) -> IntervalRow:
    event, _ = from_record(record, METRICS_INTERVALS)
    if not isinstance(event, IntervalCounted):
        raise TypeError(f"{METRICS_INTERVALS.name} decodes to {type(event).__name__}")
    counts = tuple(getattr(event.counts, name) for name in COUNTS)
    _check(event, counts)
    key = (event.workspace, event.dimension.value, event.id, event.starts_ms)
    status_ms = msgspec.json.encode(event.counts.status_ms).decode()
    return (*key, event.epoch, event.seq, event.to_ms, event.within_ms, *counts, status_ms)


def _check(event: IntervalCounted, counts: tuple[int, ...]) -> None:
    for name, text in (("workspace", event.workspace), ("id", event.id)):
        if not 0 < len(text) <= MAX_ID_CHARACTERS or not text.isprintable():
            raise Invalid(f"{name}: not an id")
    if event.starts_ms % INTERVAL_MS:
        raise Invalid("starts_ms: no interval begins there")
    times = (event.within_ms or 0, *event.counts.status_ms.values())
    for number in (event.starts_ms, event.to_ms, event.epoch, event.seq, *counts, *times):
        if not 0 <= number <= MAX:
            raise Invalid("a figure is out of range")
