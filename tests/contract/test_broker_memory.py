"""The broker in memory passes the suite that a real Kafka passes."""

from __future__ import annotations

import pytest

from runtime.clock import SystemClock
from runtime.memory import MemoryBroker
from runtime.records import TopicPartition
from tests.support.broker_suite import Bench, BrokerSuite


class MemoryBench(Bench):
    def __init__(self) -> None:
        self.broker: MemoryBroker = MemoryBroker({}, SystemClock())

    async def create(self, name: str, partitions: int, *, log_append_time: bool = False) -> None:
        self.broker.create(name, partitions, log_append_time=log_append_time)

    async def drop_before(self, partition: TopicPartition, first: int) -> None:
        self.broker.truncate(partition, first=first)


class TestMemoryBroker(BrokerSuite):
    @pytest.fixture
    def bench(self) -> Bench:
        return MemoryBench()
