from __future__ import annotations

import asyncio
from typing import Any, cast

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaTimeoutError, ProducerClosed

from runtime.kafka_producer import queued
from runtime.records import TopicPartition

WHERE = TopicPartition("out", 3)


class SlowClient:
    """A client that gives up so many times before it takes a batch, then raises what is planted."""

    def __init__(self, gives_up: int, error: Exception | None = None) -> None:
        self.gives_up = gives_up
        self.error = error
        self.taken: list[tuple[object, str, int]] = []

    async def send_batch(self, batch: object, topic: str, *, partition: int) -> asyncio.Future[Any]:
        await asyncio.sleep(0)
        if self.gives_up:
            self.gives_up -= 1
            raise KafkaTimeoutError
        if self.error is not None:
            raise self.error
        self.taken.append((batch, topic, partition))
        return asyncio.get_running_loop().create_future()


def as_client(client: SlowClient) -> AIOKafkaProducer:
    return cast(AIOKafkaProducer, client)


async def test_a_batch_waits_for_its_turn_longer_than_a_request_may_take() -> None:
    client = SlowClient(gives_up=2)
    future = await queued(as_client(client), "batch", WHERE)
    assert client.taken == [("batch", "out", 3)]
    assert not future.done()


async def test_a_producer_that_is_closed_is_no_matter_of_waiting() -> None:
    client = SlowClient(gives_up=1, error=ProducerClosed())
    with pytest.raises(ProducerClosed):
        await queued(as_client(client), "batch", WHERE)
    assert client.taken == []
