"""Records of timeline.entries.v1 to rows of the table `timeline_entries`; what cannot be a row says why. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import msgspec

from runtime.dead_letters import DeadLetter
from runtime.errors import Invalid
from runtime.events import from_record
from runtime.marked_writer import Rows
from runtime.records import Record
from schemas.timeline import TimelineEntryAdded
from schemas.topics import TIMELINE_ENTRIES
from schemas.values import Explanation

MAX_ID_CHARACTERS: Final = 400
MAX_MS: Final = 2**53


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
    rows: dict[tuple[str, str], TimelineRow] = {}
    dead: list[DeadLetter] = []
    for record in batch:
        try:
            event, _ = from_record(record, TIMELINE_ENTRIES)
            row = row_of(event, stored_ms)
        except Invalid as error:
            dead.append(DeadLetter(record, error.reason))
        else:
            rows.setdefault((row.workspace, row.entry_id), row)
    return Rows(list(rows.values()), dead)


def row_of(event: object, stored_ms: int) -> TimelineRow:
    """The row of an entry; raises Invalid for what no table could hold."""
    if not isinstance(event, TimelineEntryAdded):
        raise TypeError(f"{TIMELINE_ENTRIES.name} decodes to {type(event).__name__}")
    _check(event)
    return TimelineRow(
        workspace=event.workspace,
        entry_id=event.entry_id,
        kind=event.kind.value,
        at_ms=event.at_ms,
        place=event.order,
        customer_id=_clean(event.customer_id),
        interaction_id=_clean(event.interaction_id),
        channel=_clean(event.channel),
        queue=_clean(event.queue),
        site=_clean(event.site),
        agent_id=_clean(event.agent_id),
        leg_id=_clean(event.leg_id),
        leg_kind=None if event.leg_kind is None else event.leg_kind.value,
        offer_id=_clean(event.offer_id),
        message_id=_clean(event.message_id),
        author=_clean(event.author),
        state=_clean(event.state),
        reason=_clean(event.reason),
        disposition=_clean(event.disposition),
        duration_ms=event.duration_ms,
        other_customer_id=_clean(event.other_customer_id),
        merge_id=_clean(event.merge_id),
        by_user=_clean(event.by),
        explanation=_json(event.explanation),
        stored_ms=stored_ms,
        scheduled_for_ms=event.scheduled_for_ms,
    )


def _check(event: TimelineEntryAdded) -> None:
    for name, text in (("workspace", event.workspace), ("entry_id", event.entry_id)):
        if not 0 < len(text) <= MAX_ID_CHARACTERS or not text.isprintable():
            raise Invalid(f"{name}: not an id")
    for name, number in (("at_ms", event.at_ms), ("order", event.order)):
        if not 0 <= number < MAX_MS:
            raise Invalid(f"{name}: out of range")
    for name, length in (("duration_ms", event.duration_ms), ("scheduled_for_ms", event.scheduled_for_ms)):
        if not -MAX_MS < (length or 0) < MAX_MS:
            raise Invalid(f"{name}: out of range")


def _json(explanation: Explanation | None) -> str | None:
    """Without NUL, like `_clean`; what merely looks like one, behind a backslash, changes too and stays readable."""
    if explanation is None:
        return None
    return msgspec.json.encode(explanation).decode().replace("\\u0000", "\\ufffd")


def _clean(text: str | None) -> str | None:
    """PostgreSQL holds no NUL: it becomes U+FFFD."""
    return None if text is None else text.replace("\x00", "\ufffd")
