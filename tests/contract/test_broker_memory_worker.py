"""The worker on the broker in memory."""

from __future__ import annotations

import pytest

from tests.contract.test_broker_memory import MemoryBench
from tests.support.worker_suite import Scene, WorkerSuite, scene_on


class TestWorkerInMemory(WorkerSuite):
    @pytest.fixture
    async def scene(self) -> Scene:
        return await scene_on(MemoryBench())
