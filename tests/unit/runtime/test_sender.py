from __future__ import annotations

import asyncio

import pytest
from aiokafka.errors import KafkaConnectionError

from runtime.memory import MemoryBroker
from runtime.memory_clients import MemoryProducer
from runtime.records import Output, TopicPartition
from runtime.sender import NotSent, Sender
from schemas.topics import ROUTING_INPUTS
from tests.support.gateway_parts import HurriedClock, a_broker, a_sender, working


def an_output(name: bytes) -> Output:
    return Output(ROUTING_INPUTS.name, b"shop", name, partition=0)


def in_the_log(broker: MemoryBroker) -> list[bytes | None]:
    return [record.value for record in broker.read(TopicPartition(ROUTING_INPUTS.name, 0), 0, 100)]


async def test_what_is_put_first_is_in_the_log_first() -> None:
    broker = a_broker()
    sender = a_sender(broker)
    async with working(sender.run()):
        for number in range(20):
            sender.put(an_output(b"%d" % number), keep=number % 3 == 0)
        await sender.settled()
    assert in_the_log(broker) == [b"%d" % number for number in range(20)]


async def test_what_its_asker_gave_up_before_it_left_is_not_sent_and_presence_is() -> None:
    broker = a_broker()
    sender = a_sender(broker)
    command, sign = sender.put(an_output(b"command")), sender.put(an_output(b"sign"), keep=True)
    command.cancel()
    sign.cancel()
    async with working(sender.run()):
        await sender.settled()
    assert in_the_log(broker) == [b"sign"]


async def test_while_the_broker_is_away_all_waits_and_then_goes_in_order() -> None:
    broker = a_broker()
    sender = a_sender(broker)
    broker.faults.go_away()
    async with working(sender.run()):
        puts = [sender.put(an_output(b"%d" % number), keep=True) for number in range(3)]
        done, _ = await asyncio.wait(puts, timeout=0.05)
        assert not done
        broker.faults.come_back()
        await sender.settled()
    assert in_the_log(broker) == [b"0", b"1", b"2"]


async def test_after_a_failed_send_presence_goes_again_and_a_command_s_asker_is_told() -> None:
    broker = a_broker()
    failing = [True]

    class Fails(MemoryProducer):
        async def send(self, outputs: object) -> None:
            if failing.pop():
                failing.append(False)
                raise KafkaConnectionError("planted")
            failing.append(False)
            await super().send(outputs)  # type: ignore[arg-type]

    import structlog

    sender = Sender(lambda: Fails(broker), HurriedClock(), structlog.get_logger())
    sign, command = sender.put(an_output(b"sign"), keep=True), sender.put(an_output(b"command"))
    async with working(sender.run()):
        await sign
        with pytest.raises(NotSent):
            await command
    assert in_the_log(broker) == [b"sign"]
