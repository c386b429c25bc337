"""A gateway as it is, on any broker, with tickets of a test's own; and processes of the product."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import msgspec
import structlog

from consumers.gateway.app import Gateway, opened, port_of
from consumers.gateway.screen_pop import Records
from deploy.console.client import AgentClient, Wishes
from runtime.broker import Broker
from runtime.clock import SystemClock
from runtime.credential_store import Principal
from runtime.health import Health
from runtime.ids import random_id
from runtime.kept_messages import Kept
from runtime.metrics import Metrics
from runtime.process import Context
from runtime.settings import load
from runtime.tracing import Tracing
from schemas import live
from schemas.vocabulary import Role

ROOT = Path(__file__).resolve().parents[2]
HOST = "127.0.0.1"


class Desk:
    """Tickets made and redeemed in memory, each once; a twin of the real verifier for tests of other things."""

    def __init__(self) -> None:
        self._issued: dict[str, Principal] = {}

    def ticket(self, principal: Principal) -> str:
        ticket = random_id("t")
        self._issued[ticket] = principal
        return ticket

    async def redeem(self, ticket: str) -> Principal | None:
        return self._issued.pop(ticket, None)


class NoRecords:
    """A database that knows nothing."""

    async def details(self, workspace: str, interaction_id: str, at_ms: int) -> live.Details:
        return live.Details(interaction_id=interaction_id, at_ms=at_ms, state=live.DetailsState.UNKNOWN)

    async def messages(self, workspace: str, interaction_id: str, partition: int, after: int, limit: int) -> Kept:
        return Kept(messages=(), next_offset=0, more=False)


class Running(msgspec.Struct, frozen=True):
    """A gateway that serves sockets."""

    url: str
    gateway: Gateway
    desk: Desk

    def client(self, principal: Principal, wishes: Wishes | None = None, **more: Any) -> AgentClient:
        """A client with tickets of this gateway."""

        async def ticket() -> str:
            return self.desk.ticket(principal)

        return AgentClient(self.url, ticket, wishes, **more)


def agent(workspace: str, agent_id: str) -> Principal:
    return Principal(user=agent_id, workspace=workspace, roles=frozenset({Role.AGENT}), agent_id=agent_id)


def supervisor(workspace: str) -> Principal:
    return Principal(user="sue", workspace=workspace, roles=frozenset({Role.SUPERVISOR}))


def context_of(instance: str = "gateway-1", **environ: str) -> Context:
    """What a process is given, by its instance's name; its sockets on a free port."""
    name = instance.partition("-")[0]
    settings = load({"HUBLINE_GATEWAY_PORT": "0", "HUBLINE_WEB_PORT": "0", **environ})
    return Context(
        name=name,
        instance=instance,
        settings=settings,
        clock=SystemClock(),
        log=structlog.get_logger(),
        metrics=Metrics(),
        health=Health(),
        stop=asyncio.Event(),
        tracing=Tracing(settings.trace, name, instance),
    )


@contextlib.asynccontextmanager
async def running_gateway(
    broker: Broker, *, records: Records | None = None, incarnation: int = 1, context: Context | None = None
) -> AsyncIterator[Running]:
    """Serves on a free port while the block runs; what breaks the gateway breaks the test."""
    context = context or context_of()
    desk = Desk()
    async with opened(context, broker, desk, records or NoRecords(), incarnation) as (gateway, server):
        work = asyncio.create_task(gateway.run(server))
        try:
            yield Running(url=f"ws://{HOST}:{port_of(server)}/", gateway=gateway, desk=desk)
        finally:
            context.stop.set()
            await work


class Process:
    """A process of the product that a test started, and ends."""

    def __init__(self, module: str, environ: dict[str, str], log: Path) -> None:
        self.module = module
        self._environ = environ
        self._log = log
        self._running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._running = subprocess.Popen(
                [sys.executable, "-m", self.module], cwd=ROOT, env={**os.environ, **self._environ}, stderr=log
            )

    def signal(self, number: signal.Signals) -> None:
        assert self._running is not None
        self._running.send_signal(number)

    def kill(self) -> None:
        """kill -9."""
        self.signal(signal.SIGKILL)
        self.wait()

    def wait(self) -> int:
        assert self._running is not None
        return self._running.wait(60)

    def stop(self) -> None:
        """However it stands: nothing of it is left."""
        if self._running is not None and self._running.poll() is None:
            self._running.send_signal(signal.SIGCONT)
            self._running.terminate()
            try:
                self._running.wait(60)
            except subprocess.TimeoutExpired:
                self._running.kill()
                self._running.wait()

    @property
    def log_text(self) -> str:
        return self._log.read_text(errors="replace")


@contextlib.contextmanager
def processes(folder: Path, environ: dict[str, str], *modules: str) -> Iterator[list[Process]]:
    """Started processes, ended in the end."""
    started: list[Process] = []
    try:
        for module in modules:
            name = module.rpartition(".")[2]
            own = {"HUBLINE_DATA_DIR": str(folder / "data"), "HUBLINE_INSTANCE": f"{name}-1", **environ}
            process = Process(module, own, folder / f"{name}.log")
            started.append(process)
            process.start()
        yield started
    finally:
        for process in started:
            process.stop()
