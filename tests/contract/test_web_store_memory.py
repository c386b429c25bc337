from __future__ import annotations

import pytest

from producers.web.memory_store import MemoryChatStore
from tests.support.web_store_suite import ChatStoreSuite


class TestMemoryChatStore(ChatStoreSuite):
    @pytest.fixture
    def store(self) -> MemoryChatStore:
        return MemoryChatStore()
