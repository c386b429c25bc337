"""Records of messages.v1 to rows of deploy/postgres/0003_messages.sql; what cannot be a row says why. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import msgspec

from runtime.errors import Invalid
from runtime.events import event_of
from runtime.marked_rows import check_ids, rows_of
from runtime.marked_writer import Rows
from runtime.records import Record
from runtime.storable import storable
from schemas.messages import MessagePosted
from schemas.topics import MESSAGES

MAX_ID_CHARACTERS: Final = 200
MAX_MS: Final = 2**53


class MessageRow(NamedTuple):
    """A row; the fields are the columns, in their order. `attachments` is JSON."""

    workspace: str
    message_id: str
    interaction_id: str
    log_partition: int
    number: int
    author: str
    agent_id: str | None
    leg_id: str | None
    media_type: str
    text: str
    attachments: str
    sent_ms: int
    logged_ms: int


def to_rows(batch: Sequence[Record]) -> Rows[MessageRow]:
    """Reads every record; never raises for one. Of a message that is in the batch twice the first is kept."""
    return rows_of(batch, _row, lambda row: (row.workspace, row.message_id))


def _row(record: Record) -> MessageRow:
    event = event_of(record, MESSAGES, MessagePosted)
    _check(event)
    return MessageRow(
        workspace=event.workspace,
        message_id=event.message_id,
        interaction_id=event.interaction_id,
        log_partition=record.partition,
        number=record.offset,
        author=event.author.value,
        agent_id=storable(event.agent_id),
        leg_id=storable(event.leg_id),
        media_type=storable(event.media_type),
        text=storable(event.text),
        attachments=_clean_json(msgspec.to_builtins(event.attachments)),
        sent_ms=event.sent_at_ms,
        logged_ms=record.timestamp_ms,
    )


def _check(event: MessagePosted) -> None:
    ids = {"workspace": event.workspace, "message_id": event.message_id, "interaction_id": event.interaction_id}
    check_ids(ids, MAX_ID_CHARACTERS)
    if not 0 <= event.sent_at_ms < MAX_MS:
        raise Invalid("sent_at_ms: out of range")


def _clean_json(attachments: list[dict[str, object]]) -> str:
    cleaned = [{name: storable(it) if isinstance(it, str) else it for name, it in one.items()} for one in attachments]
    return msgspec.json.encode(cleaned).decode()
