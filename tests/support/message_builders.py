"""Builders of what the message writer reads and keeps."""

from __future__ import annotations

from collections.abc import Sequence

from consumers.message_writer.rows import MessageRow, to_rows
from runtime.marked_memory import MemoryMarkedStore
from runtime.records import Record
from schemas.codec import encode
from schemas.envelope import Envelope, to_headers
from schemas.event import wire_type
from schemas.messages import Attachment, Author, MessagePosted
from schemas.topics import MESSAGES

AT_MS = 1_700_000_000_000


def a_message(
    message_id: str = "m_1",
    interaction_id: str = "i_1",
    *,
    workspace: str = "books",
    text: str = "你好",
    author: Author = Author.CUSTOMER,
    agent_id: str | None = None,
    attachments: tuple[Attachment, ...] = (),
    sent_at_ms: int = AT_MS,
) -> MessagePosted:
    return MessagePosted(
        workspace=workspace,
        interaction_id=interaction_id,
        message_id=message_id,
        author=author,
        sent_at_ms=sent_at_ms,
        text=text,
        agent_id=agent_id,
        attachments=attachments,
    )


def a_record(event: MessagePosted, offset: int = 0, partition: int = 0) -> Record:
    envelope = Envelope(id=event.message_id or "none", source="test", type=wire_type(event))
    return Record(
        topic=MESSAGES.name,
        partition=partition,
        offset=offset,
        timestamp_ms=AT_MS + offset,
        key=event.interaction_id.encode(),
        value=encode(event),
        headers=to_headers(envelope),
    )


def a_message_store() -> MemoryMarkedStore[MessageRow]:
    return MemoryMarkedStore(lambda row: (row.workspace, row.message_id))


class MadeMessages:
    """The rows of `tests.support.marked_store_suite.MarkedBench`."""

    def make(self, first: int, end: int, *, ids: str = "m", offset: int | None = None) -> Sequence[MessageRow]:
        by = 0 if offset is None else offset - first
        return to_rows([a_record(a_message(f"{ids}_{n}", text=f"text {by}"), n + by) for n in range(first, end)]).rows
