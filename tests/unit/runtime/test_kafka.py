from __future__ import annotations

import pytest
from aiokafka.errors import KafkaConnectionError

from runtime.broker import GroupPolicy
from runtime.clock import ManualClock
from runtime.kafka import KafkaConnection
from runtime.records import Output, TopicPartition
from runtime.settings import Kafka


@pytest.fixture
def connection() -> KafkaConnection:
    return KafkaConnection(Kafka(bootstrap_servers="127.0.0.1:1"), ManualClock(), "test")


async def test_a_client_that_was_not_started_says_so(connection: KafkaConnection) -> None:
    consumer = connection.consumer(GroupPolicy(group_id="g", topic="t"))
    with pytest.raises(RuntimeError, match="not been started"):
        await consumer.fetch()
    with pytest.raises(RuntimeError, match="not been started"):
        await connection.producer().send([Output("t", b"k", b"v", partition=0)] * 2)


async def test_clients_that_were_not_started_can_be_stopped(connection: KafkaConnection) -> None:
    await connection.consumer(GroupPolicy(group_id="g", topic="t")).stop()
    await connection.producer().stop()
    await connection.reader().stop()
    assert TopicPartition("t", 0) == ("t", 0)


async def test_a_client_ends_with_the_last_error_when_patience_ends() -> None:
    impatient = Kafka(bootstrap_servers="127.0.0.1:1", start_patience_ms=1)
    clock = _Hasty()
    with pytest.raises(KafkaConnectionError):
        await KafkaConnection(impatient, clock, "test").producer().start()
    assert clock.naps == 1


class _Hasty(ManualClock):
    """Sleeping moves it on by itself."""

    naps = 0

    async def sleep(self, seconds: float) -> None:
        self.naps += 1
        self.advance_ms(int(seconds * 1000))
