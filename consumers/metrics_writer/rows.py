"""Records of metrics.intervals.v1 to rows of the table `metric_intervals`; what cannot be a row says why. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from runtime.errors import Invalid
from runtime.events import event_of
from runtime.marked_rows import check_ids, rows_of
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
    return rows_of(batch, _row, identity, lambda row, known: age(row) > age(known))


def _row(record: Record) -> IntervalRow:
    event = event_of(record, METRICS_INTERVALS, IntervalCounted)
    counts = tuple(getattr(event.counts, name) for name in COUNTS)
    _check(event, counts)
    key = (event.workspace, event.dimension.value, event.id, event.starts_ms)
    status_ms = msgspec.json.encode(event.counts.status_ms).decode()
    return (*key, event.epoch, event.seq, event.to_ms, event.within_ms, *counts, status_ms)


def _check(event: IntervalCounted, counts: tuple[int, ...]) -> None:
    check_ids({"workspace": event.workspace, "id": event.id}, MAX_ID_CHARACTERS)
    if event.starts_ms % INTERVAL_MS:
        raise Invalid("starts_ms: no interval begins there")
    times = (event.within_ms or 0, *event.counts.status_ms.values())
    for number in (event.starts_ms, event.to_ms, event.epoch, event.seq, *counts, *times):
        if not 0 <= number <= MAX:
            raise Invalid("a figure is out of range")
