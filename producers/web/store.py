"""Where chats are kept, so that any instance can take them up again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import msgspec

from producers.web.chat import ChatRow


class ChatStore(Protocol):
    """Every method raises `runtime.kept_messages.Away` when the store does not answer."""

    async def find(self, digest: bytes) -> ChatRow | None:
        """The chat with that token."""
        ...

    async def at(self, workspace: str, interaction_ids: Sequence[str]) -> list[ChatRow]:
        """The chats that are at these contacts."""
        ...

    async def save(self, rows: Sequence[ChatRow]) -> None:
        """Keeps them. A row of an earlier contact than the kept one changes nothing; an ending is never forgotten, nor
        does `seen_ms` or `next_offset` go back.
        """
        ...


def merged(kept: ChatRow, new: ChatRow) -> ChatRow:
    """What `save` makes of a kept row."""
    if new.number < kept.number:
        return kept
    is_later = new.number > kept.number
    return msgspec.structs.replace(
        new,
        ended_by=new.ended_by if is_later else new.ended_by or kept.ended_by,
        next_offset=new.next_offset if is_later else max(kept.next_offset, new.next_offset),
        seen_ms=max(kept.seen_ms, new.seen_ms),
        account=new.account or kept.account,
        customer_name=new.customer_name or kept.customer_name,
    )
