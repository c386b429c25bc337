"""The worker on a real Kafka."""

from __future__ import annotations

import pytest

from tests.support.kafka_bench import KafkaBench
from tests.support.stack import SharedStack
from tests.support.worker_suite import Scene, WorkerSuite, scene_on


class TestWorkerOnKafka(WorkerSuite):
    @pytest.fixture
    async def scene(self, stack: SharedStack) -> Scene:
        return await scene_on(KafkaBench(stack.kafka))
