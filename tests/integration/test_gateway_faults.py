"""What happens to screens and agents when the broker goes away, or a gateway is killed or frozen."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from deploy.console.client import AgentClient
from runtime.clock import SystemClock
from runtime.credentials import TicketIssuer
from runtime.kafka import KafkaConnection
from runtime.settings import Kafka
from schemas import live
from schemas.vocabulary import LegState, RoutingStatus
from tests.integration.test_gateway import a_chat, a_producer, a_shop, put, until_known
from tests.support.gateway_service import agent, context_of, processes, running_gateway
from tests.support.ports import free_port
from tests.support.stack import RunningStack, SharedStack
from tests.support.waiting import eventually

KEY = "a key for tickets that is long enough"
GATEWAY = "consumers.gateway"
UNPUNISHED = {RoutingStatus.IDLE, RoutingStatus.INTERACTING}


class Notes:
    """What one client was told, and how its agent stood at each frame."""

    def __init__(self) -> None:
        self.client: AgentClient | None = None
        self.results: list[live.Result] = []
        self.statuses: set[RoutingStatus] = set()

    def take(self, frame: live.ServerFrame) -> None:
        if isinstance(frame, live.Result):
            self.results.append(frame)
        known = None if self.client is None else self.client.mirror.agents.get("ana")
        if known is not None:
            self.statuses.add(known.routing_status)


async def test_without_the_broker_sockets_stay_open_and_nobody_is_punished(
    own_stack: Callable[..., RunningStack], tmp_path: Path
) -> None:
    own = await asyncio.to_thread(own_stack, ("kafka",))
    kafka = own.endpoints.kafka
    broker = KafkaConnection(Kafka(bootstrap_servers=kafka), SystemClock(), "test")
    context = context_of(KAFKA_BOOTSTRAP_SERVERS=kafka, HUBLINE_KAFKA_ANSWER_TIMEOUT_MS="1000")
    with processes(tmp_path, {"KAFKA_BOOTSTRAP_SERVERS": kafka}, "streams.routing"):
        async with running_gateway(broker, context=context) as running, a_producer(broker) as producer:
            workspace = await a_shop(producer)
            notes = Notes()
            ana = notes.client = running.client(agent(workspace, "ana"), on_frame=notes.take)
            async with until_known(running, workspace), ana.running():
                await ana.until(lambda m: m.agents["ana"].routing_status is RoutingStatus.IDLE)
                notes.statuses.clear()
                await put(producer, a_chat(workspace, "i1"))
                [offer] = await ana.until(lambda m: m.offers_to("ana"))
                await asyncio.to_thread(own.supervisor.halt, "kafka")
                await ana.until(lambda m: m.not_live is not None)
                accepting = asyncio.create_task(ana.do(live.Accept(offer_id=offer.offer_id), within_s=90))
                await eventually(lambda: notes.results, within_s=60)
                assert notes.results[0].outcome is live.Outcome.UNAVAILABLE
                await asyncio.to_thread(own.supervisor.resume, "kafka")
                await ana.until(lambda m: m.not_live is None, within_s=60)
                assert (await accepting).outcome is live.Outcome.APPLIED
                [leg] = await ana.until(lambda m: m.legs_of("ana"))
                assert leg.state is LegState.CONNECTED
                assert ana.connections == 1
                assert notes.statuses <= UNPUNISHED


@pytest.mark.parametrize("fault", ["killed", "frozen"])
async def test_a_gateway_that_is_killed_or_frozen_loses_nobody(
    own_stack: Callable[..., RunningStack], stack: SharedStack, tmp_path: Path, fault: str
) -> None:
    # On the shared broker others answer in the router's place, which a real one refuses.
    own = await asyncio.to_thread(own_stack, ("kafka",))
    port = free_port()
    environ = {
        "KAFKA_BOOTSTRAP_SERVERS": own.endpoints.kafka,
        "DATABASE_URL": stack.database_url,
        "HUBLINE_TICKET_KEY": KEY,
        "HUBLINE_GATEWAY_PORT": str(port),
    }
    broker = KafkaConnection(Kafka(bootstrap_servers=own.endpoints.kafka), SystemClock(), "test")
    with processes(tmp_path, environ, "streams.routing", GATEWAY) as (_, gateway):
        async with a_producer(broker) as producer, running_gateway(broker, context=context_of("other")) as other:
            workspace = await a_shop(producer)
            ana = a_client(port, workspace)
            async with until_known(other, workspace), ana.running():
                await ana.until(lambda m: m.agents["ana"].connected)
                await put(producer, a_chat(workspace, "i1"))
                [offer] = await ana.until(lambda m: m.offers_to("ana"))
                assert (await ana.do(live.Accept(offer_id=offer.offer_id))).outcome is live.Outcome.APPLIED
                agents = other.gateway.follower.workspaces[workspace].view.agents
                if fault == "killed":
                    gateway.kill()
                    gateway.start()
                else:
                    gateway.signal(signal.SIGSTOP)
                    await eventually(lambda: not agents["ana"].connected, within_s=60)
                    gateway.signal(signal.SIGCONT)
                await eventually(lambda: ana.connections == (2 if fault == "killed" else 1), within_s=60)
                await eventually(lambda: agents["ana"].connected and agents["ana"].sessions == 1, within_s=60)
                [leg] = await ana.until(lambda m: m.legs_of("ana"))
                assert leg.state is LegState.CONNECTED
                assert (await ana.do(live.End(leg_id=leg.leg_id))).outcome is live.Outcome.APPLIED


def a_client(port: int, workspace: str) -> AgentClient:
    """Ana's, with tickets as the administration makes them."""
    issuer = TicketIssuer(KEY, SystemClock())

    async def ticket() -> str:
        return issuer.issue(agent(workspace, "ana"))

    return AgentClient(f"ws://127.0.0.1:{port}/", ticket)
