"""The messages that PostgreSQL keeps, as `consumers/message_writer` has written them."""

from __future__ import annotations

from typing import Any, Final, Protocol

import msgspec

from runtime.postgres import AWAY, Pool
from schemas.live import Message
from schemas.messages import Attachment, Author, MessagePosted

MESSAGES: Final = """
    SELECT message_id, number, author, agent_id, leg_id, media_type, text, attachments, sent_ms
    FROM messages WHERE workspace = $1 AND interaction_id = $2 AND number > $3 ORDER BY number LIMIT $4
"""
MARK: Final = "SELECT next_offset FROM message_marks WHERE log_partition = $1"


class Away(Exception):
    """The database does not answer."""


class Kept(msgspec.Struct, frozen=True):
    """Messages that the database keeps: every one below `next_offset` of the partition, up to `limit`."""

    messages: tuple[Message, ...]
    next_offset: int
    more: bool


class KeptMessages(Protocol):
    """Where messages are looked up. Raises Away."""

    async def messages(self, workspace: str, interaction_id: str, partition: int, after: int, limit: int) -> Kept: ...


class PostgresMessages:
    """See `KeptMessages`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def messages(self, workspace: str, interaction_id: str, partition: int, after: int, limit: int) -> Kept:
        try:
            mark = await self._pool.fetchval(MARK, partition)
            rows = await self._pool.fetch(MESSAGES, workspace, interaction_id, after, limit + 1)
        except AWAY as error:
            raise Away from error
        kept = tuple(message_of(workspace, interaction_id, row) for row in rows[:limit])
        return Kept(messages=kept, next_offset=mark or 0, more=len(rows) > limit)


def message_of(workspace: str, interaction_id: str, row: Any) -> Message:
    """A row of `MESSAGES`."""
    kept = row["attachments"]
    # asyncpg gives JSON as text unless a codec is set.
    attachments = msgspec.json.decode(kept) if isinstance(kept, str | bytes) else kept
    return Message(
        offset=row["number"],
        message=MessagePosted(
            workspace=workspace,
            interaction_id=interaction_id,
            message_id=row["message_id"],
            author=Author(row["author"]),
            sent_at_ms=row["sent_ms"],
            text=row["text"],
            media_type=row["media_type"],
            agent_id=row["agent_id"],
            leg_id=row["leg_id"],
            attachments=msgspec.convert(attachments, tuple[Attachment, ...]),
        ),
    )
