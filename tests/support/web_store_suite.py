"""What every store of chats does, the one in memory and the one on PostgreSQL."""

from __future__ import annotations

from typing import Any

import pytest

from producers.web.chat import ChatRow
from producers.web.store import ChatStore
from schemas.chat import EndedBy


def a_row(number: int = 1, digest: bytes = b"d" * 32, **fields: Any) -> ChatRow:
    return ChatRow(digest=digest, workspace="shop", number=number, **fields)


class ChatStoreSuite:
    """Subclasses give `store`, an empty one."""

    @pytest.fixture
    def store(self) -> ChatStore:
        raise NotImplementedError

    async def test_every_field_comes_back(self, store: ChatStore) -> None:
        row = a_row(
            ended_by=EndedBy.AGENT,
            next_offset=5,
            seen_ms=6,
            queue="orders",
            language="zh-CN",
            account="li88",
            customer_name="李伟",
        )
        await store.save([row, a_row(digest=b"e" * 32)])
        assert await store.find(b"d" * 32) == row
        assert await store.find(b"x" * 32) is None

    async def test_chats_are_found_by_the_contact_that_they_are_at(self, store: ChatStore) -> None:
        row = a_row(2)
        await store.save([row])
        assert await store.at("shop", [row.interaction(1), row.interaction(2)]) == [row]
        assert await store.at("shop", [row.interaction(1)]) == []
        assert await store.at("bank", [row.interaction(2)]) == []

    async def test_an_earlier_contact_changes_nothing(self, store: ChatStore) -> None:
        await store.save([a_row(2, seen_ms=5)])
        await store.save([a_row(1, seen_ms=9, ended_by=EndedBy.AGENT)])
        assert await store.find(b"d" * 32) == a_row(2, seen_ms=5)

    async def test_a_later_contact_is_open_again(self, store: ChatStore) -> None:
        await store.save([a_row(1, ended_by=EndedBy.AGENT, next_offset=9, seen_ms=9, account="li88")])
        await store.save([a_row(2, next_offset=3, seen_ms=3)])
        assert await store.find(b"d" * 32) == a_row(2, next_offset=3, seen_ms=9, account="li88")

    async def test_within_a_contact_nothing_goes_back(self, store: ChatStore) -> None:
        await store.save([a_row(ended_by=EndedBy.AGENT, next_offset=9, seen_ms=9, queue="a")])
        await store.save([a_row(next_offset=3, seen_ms=3, queue="b")])
        expected = a_row(ended_by=EndedBy.AGENT, next_offset=9, seen_ms=9, queue="b")
        assert await store.find(b"d" * 32) == expected

    async def test_nothing_to_save_is_nothing(self, store: ChatStore) -> None:
        await store.save([])
        assert await store.find(b"d" * 32) is None
