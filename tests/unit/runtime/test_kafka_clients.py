from __future__ import annotations

import asyncio

import pytest
from aiokafka.errors import KafkaConnectionError

from runtime.clock import SystemClock
from runtime.kafka_clients import ClientSetup, started
from runtime.settings import Kafka

SETUP = ClientSetup(Kafka(start_patience_ms=60_000), SystemClock(), "test")


class Client:
    """One whose start a test ends; `open` counts its connections, of which only a start that is over can be closed."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.may_go_on = asyncio.Event()
        self.begun = asyncio.Event()
        self.kept = False
        self.open = 0

    async def start(self) -> None:
        self.open += 1
        self.begun.set()
        await self.may_go_on.wait()
        self.kept = True
        if self.errors:
            raise self.errors.pop(0)

    async def stop(self) -> None:
        self.open -= self.kept


async def test_who_is_cancelled_while_a_client_starts_leaves_no_connection_behind() -> None:
    client = Client()
    starting = asyncio.create_task(started(SETUP, lambda: client))
    await client.begun.wait()
    starting.cancel()
    client.may_go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await starting
    assert client.open == 0


async def test_a_broker_that_is_not_there_yet_is_tried_again() -> None:
    client = Client(KafkaConnectionError())
    client.may_go_on.set()
    assert await started(SETUP, lambda: client) is client
    assert client.open == 1
