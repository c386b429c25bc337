"""The routing stage lets the rest of its process live while it works: without heartbeats its partitions are given away."""

from __future__ import annotations

import asyncio

from runtime.clock import SystemClock
from runtime.events import to_output
from runtime.memory import MemoryBroker
from runtime.pump import OrderedSender
from runtime.records import TopicPartition
from runtime.settings import Routing
from schemas.event import Event
from schemas.inputs import AgentSessionClosed, AgentSessionOpened, GatewayStarted, InteractionIdentified
from schemas.topics import ROUTING_INPUTS, TOPICS
from streams.routing.worker import RoutingStage
from tests.support.routing_inputs import a_configuration

WS = "busy"
WHERE = TopicPartition(ROUTING_INPUTS.name, 0)
AGENTS = tuple(f"agent-{number}" for number in range(8))


def a_leaving() -> list[Event]:
    """Eight agents hold the offers of three hundred contacts, as many as they may, and leave one after the other."""
    opened = [AgentSessionOpened(workspace=WS, agent_id=a, gateway="g", incarnation=1, session=a) for a in AGENTS]
    closed = [AgentSessionClosed(workspace=WS, agent_id=a, gateway="g", incarnation=1, session=a) for a in AGENTS]
    contacts = [
        InteractionIdentified(
            workspace=WS, interaction_id=f"c-{number}", adapter="web", instance="web", channel="email", queue="q"
        )
        for number in range(300)
    ]
    return [
        a_configuration(WS, queues=("q",), agents=AGENTS),
        GatewayStarted(workspace=WS, gateway="g", incarnation=1),
        *opened,
        *contacts,
        *closed,
    ]


async def test_others_have_turns_within_a_batch_that_brings_much() -> None:
    clock = SystemClock()
    broker = MemoryBroker({topic.name: topic.partitions for topic in TOPICS}, clock)
    stage = RoutingStage(WHERE, OrderedSender(broker.producer(), 10_000), broker.reader(), clock, Routing())
    await stage.open(None, broker.log_range(WHERE))
    events = a_leaving()
    outputs = [to_output(event, ROUTING_INPUTS, key=WS, event_id="e", source="/test", partition=0) for event in events]
    batch = [broker.append(output, 0) for output in outputs]
    turns = 0

    async def beat() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    beating = asyncio.create_task(beat())
    handled = await stage.handle(batch)
    beating.cancel()
    work = len(batch) + len(handled.outputs)
    assert work > 400
    assert turns >= work // 400
