from __future__ import annotations

import pytest

from consumers.message_writer.memory_store import MemoryMessageStore
from consumers.message_writer.rows import MessageRow
from tests.support.message_store_suite import MessageStoreSuite


class MemoryMessageBench:
    def __init__(self, store: MemoryMessageStore) -> None:
        self._store = store

    async def rows(self) -> list[MessageRow]:
        return sorted(self._store.rows.values(), key=lambda row: row.number)


class TestMemoryMessageStore(MessageStoreSuite):
    @pytest.fixture
    def store(self) -> MemoryMessageStore:
        return MemoryMessageStore()

    @pytest.fixture
    def bench(self, store: MemoryMessageStore) -> MemoryMessageBench:
        return MemoryMessageBench(store)
