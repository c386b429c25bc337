from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence

import pytest

from producers.http.problems import Kind
from producers.http.sending import Sending, SendPolicy
from runtime.clock import ManualClock
from runtime.problems import Problem
from runtime.records import Output
from tests.support.waiting import eventually

OUTPUTS = [Output("interactions.v1", b"bookcity", b"{}")]


class AProducer:
    """Acknowledges when it may; raises what it is told to."""

    def __init__(self) -> None:
        self.open = asyncio.Event()
        self.open.set()
        self.error: Exception | None = None
        self.acknowledged: list[Output] = []

    async def start(self) -> None:
        return None

    async def stop(self) -> None:
        await self.open.wait()

    async def partition_count(self, topic: str) -> int:
        return 16

    async def send(self, outputs: Sequence[Output]) -> None:
        await self.open.wait()
        if self.error is not None:
            raise self.error
        self.acknowledged.extend(outputs)


@pytest.fixture
async def producer() -> AProducer:
    return AProducer()


async def a_sending(producer: AProducer, **policy: int) -> Sending:
    sending = Sending(producer, ManualClock(), SendPolicy(**policy))
    await sending.start()
    return sending


async def refused(sending: Sending) -> Problem:
    with pytest.raises(Problem) as caught:
        await sending.send(OUTPUTS)
    return caught.value


async def taken(sending: Sending) -> bool:
    """A machine that stood still for longer than the answer's time would make it unknown again."""
    with contextlib.suppress(Problem):
        await sending.send(OUTPUTS)
        return True
    return False


async def test_it_returns_when_the_broker_has_acknowledged(producer: AProducer) -> None:
    sending = await a_sending(producer)
    await sending.send(OUTPUTS)
    assert producer.acknowledged == OUTPUTS
    assert sending.problem() is None


async def test_before_the_log_is_reached_nothing_is_taken(producer: AProducer) -> None:
    sending = Sending(producer, ManualClock(), SendPolicy())
    assert (await refused(sending)).kind is Kind.NOT_READY
    assert sending.problem() == "not connected to the log yet"


async def test_silence_makes_the_outcome_unknown_and_the_process_not_ready_until_an_answer(producer: AProducer) -> None:
    sending = await a_sending(producer, answer_timeout_ms=5)
    producer.open.clear()
    problem = await refused(sending)
    assert problem.kind is Kind.UNKNOWN_OUTCOME
    assert problem.retry_after_s is not None
    assert sending.problem() is not None
    producer.open.set()
    await eventually(lambda: taken(sending))
    assert sending.problem() is None
    assert not sending.failed.done()


async def test_only_so_many_wait_at_once(producer: AProducer) -> None:
    sending = await a_sending(producer, most_waiting=1)
    producer.open.clear()
    first = asyncio.create_task(sending.send(OUTPUTS))
    await asyncio.wait({first}, timeout=0)
    assert (await refused(sending)).kind is Kind.OVERLOADED
    producer.open.set()
    await first
    await sending.send(OUTPUTS)


async def test_an_error_of_the_producer_is_an_unknown_outcome_and_the_end(producer: AProducer) -> None:
    sending = await a_sending(producer)
    producer.error = RuntimeError("fenced")
    assert (await refused(sending)).kind is Kind.UNKNOWN_OUTCOME
    assert sending.failed.result() is producer.error
    assert (await refused(sending)).kind is Kind.UNKNOWN_OUTCOME


async def test_stopping_waits_for_the_broker_only_so_long(producer: AProducer) -> None:
    sending = await a_sending(producer, answer_timeout_ms=5)
    producer.open.clear()
    async with asyncio.timeout(60):
        await sending.stop()
    assert not producer.open.is_set()
