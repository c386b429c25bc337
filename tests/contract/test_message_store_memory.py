from __future__ import annotations

import pytest

from consumers.message_writer.rows import MessageRow
from runtime.marked_memory import MemoryMarkedStore
from tests.support.marked_store_suite import MarkedStoreSuite
from tests.support.message_builders import MadeMessages, a_message_store


class MemoryMessageBench(MadeMessages):
    def __init__(self, store: MemoryMarkedStore[MessageRow]) -> None:
        self._store = store

    async def kept(self) -> list[MessageRow]:
        return sorted(self._store.rows.values(), key=lambda row: row.number)


class TestMemoryMessageStore(MarkedStoreSuite):
    @pytest.fixture
    def store(self) -> MemoryMarkedStore[MessageRow]:
        return a_message_store()

    @pytest.fixture
    def bench(self, store: MemoryMarkedStore[MessageRow]) -> MemoryMessageBench:
        return MemoryMessageBench(store)
