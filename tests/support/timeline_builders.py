"""Builders of what the timeline's writer reads and keeps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from consumers.timeline_writer.rows import TimelineRow, to_rows
from runtime.records import Record
from schemas.codec import encode
from schemas.envelope import Envelope, to_headers
from schemas.event import Event, wire_type
from schemas.timeline import TimelineEntryAdded, TimelineKind
from schemas.topics import TIMELINE_ENTRIES, Topic

AT_MS = 1_795_312_800_000
"""22 November 2026."""
STORED_MS = AT_MS + 250


def an_entry(entry_id: str = "books/1/1", **fields: Any) -> TimelineEntryAdded:
    values: dict[str, Any] = {"workspace": "books", "kind": TimelineKind.CONTACT_QUEUED, "at_ms": AT_MS, "order": 1}
    return TimelineEntryAdded(entry_id=entry_id, **{**values, **fields})


def a_message_entry(message_id: str = "m_1", **fields: Any) -> TimelineEntryAdded:
    own: dict[str, Any] = {"kind": TimelineKind.MESSAGE_POSTED, "interaction_id": "i_1", "message_id": message_id}
    return an_entry(f"m/{message_id}", **{**own, **fields})


def a_record_of(
    event: Event, topic: Topic, *, key: str, offset: int = 0, partition: int = 0, event_id: str = "e_1"
) -> Record:
    envelope = Envelope(id=event_id, source="test", type=wire_type(event))
    return Record(
        topic=topic.name,
        partition=partition,
        offset=offset,
        timestamp_ms=AT_MS,
        key=key.encode(),
        value=encode(event),
        headers=to_headers(envelope),
    )


def a_record(entry: TimelineEntryAdded, offset: int = 0, partition: int = 0) -> Record:
    return a_record_of(entry, TIMELINE_ENTRIES, key=entry.customer_id or "nobody", offset=offset, partition=partition)


def rows_of(*entries: TimelineEntryAdded) -> Sequence[TimelineRow]:
    return to_rows([a_record(entry, offset) for offset, entry in enumerate(entries)], STORED_MS).rows


class MadeEntries:
    """The rows of `tests.support.marked_store_suite.MarkedBench`."""

    def make(self, first: int, end: int, *, ids: str = "m", offset: int | None = None) -> Sequence[TimelineRow]:
        by = 0 if offset is None else offset - first
        return rows_of(*(an_entry(f"{ids}_{n}", order=n + by, queue=f"queue {by}") for n in range(first, end)))
