from __future__ import annotations

import pytest

from consumers.timeline_writer.rows import TimelineRow
from runtime.marked_memory import MemoryMarkedStore
from tests.support.marked_store_suite import MarkedStoreSuite
from tests.support.timeline_builders import MadeEntries


class MemoryTimelineBench(MadeEntries):
    def __init__(self, store: MemoryMarkedStore[TimelineRow]) -> None:
        self._store = store

    async def kept(self) -> list[TimelineRow]:
        return sorted(self._store.rows.values(), key=lambda row: row.place)


class TestMemoryTimelineStore(MarkedStoreSuite):
    @pytest.fixture
    def store(self) -> MemoryMarkedStore[TimelineRow]:
        return MemoryMarkedStore(lambda row: (row.workspace, row.entry_id))

    @pytest.fixture
    def bench(self, store: MemoryMarkedStore[TimelineRow]) -> MemoryTimelineBench:
        return MemoryTimelineBench(store)
