"""Records of timeline.entries.v1 to rows of the table `timeline_entries`; what cannot be a row says why. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import msgspec

from runtime.errors import Invalid
from runtime.events import event_of
from runtime.marked_rows import check_ids, rows_of, texts
from runtime.marked_writer import Rows
from runtime.records import Record
from runtime.storable import storable
from schemas.timeline import TimelineEntryAdded
from schemas.topics import TIMELINE_ENTRIES
from schemas.values import Explanation

MAX_ID_CHARACTERS: Final = 200
MAX_ENTRY_ID_CHARACTERS: Final = 400
"""Both are indexed with a workspace, and PostgreSQL refuses an index's entry above 2.7 KB."""
MAX_MS: Final = 2**53
_TEXTS: Final = (
    "customer_id", "interaction_id", "channel", "queue", "site", "agent_id", "leg_id", "offer_id", "message_id", "author",
    "state", "reason", "disposition", "other_customer_id", "merge_id",
)  # fmt: skip


class TimelineRow(NamedTuple):
    """A row; the fields are the columns, in their order. `explanation` is JSON."""

    workspace: str
    entry_id: str
    kind: str
    at_ms: int
    place: int
    customer_id: str | None
    interaction_id: str | None
    channel: str | None
    queue: str | None
    site: str | None
    agent_id: str | None
    leg_id: str | None
    leg_kind: str | None
    offer_id: str | None
    message_id: str | None
    author: str | None
    state: str | None
    reason: str | None
    disposition: str | None
    duration_ms: int | None
    other_customer_id: str | None
    merge_id: str | None
    by_user: str | None
    explanation: str | None
    stored_ms: int
    scheduled_for_ms: int | None


def to_rows(batch: Sequence[Record], stored_ms: int) -> Rows[TimelineRow]:
    """Reads every record; never raises for one. Of an entry that is in the batch twice the first is kept."""

    def read(record: Record) -> TimelineRow:
        return row_of(event_of(record, TIMELINE_ENTRIES, TimelineEntryAdded), stored_ms)

    return rows_of(batch, read, lambda row: (row.workspace, row.entry_id))


def row_of(event: TimelineEntryAdded, stored_ms: int) -> TimelineRow:
    """The row of an entry; raises Invalid for what no table could hold."""
    _check(event)
    return TimelineRow(
        workspace=event.workspace,
        entry_id=event.entry_id,
        kind=event.kind.value,
        at_ms=event.at_ms,
        place=event.order,
        leg_kind=None if event.leg_kind is None else event.leg_kind.value,
        duration_ms=event.duration_ms,
        by_user=storable(event.by),
        explanation=_json(event.explanation),
        stored_ms=stored_ms,
        scheduled_for_ms=event.scheduled_for_ms,
        **texts(event, _TEXTS),
    )


def _check(event: TimelineEntryAdded) -> None:
    check_ids({"entry_id": event.entry_id}, MAX_ENTRY_ID_CHARACTERS)
    indexed = {"customer_id": event.customer_id, "interaction_id": event.interaction_id}
    named = {name: text for name, text in indexed.items() if text is not None}
    check_ids({"workspace": event.workspace, **named}, MAX_ID_CHARACTERS)
    for name, number in (("at_ms", event.at_ms), ("order", event.order)):
        if not 0 <= number < MAX_MS:
            raise Invalid(f"{name}: out of range")
    for name, length in (("duration_ms", event.duration_ms), ("scheduled_for_ms", event.scheduled_for_ms)):
        if not -MAX_MS < (length or 0) < MAX_MS:
            raise Invalid(f"{name}: out of range")


def _json(explanation: Explanation | None) -> str | None:
    """Without NUL, like `storable`; what merely looks like one, behind a backslash, changes too and stays readable."""
    if explanation is None:
        return None
    return msgspec.json.encode(explanation).decode().replace("\\u0000", "\\ufffd")
