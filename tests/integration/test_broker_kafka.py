"""A real Kafka passes the suite that the broker in memory passes."""

from __future__ import annotations

import pytest

from tests.support.broker_suite import Bench, BrokerSuite
from tests.support.kafka_bench import KafkaBench
from tests.support.stack import SharedStack


class TestKafkaBroker(BrokerSuite):
    @pytest.fixture
    def bench(self, stack: SharedStack) -> Bench:
        return KafkaBench(stack.kafka)
