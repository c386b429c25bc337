"""Figures over real sockets: what a supervisor has of them, whatever happens to gateway, stage and network."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest

from deploy.console.client import AgentClient, Wishes
from runtime.broker import Broker
from runtime.clock import SystemClock
from runtime.ids import random_id
from runtime.kafka import KafkaConnection
from runtime.memory import MemoryBroker
from runtime.settings import Kafka
from schemas.metrics import Dimension, LiveGroup, MetricsMeasured
from schemas.vocabulary import Role
from tests.support.decided import Floor, decision_output
from tests.support.figures import an_offered, measured, measured_output
from tests.support.gateway_parts import a_broker
from tests.support.gateway_service import Running, agent, context_of, running_gateway, supervisor
from tests.support.slow_socket import slow_socket
from tests.support.stack import running_stack
from tests.support.waiting import eventually

EVERYTHING = tuple(Dimension)
BOTH_QUEUES = ("orders", "returns")


class Shop:
    """A workspace on a broker, with a metrics stage that says what a test wants."""

    def __init__(self, broker: Broker, workspace: str = "shop") -> None:
        self.broker = broker
        self.floor = Floor(workspace)
        self.floor.opened("ana", "bo", queues=BOTH_QUEUES)
        self.seq = 0

    async def open(self) -> None:
        producer = self.broker.producer()
        await producer.start()
        await producer.send([decision_output(decision) for decision in self.floor.said])
        await producer.stop()

    async def measures(self, *groups: LiveGroup, whole: bool = False, times: int = 1) -> int:
        """The stage publishes; returns up to which decision."""
        producer = self.broker.producer()
        await producer.start()
        for _ in range(times):
            self.seq += 1
            await producer.send([measured_output(self.measured(*groups, whole=whole))])
        await producer.stop()
        return self.seq

    def measured(self, *groups: LiveGroup, whole: bool) -> MetricsMeasured:
        now_ms = SystemClock().now_ms()
        return measured(*groups, seq=self.seq, whole=whole, workspace=self.floor.workspace, at_ms=now_ms)

    def watcher(self, running: Running, *dimensions: Dimension, queues: tuple[str, ...] = ()) -> AgentClient:
        wishes = Wishes(role=Role.SUPERVISOR, queues=queues, metrics=dimensions or EVERYTHING)
        return running.client(supervisor(self.floor.workspace), wishes)


def offered(client: AgentClient, dimension: Dimension = Dimension.QUEUE) -> dict[str, int]:
    return {group.id: group.today.offered for group in client.mirror.figures.groups(dimension)}


async def shows(client: AgentClient, seq: int) -> None:
    """Returns when the client has figures that are complete up to there."""
    figures = client.mirror.figures
    await client.until(lambda _: figures.head is not None and figures.head.seq >= seq)


@asynccontextmanager
async def a_gateway(shop: Shop) -> AsyncIterator[Running]:
    async with running_gateway(shop.broker, context=context_of()) as running:
        await eventually(lambda: running.gateway.liveness.caught_up)
        yield running


@pytest.fixture
async def shop() -> Shop:
    """On a broker in memory."""
    shop = Shop(a_broker())
    await shop.open()
    return shop


@pytest.fixture(scope="module")
def kafka() -> Iterator[str]:
    """A broker of this file's own: on the shared one there are decisions that no router made."""
    with running_stack(only=("kafka",)) as running:
        yield running.endpoints.kafka


async def test_a_supervisor_has_everything_and_then_what_changes(shop: Shop) -> None:
    async with a_gateway(shop) as running:
        sue = shop.watcher(running)
        async with sue.running():
            await shop.measures(an_offered("orders", 1), an_offered("returns", 1), whole=True)
            await sue.until(lambda _: offered(sue) == {"orders": 1, "returns": 1})
            seq = await shop.measures(an_offered("orders", 2))
            await shows(sue, seq)
    assert offered(sue) == {"orders": 2, "returns": 1}


