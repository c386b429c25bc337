from __future__ import annotations

import asyncio

import msgspec

from consumers.gateway.commander import Commander
from consumers.gateway.session import Session
from runtime.clock import SystemClock
from runtime.memory import MemoryBroker
from runtime.records import TopicPartition
from runtime.sender import Sender
from schemas import codec, live
from schemas.inputs import EndInteraction
from schemas.messages import Author, MessagePosted
from schemas.topics import MESSAGES, ROUTING_INPUTS
from schemas.vocabulary import Refusal
from tests.support.gateway_parts import Listener, a_broker, a_sender, working
from tests.support.waiting import eventually

COMMAND = EndInteraction(workspace="shop", command_id="k_12345678", actor="ana", agent_id="ana", leg_id="i1.1")
MESSAGE = MessagePosted(
    workspace="shop", interaction_id="i1", message_id="m_1", author=Author.AGENT, sent_at_ms=1, text="hello"
)


def a_commander(listener: Listener, sender: Sender, answer_timeout_ms: int = 5_000) -> Commander:
    return Commander(sender, SystemClock(), "/gateways/one", listener.tell, answer_timeout_ms=answer_timeout_ms)


def records_of(broker: MemoryBroker, topic: str) -> list[bytes]:
    partitions = broker.partitions(topic)
    return [record.value or b"" for one in partitions for record in broker.read(TopicPartition(*one), 0, 100)]


def results(listener: Listener) -> list[live.Result]:
    return [frame for frame in listener.told if isinstance(frame, live.Result)]


async def test_a_command_goes_into_the_log_and_the_decision_that_names_it_is_the_result() -> None:
    broker, listener = a_broker(), Listener()
    sender = a_sender(broker)
    commander = a_commander(listener, sender)
    async with working(sender.run()):
        commander.submit(listener.session, COMMAND)
        await eventually(lambda: records_of(broker, ROUTING_INPUTS.name))
        commander.decided(listener.floor.refused(COMMAND.command_id, Refusal.WRONG_STATE))
    [value] = records_of(broker, ROUTING_INPUTS.name)
    assert codec.decode(ROUTING_INPUTS, value) == COMMAND
    assert [(one.outcome, one.reason) for one in results(listener)] == [(live.Outcome.REFUSED, Refusal.WRONG_STATE)]
    await commander.stop()


async def test_a_command_whose_result_is_known_is_answered_without_the_log() -> None:
    broker, listener = a_broker(), Listener()
    commander = a_commander(listener, a_sender(broker))
    commander.decided(listener.floor.applied(COMMAND.command_id))
    commander.submit(listener.session, COMMAND)
    assert [one.outcome for one in results(listener)] == [live.Outcome.APPLIED]
    assert records_of(broker, ROUTING_INPUTS.name) == []


async def test_without_the_broker_the_outcome_is_unknown_and_a_later_decision_is_told_still() -> None:
    broker, listener = a_broker(), Listener()
    broker.faults.go_away()
    sender = a_sender(broker)
    commander = a_commander(listener, sender, answer_timeout_ms=20)
    async with working(sender.run()):
        commander.submit(listener.session, COMMAND)
        await eventually(lambda: results(listener))
        commander.decided(listener.floor.applied(COMMAND.command_id))
    assert [one.outcome for one in results(listener)] == [live.Outcome.UNAVAILABLE, live.Outcome.APPLIED]
    await commander.stop()


async def test_without_a_router_the_outcome_is_unknown_too() -> None:
    broker, listener = a_broker(), Listener()
    sender = a_sender(broker)
    commander = a_commander(listener, sender, answer_timeout_ms=20)
    async with working(sender.run()):
        commander.submit(listener.session, COMMAND)
        await eventually(lambda: results(listener))
        await eventually(lambda: records_of(broker, ROUTING_INPUTS.name))
    assert [one.outcome for one in results(listener)] == [live.Outcome.UNAVAILABLE]
    assert len(records_of(broker, ROUTING_INPUTS.name)) == 1
    await commander.stop()


async def test_who_asks_twice_is_not_told_that_nothing_is_known_after_the_result() -> None:
    broker, listener = a_broker(), Listener()
    sender = a_sender(broker)
    commander = a_commander(listener, sender, answer_timeout_ms=20)
    async with working(sender.run()):
        for _ in range(2):
            commander.submit(listener.session, COMMAND)
        commander.decided(listener.floor.applied(COMMAND.command_id))
        commander.submit(listener.session, msgspec.structs.replace(COMMAND, command_id="k_another1"))
        await eventually(lambda: len(results(listener)) > 1)
    outcomes = [(one.command_id, one.outcome) for one in results(listener)]
    assert outcomes == [(COMMAND.command_id, live.Outcome.APPLIED), ("k_another1", live.Outcome.UNAVAILABLE)]
    await commander.stop()


async def test_two_windows_that_ask_the_same_are_both_told() -> None:
    broker, one, other = a_broker(), Listener(), Listener()
    told: list[tuple[Session, live.Outcome]] = []

    def tell(session: Session, frame: live.Frame) -> None:
        assert isinstance(frame, live.Result)
        told.append((session, frame.outcome))

    commander = Commander(a_sender(broker), SystemClock(), "/gateways/one", tell, answer_timeout_ms=5_000)
    for listener in (one, other):
        commander.submit(listener.session, COMMAND)
    commander.decided(one.floor.applied(COMMAND.command_id))
    assert told == [(one.session, live.Outcome.APPLIED), (other.session, live.Outcome.APPLIED)]
    await commander.stop()


async def test_a_message_is_applied_once_the_broker_has_it() -> None:
    broker, listener = a_broker(), Listener()
    sender = a_sender(broker)
    commander = a_commander(listener, sender)
    async with working(sender.run()):
        commander.post(listener.session, "k_message1", MESSAGE)
        await eventually(lambda: results(listener))
    assert [codec.decode(MESSAGES, value) for value in records_of(broker, MESSAGES.name)] == [MESSAGE]
    assert [one.outcome for one in results(listener)] == [live.Outcome.APPLIED]


async def test_a_message_that_the_broker_does_not_take_in_time_may_be_said_again() -> None:
    broker, listener = a_broker(), Listener()
    broker.faults.go_away()
    sender = a_sender(broker)
    commander = a_commander(listener, sender, answer_timeout_ms=20)
    async with working(sender.run()):
        commander.post(listener.session, "k_message1", MESSAGE)
        await eventually(lambda: results(listener))
        await asyncio.wait_for(commander.stop(), 60)
    assert [one.outcome for one in results(listener)] == [live.Outcome.UNAVAILABLE]
