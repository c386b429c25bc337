"""Records of messages.v1 to rows of deploy/postgres/0003_messages.sql; what cannot be a row says why. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import msgspec

from runtime.dead_letters import DeadLetter
from runtime.errors import Invalid
from runtime.events import from_record
from runtime.marked_writer import Rows
from runtime.records import Record
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
    rows: dict[tuple[str, str], MessageRow] = {}
    dead: list[DeadLetter] = []
    for record in batch:
        try:
            row = _row(record)
        except Invalid as error:
            dead.append(DeadLetter(record, error.reason))
        else:
            rows.setdefault((row.workspace, row.message_id), row)
    return Rows(list(rows.values()), dead)


def _row(record: Record) -> MessageRow:
    event, _ = from_record(record, MESSAGES)
    if not isinstance(event, MessagePosted):
        raise TypeError(f"{MESSAGES.name} decodes to {type(event).__name__}")
    _check(event)
    return MessageRow(
        workspace=event.workspace,
        message_id=event.message_id,
        interaction_id=event.interaction_id,
        log_partition=record.partition,
        number=record.offset,
        author=event.author.value,
        agent_id=_clean_or_none(event.agent_id),
        leg_id=_clean_or_none(event.leg_id),
        media_type=_clean(event.media_type),
        text=_clean(event.text),
        attachments=_clean_json(msgspec.to_builtins(event.attachments)),
        sent_ms=event.sent_at_ms,
        logged_ms=record.timestamp_ms,
    )


def _check(event: MessagePosted) -> None:
    ids = (("workspace", event.workspace), ("message_id", event.message_id), ("interaction_id", event.interaction_id))
    for name, text in ids:
        if not 0 < len(text) <= MAX_ID_CHARACTERS or not text.isprintable():
            raise Invalid(f"{name}: not an id")
    if not 0 <= event.sent_at_ms < MAX_MS:
        raise Invalid("sent_at_ms: out of range")


def _clean_json(attachments: list[dict[str, object]]) -> str:
    cleaned = [{name: _clean(it) if isinstance(it, str) else it for name, it in one.items()} for one in attachments]
    return msgspec.json.encode(cleaned).decode()


def _clean_or_none(text: str | None) -> str | None:
    return None if text is None else _clean(text)


def _clean(text: str) -> str:
    """PostgreSQL holds no NUL: it becomes U+FFFD."""
    return text.replace("\x00", "\ufffd")
