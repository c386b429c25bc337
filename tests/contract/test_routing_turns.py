"""The routing stage lets the rest of its process live while it works: without heartbeats its partitions are given away."""

from __future__ import annotations

import asyncio

from runtime.clock import SystemClock
from runtime.events import to_output
from runtime.memory import MemoryBroker
from runtime.pump import OrderedSender
from runtime.records import Record, TopicPartition
from runtime.settings import Routing
from schemas.event import Event
from schemas.inputs import AgentSessionClosed, AgentSessionOpened, GatewayStarted, InteractionIdentified
from schemas.topics import ROUTING_INPUTS, TOPICS
from streams.routing.worker import RoutingStage
from tests.support.routing_inputs import a_configuration

WS = "busy"
WHERE = TopicPartition(ROUTING_INPUTS.name, 0)
AGENTS = tuple(f"agent-{number}" for number in range(8))
DECISIONS_OF_ONE = 50
"""More than any one input of these brings."""


def a_leaving(contacts: int) -> list[Event]:
    """Eight agents hold the offers of so many contacts, as many as they may, and leave one after the other."""
    opened = [AgentSessionOpened(workspace=WS, agent_id=a, gateway="g", incarnation=1, session=a) for a in AGENTS]
    closed = [AgentSessionClosed(workspace=WS, agent_id=a, gateway="g", incarnation=1, session=a) for a in AGENTS]
    arrived = [
        InteractionIdentified(
            workspace=WS, interaction_id=f"c-{number}", adapter="web", instance="web", channel="email", queue="q"
        )
        for number in range(contacts)
    ]
    return [
        a_configuration(WS, queues=("q",), agents=AGENTS),
        GatewayStarted(workspace=WS, gateway="g", incarnation=1),
        *opened,
        *arrived,
        *closed,
    ]


async def a_stage(events: list[Event]) -> tuple[RoutingStage, list[Record]]:
    """An open stage, and these inputs as its next batch."""
    clock = SystemClock()
    broker = MemoryBroker({topic.name: topic.partitions for topic in TOPICS}, clock)
    stage = RoutingStage(WHERE, OrderedSender(broker.producer(), 10_000), broker.reader(), clock, Routing())
    await stage.open(None, broker.log_range(WHERE))
    outputs = [to_output(event, ROUTING_INPUTS, key=WS, event_id="e", source="/test", partition=0) for event in events]
    return stage, [broker.append(output, 0) for output in outputs]


async def test_what_a_batch_brings_is_said_bit_by_bit_when_it_is_much() -> None:
    stage, rest = await a_stage(a_leaving(4_500))
    said: list[list[bytes | None]] = []
    while rest:
        handled = await stage.handle(rest)
        said.append([output.value for output in handled.outputs])
        rest = rest[handled.taken :]
    assert len(said) > 2
    assert all(len(part) < 2_000 + DECISIONS_OF_ONE for part in said)
    whole, batch = await a_stage(a_leaving(4_500))
    one_by_one = [output.value for record in batch for output in (await whole.handle([record])).outputs]
    assert [value for part in said for value in part] == one_by_one


async def test_others_have_turns_within_a_batch_that_brings_much() -> None:
    stage, batch = await a_stage(a_leaving(300))
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
