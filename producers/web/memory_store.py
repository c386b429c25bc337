"""The in-memory twin of the store of chats."""

from __future__ import annotations

from collections.abc import Sequence

from producers.web.chat import ChatRow
from producers.web.store import merged
from runtime.kept_messages import Away


class MemoryChatStore:
    """See `ChatStore`; `away` = it does not answer."""

    def __init__(self) -> None:
        self.rows: dict[bytes, ChatRow] = {}
        self.away = False

    async def find(self, digest: bytes) -> ChatRow | None:
        self._check()
        return self.rows.get(digest)

    async def at(self, workspace: str, interaction_ids: Sequence[str]) -> list[ChatRow]:
        self._check()
        wanted = set(interaction_ids)
        return [row for row in self.rows.values() if row.workspace == workspace and row.interaction_id in wanted]

    async def save(self, rows: Sequence[ChatRow]) -> None:
        self._check()
        for row in rows:
            kept = self.rows.get(row.digest)
            self.rows[row.digest] = row if kept is None else merged(kept, row)

    def _check(self) -> None:
        if self.away:
            raise Away
