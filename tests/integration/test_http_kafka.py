from __future__ import annotations

import pytest

from runtime.clock import SystemClock
from runtime.kafka import KafkaConnection
from runtime.settings import Kafka
from tests.support.http_poll_suite import HttpPollSuite
from tests.support.http_suite import HttpSuite
from tests.support.stack import SharedStack


class TestHttpOnKafka(HttpSuite, HttpPollSuite):
    @pytest.fixture
    def broker(self, stack: SharedStack) -> KafkaConnection:
        return KafkaConnection(Kafka(bootstrap_servers=stack.kafka), SystemClock(), "test-http")
