"""Who the customer of an interaction is, read from PostgreSQL: the screen pop."""

from __future__ import annotations

from typing import Any, Final, Protocol

import msgspec

from runtime.postgres import AWAY, Pool
from schemas.live import Details, DetailsState, Message, ShownContactPoint
from schemas.messages import Attachment, Author, MessagePosted

DETAILS: Final = """
    SELECT i.customer_name, i.subject, i.language, i.received_ms, i.contact_points, i.attributes, i.channel,
           c.customer_id, c.name, c.kind, c.card_type, c.tier, c.language AS customer_language, c.owner,
           c.preferred_agent, c.do_not_contact
    FROM interactions i
    LEFT JOIN merges m ON m.workspace = i.workspace AND m.merged_id = i.customer_id AND m.undone_ms IS NULL
    LEFT JOIN customers c ON c.workspace = i.workspace AND c.customer_id = coalesce(m.customer_id, i.customer_id)
    WHERE i.workspace = $1 AND i.interaction_id = $2
"""
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


class Records(Protocol):
    """Where screens look things up. Both raise Away."""

    async def details(self, workspace: str, interaction_id: str, at_ms: int) -> Details: ...

    async def messages(self, workspace: str, interaction_id: str, partition: int, after: int, limit: int) -> Kept: ...


class PostgresRecords:
    """See `Records`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def details(self, workspace: str, interaction_id: str, at_ms: int) -> Details:
        try:
            row = await self._pool.fetchrow(DETAILS, workspace, interaction_id)
        except AWAY as error:
            raise Away from error
        return details_of(interaction_id, row, at_ms)

    async def messages(self, workspace: str, interaction_id: str, partition: int, after: int, limit: int) -> Kept:
        try:
            mark = await self._pool.fetchval(MARK, partition)
            rows = await self._pool.fetch(MESSAGES, workspace, interaction_id, after, limit + 1)
        except AWAY as error:
            raise Away from error
        kept = tuple(message_of(workspace, interaction_id, row) for row in rows[:limit])
        return Kept(messages=kept, next_offset=mark or 0, more=len(rows) > limit)


def details_of(interaction_id: str, row: Any, at_ms: int) -> Details:
    """The frame for a row of `DETAILS`; None = no row. The customer's own name and language go before the adapter's."""
    if row is None:
        return Details(interaction_id=interaction_id, at_ms=at_ms, state=DetailsState.UNKNOWN)
    return Details(
        interaction_id=interaction_id,
        at_ms=at_ms,
        state=DetailsState.KNOWN,
        customer_id=row["customer_id"],
        customer_name=row["name"] or row["customer_name"],
        kind=row["kind"],
        card_type=row["card_type"],
        tier=row["tier"],
        language=row["customer_language"] or row["language"],
        owner=row["owner"],
        preferred_agent=row["preferred_agent"],
        do_not_contact=bool(row["do_not_contact"]),
        subject=row["subject"],
        received_at_ms=row["received_ms"],
        contact_points=tuple(
            ShownContactPoint(kind=point["kind"], value=point["value"]) for point in _json(row["contact_points"])
        ),
        attributes=dict(_json(row["attributes"])),
    )


def message_of(workspace: str, interaction_id: str, row: Any) -> Message:
    """A row of `MESSAGES`."""
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
            attachments=msgspec.convert(_json(row["attachments"]), tuple[Attachment, ...]),
        ),
    )


def _json(value: Any) -> Any:
    """asyncpg gives JSON as text unless a codec is set."""
    return msgspec.json.decode(value) if isinstance(value, str | bytes) else value
