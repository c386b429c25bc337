"""Chats in PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from producers.web.chat import ChatRow
from runtime.kept_messages import Away
from runtime.postgres import AWAY, Pool
from schemas.chat import EndedBy

COLUMNS: Final = (
    "token_digest, workspace, number, ended_by, next_offset, seen_ms, queue, language, account, customer_name"
)
FIND: Final = f"SELECT {COLUMNS} FROM web_chats WHERE token_digest = $1"  # noqa: S608 # COLUMNS is a literal
AT: Final = f"SELECT {COLUMNS} FROM web_chats WHERE workspace = $1 AND interaction_id = ANY($2)"  # noqa: S608 # as above
SAVE: Final = """
    INSERT INTO web_chats AS kept (
        token_digest, workspace, chat_id, number, interaction_id, ended_by, next_offset, seen_ms, queue, language,
        account, customer_name
    )
    SELECT * FROM unnest(
        $1::bytea[], $2::text[], $3::text[], $4::integer[], $5::text[], $6::text[], $7::bigint[], $8::bigint[],
        $9::text[], $10::text[], $11::text[], $12::text[]
    )
    ON CONFLICT (token_digest) DO UPDATE SET
        number = excluded.number,
        interaction_id = excluded.interaction_id,
        ended_by = CASE WHEN excluded.number > kept.number THEN excluded.ended_by
                        ELSE coalesce(excluded.ended_by, kept.ended_by) END,
        next_offset = CASE WHEN excluded.number > kept.number THEN excluded.next_offset
                           ELSE greatest(excluded.next_offset, kept.next_offset) END,
        seen_ms = greatest(excluded.seen_ms, kept.seen_ms),
        queue = excluded.queue,
        language = excluded.language,
        account = coalesce(excluded.account, kept.account),
        customer_name = coalesce(excluded.customer_name, kept.customer_name)
    WHERE excluded.number >= kept.number
"""


class PostgresChatStore:
    """See `ChatStore`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def find(self, digest: bytes) -> ChatRow | None:
        try:
            row = await self._pool.fetchrow(FIND, digest)
        except AWAY as error:
            raise Away from error
        return None if row is None else row_of(row)

    async def at(self, workspace: str, interaction_ids: Sequence[str]) -> list[ChatRow]:
        try:
            rows = await self._pool.fetch(AT, workspace, list(interaction_ids))
        except AWAY as error:
            raise Away from error
        return [row_of(row) for row in rows]

    async def save(self, rows: Sequence[ChatRow]) -> None:
        if not rows:
            return
        columns = zip(*(values_of(row) for row in sorted(rows, key=lambda row: row.digest)), strict=True)
        try:
            await self._pool.execute(SAVE, *(list(column) for column in columns))
        except AWAY as error:
            raise Away from error


def values_of(row: ChatRow) -> tuple[Any, ...]:
    """The row's values in the order of `SAVE`. Sorted rows keep two processes from waiting for each other."""
    return (
        row.digest,
        row.workspace,
        row.chat_id,
        row.number,
        row.interaction_id,
        row.ended_by,
        row.next_offset,
        row.seen_ms,
        row.queue,
        row.language,
        row.account,
        row.customer_name,
    )


def row_of(row: Any) -> ChatRow:
    """A row of `FIND` or `AT`."""
    return ChatRow(
        digest=row["token_digest"],
        workspace=row["workspace"],
        number=row["number"],
        ended_by=None if row["ended_by"] is None else EndedBy(row["ended_by"]),
        next_offset=row["next_offset"],
        seen_ms=row["seen_ms"],
        queue=row["queue"],
        language=row["language"],
        account=row["account"],
        customer_name=row["customer_name"],
    )