async def test_each_sees_what_is_allowed(shop: Shop) -> None:
    groups = (
        *(an_offered(queue, 1) for queue in BOTH_QUEUES),
        *(an_offered(name, 1, Dimension.AGENT) for name in ("ana", "bo")),
        an_offered("shop", 2, Dimension.WORKSPACE),
    )
    async with a_gateway(shop) as running:
        sue, ours = shop.watcher(running), shop.watcher(running, queues=("returns",))
        ana = running.client(agent("shop", "ana"), Wishes(metrics=EVERYTHING))
        bo = running.client(agent("shop", "bo"))
        async with sue.running(), ours.running(), ana.running(), bo.running():
            seq = await shop.measures(*groups, whole=True)
            for client in (sue, ours, ana):
                await shows(client, seq)
    shown = {dimension: offered(sue, dimension) for dimension in Dimension}
    assert shown[Dimension.WORKSPACE] == {"shop": 2}
    assert (offered(ours), offered(ours, Dimension.WORKSPACE)) == ({"returns": 1}, {})
    assert offered(ours, Dimension.AGENT) == offered(sue, Dimension.AGENT) == {"ana": 1, "bo": 1}
    assert (offered(ana), offered(ana, Dimension.AGENT)) == ({}, {"ana": 1})
    assert bo.mirror.figures.head is None


async def test_when_figures_stop_it_is_said_and_the_screen_goes_on(shop: Shop) -> None:
    async with a_gateway(shop) as running:
        sue = shop.watcher(running)
        async with sue.running():
            await shop.measures(an_offered("orders", 1), whole=True)
            await sue.until(lambda mirror: mirror.figures.stale)
            assert isinstance(shop.broker, MemoryBroker)
            shop.broker.append(decision_output(shop.floor.arrives("i1")), 1)
            await sue.until(lambda mirror: "i1" in mirror.interactions)
            assert sue.mirror.not_live is None
            await shop.measures(an_offered("orders", 2))
            await sue.until(lambda mirror: not mirror.figures.stale)
    assert offered(sue) == {"orders": 2}
    assert sue.connections == 1


async def test_a_client_that_does_not_read_gets_the_latest_in_few_frames(shop: Shop) -> None:
    times = 400
    async with a_gateway(shop) as running:

        async def ticket() -> str:
            return running.desk.ticket(supervisor("shop"))

        async with slow_socket(running.url, ticket, metrics=(Dimension.QUEUE,)) as slow:
            quick = shop.watcher(running, Dimension.QUEUE)
            async with quick.running():
                await shop.measures(*(an_offered(f"q{one}", 0) for one in range(20)), whole=True)
                for time in range(times):
                    seq = await shop.measures(*(an_offered(f"q{one}", time) for one in range(20)))
                    await shows(quick, seq)
                came = await slow.catch_up_figures(shop.seq)
    assert came < times / 2
    shown = {group.id: group.today.offered for group in slow.mirror.figures.groups(Dimension.QUEUE)}
    assert shown == {f"q{one}": times - 1 for one in range(20)} == offered(quick)


async def test_after_a_gateway_s_restart_figures_come_from_the_log(kafka: str) -> None:
    broker = KafkaConnection(Kafka(bootstrap_servers=kafka), SystemClock(), "test")
    shop = Shop(broker, random_id("shop"))
    await shop.open()
    await shop.measures(an_offered("orders", 1), an_offered("gone", 1), whole=True)
    await shop.measures(an_offered("orders", 2), an_offered("returns", 1), whole=True)
    seq = await shop.measures(an_offered("orders", 3))
    for _ in range(2):
        async with a_gateway(shop) as running, shop.watcher(running).running() as sue:
            await shows(sue, seq)
            assert offered(sue) == {"orders": 3, "returns": 1}
            seq = await shop.measures(an_offered("returns", 1))
            await shows(sue, seq)
