"""A workspace's log comes under the newest rules once, by whichever router has it, and verifies before and after."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

from deploy.verification import Verified, verify
from runtime.clock import SystemClock
from runtime.memory import MemoryBroker, records_of
from runtime.metrics import Metrics
from runtime.records import Output, TopicPartition
from runtime.settings import Routing
from runtime.stage import Sender
from runtime.worker import WorkerPolicy, run_worker
from schemas import codec
from schemas.decisions import EngineVersionApplied
from schemas.envelope import Envelope, to_headers
from schemas.event import Event, wire_type
from schemas.inputs import EngineUpgraded, InteractionIdentified
from schemas.topics import ROUTING_DECISIONS, ROUTING_INPUTS, TOPICS
from streams.routing.rules import ENGINE_VERSION
from streams.routing.worker import RoutingStage
from tests.support.routing_inputs import a_configuration
from tests.support.waiting import eventually

WS = "bookcity"
UPGRADED = EngineUpgraded(workspace=WS, version=ENGINE_VERSION)


def a_broker() -> MemoryBroker:
    stamped = [topic.name for topic in TOPICS if topic.log_append_time]
    return MemoryBroker({topic.name: topic.partitions for topic in TOPICS}, SystemClock(), log_append_time=stamped)


@contextlib.asynccontextmanager
async def a_router(broker: MemoryBroker, *, upgrade: bool = True) -> AsyncIterator[None]:
    """A router over the broker in memory while the block runs."""
    stop, reader = asyncio.Event(), broker.reader()

    def stage(partition: TopicPartition, sender: Sender) -> RoutingStage:
        return RoutingStage(partition, sender, reader, SystemClock(), Routing(upgrade=upgrade))

    policy = WorkerPolicy(group_id="routing", topic=ROUTING_INPUTS.name, commit=False, idle_ms=20)
    running = asyncio.create_task(run_worker(policy, stage, broker, SystemClock(), Metrics(), stop))
    try:
        yield
    finally:
        stop.set()
        await running


async def send(broker: MemoryBroker, *events: Event) -> None:
    producer = broker.producer()
    await producer.start()
    for event in events:
        headers = to_headers(Envelope(id="test", source="/test", type=wire_type(event)))
        await producer.send([Output(ROUTING_INPUTS.name, WS.encode(), codec.encode(event), headers)])
    await producer.stop()


def a_contact(name: str) -> InteractionIdentified:
    return InteractionIdentified(
        workspace=WS, interaction_id=name, adapter="line", instance="line-1", channel="phone", queue="q"
    )


def upgrades(broker: MemoryBroker) -> list[int]:
    """The offsets of all upgrades in the log."""
    found: list[Any] = [(one.offset, codec.decode(ROUTING_INPUTS, one.value or b"")) for one in inputs(broker)]
    return [offset for offset, event in found if isinstance(event, EngineUpgraded)]


def inputs(broker: MemoryBroker) -> list[Any]:
    return list(records_of(broker, ROUTING_INPUTS.name))


def applied(broker: MemoryBroker) -> list[int]:
    """The versions that decisions say to be in force, in order."""
    found: list[Any] = [codec.decode(ROUTING_DECISIONS, one.value or b"") for one in decided(broker)]
    return [one.version for one in found if isinstance(one, EngineVersionApplied)]


def decided(broker: MemoryBroker) -> list[Any]:
    return list(records_of(broker, ROUTING_DECISIONS.name))


async def settled(broker: MemoryBroker) -> Verified:
    """The log as soon as every input is decided."""
    found: list[Verified] = []

    async def all_decided() -> bool:
        found.append(await verify(broker, WS))
        assert found[-1].breach is None, found[-1].breach
        return found[-1].undecided == 0

    await eventually(all_decided, what="every input decided")
    return found[-1]


async def test_a_new_workspace_has_the_newest_rules_from_its_first_moments_on() -> None:
    broker = a_broker()
    async with a_router(broker):
        await send(broker, a_configuration(WS, queues=("q",), agents=("ana",)))
        await eventually(lambda: applied(broker) == [ENGINE_VERSION], what="the upgrade")
        await send(broker, a_contact("one"))
        await settled(broker)
    assert upgrades(broker) == [1]


async def test_an_older_log_is_upgraded_by_the_first_router_that_may_and_by_no_later_one() -> None:
    broker = a_broker()
    async with a_router(broker, upgrade=False):
        await send(broker, a_configuration(WS, queues=("q",), agents=("ana",)), a_contact("one"))
        await eventually(lambda: len(decided(broker)) >= 3, what="the contact's decision")
        await settled(broker)
    assert upgrades(broker) == []
    for _ in range(2):
        async with a_router(broker):
            await eventually(lambda: applied(broker) == [ENGINE_VERSION], what="the upgrade")
            await send(broker, a_contact(f"contact-{len(inputs(broker))}"))
            await settled(broker)
    assert len(upgrades(broker)) == 1


async def test_an_upgrade_that_is_in_the_log_already_is_not_sent_again_after_a_start() -> None:
    broker = a_broker()
    await send(broker, a_configuration(WS, queues=("q",), agents=("ana",)), a_contact("one"), UPGRADED)
    async with a_router(broker):
        await eventually(lambda: applied(broker) == [ENGINE_VERSION], what="the upgrade")
        await settled(broker)
    assert upgrades(broker) == [2]


async def test_an_upgrade_that_two_owners_sent_is_said_once() -> None:
    broker = a_broker()
    await send(broker, a_configuration(WS, queues=("q",), agents=("ana",)), UPGRADED, a_contact("one"), UPGRADED)
    async with a_router(broker):
        await send(broker, a_contact("two"))
        await eventually(lambda: applied(broker) == [ENGINE_VERSION], what="the upgrade")
        await settled(broker)
    assert applied(broker) == [ENGINE_VERSION]
