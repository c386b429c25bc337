"""The administration as it is, on any broker and a real database; and a router that only answers configurations."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import msgspec

from producers.admin.app import build
from producers.admin.commander import Commander
from producers.admin.hours_store import HoursStore
from producers.admin.observed import Observed
from producers.admin.relay import Relay
from producers.admin.scheduler import Scheduler
from producers.admin.server import put_together, running
from producers.admin.services import Services
from runtime import log
from runtime.broker import Broker
from runtime.clock import SystemClock
from runtime.events import from_record, to_output
from runtime.metrics import Metrics
from runtime.partitioner import partition_of
from runtime.postgres import Pool, connect_pool, migrate
from runtime.records import Record, TopicPartition
from runtime.sender import Sender
from runtime.server import serving
from runtime.settings import Admin, LogLevel, Postgres, Settings, Ticket
from schemas.configuration import RoutingConfiguration, digest, merge_patch
from schemas.decisions import CommandRefused, ConfigurationApplied, Decision
from schemas.inputs import ConfigurationPublished
from schemas.topics import ROUTING_DECISIONS, ROUTING_INPUTS, WORKSPACE_PARTITIONS
from schemas.vocabulary import Refusal, Role

MIGRATIONS = Path(__file__).resolve().parents[2] / "deploy" / "postgres"
PASSWORD = "correct horse battery"
TICKET_KEY = "a key for tickets that is long enough"


class AdminService(msgspec.Struct, frozen=True):
    """A running service and what a test looks at."""

    base_url: str
    services: Services
    pool: Pool

    def client(self, token: str | None = None) -> httpx.AsyncClient:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        return httpx.AsyncClient(base_url=self.base_url, headers=headers, timeout=60)

    async def a_user(self, workspace: str, name: str, *roles: Role, agent_id: str | None = None) -> str:
        """Adds a user, signs in, and returns the session's token."""
        hashed = await self.services.passwords.hash(PASSWORD)
        await self.services.accounts.add_user(workspace, name, hashed, roles, agent_id, "test")
        return await self.sign_in(workspace, name)

    async def sign_in(self, workspace: str, name: str) -> str:
        async with self.client() as client:
            body = {"workspace": workspace, "user": name, "password": PASSWORD}
            answer = await client.post("/v1/sign-in", json=body)
        assert answer.status_code == 200, answer.text
        token: str = answer.json()["token"]
        return token


@contextlib.asynccontextmanager
async def admin_service(
    broker: Broker, database_url: str, *, apply_wait_ms: int = 10_000, command_wait_ms: int = 10_000
) -> AsyncIterator[AdminService]:
    clock, metrics = SystemClock(), Metrics()
    logger = log.configure("admin", "test", LogLevel.ERROR)
    settings = Settings(
        postgres=Postgres(url=database_url),
        admin=Admin(apply_wait_ms=apply_wait_ms, command_wait_ms=command_wait_ms),
        ticket=Ticket(key=TICKET_KEY),
    )
    async with connect_pool(settings.postgres) as pool:
        await migrate(pool, MIGRATIONS)
        scheduler = Scheduler(HoursStore(pool), broker, clock, logger, metrics)
        relay = Relay(pool, broker, scheduler, clock, logger, metrics)
        sender, reader = Sender(broker.producer, clock, logger), broker.reader()
        commander = Commander(sender, reader, pool, clock, settings.admin.command_wait_ms)
        services = put_together(settings, pool, clock, metrics, commander)
        async with (
            running(relay, scheduler, sender, services.accounts, clock, logger),
            serving(Observed(build(services, logger), clock, metrics), "127.0.0.1", 0, stop_timeout_ms=1_000) as port,
        ):
            yield AdminService(f"http://127.0.0.1:{port}", services, pool)
        await reader.stop()


class AnsweringRouter:
    """Applies configurations of one workspace as the engine promises to, and nothing else. If it fails, so does the block
    in which it answers, at once.

    `refuse` makes it refuse the next whole version; `seen` holds every command, repetitions included.
    """

    def __init__(self, broker: Broker, workspace: str) -> None:
        self._broker = broker
        self._workspace = workspace
        self._seq = 0
        self._texts: list[str] = []
        self._answered: set[str] = set()
        self.refuse: Refusal | None = None
        self.configuration = RoutingConfiguration()
        self.version = 0
        self.seen: list[ConfigurationPublished] = []
        self.traces: list[str | None] = []

    @contextlib.asynccontextmanager
    async def answering(self, *, from_start: bool = False) -> AsyncIterator[AnsweringRouter]:
        partition = partition_of(self._workspace.encode(), WORKSPACE_PARTITIONS)
        reader, producer = self._broker.reader(), self._broker.producer()
        await producer.start()
        where = TopicPartition(ROUTING_INPUTS.name, partition)
        log_range = await reader.log_range(where)
        start = log_range.first if from_start else log_range.end

        async def follow() -> None:
            async for fetched in reader.follow({where: start}):
                for record in fetched[where]:
                    for decision in self._answers(record):
                        name = f"{self._workspace}/1/{decision.seq}"
                        key = self._workspace
                        await producer.send(
                            [to_output(decision, ROUTING_DECISIONS, key=key, event_id=name, source="test")]
                        )

        try:
            async with asyncio.TaskGroup() as group:
                task = group.create_task(follow(), name=f"router of {self._workspace}")
                yield self
                task.cancel()
        finally:
            await producer.stop()
            await reader.stop()

    def _answers(self, record: Record) -> list[Decision]:
        """What follows from one record of the partition, which other tests' workspaces share."""
        if record.key != self._workspace.encode():
            return []
        event, envelope = from_record(record, ROUTING_INPUTS)
        if not isinstance(event, ConfigurationPublished):
            return []
        self.traces.append(envelope.traceparent)
        return self.apply(event, record.offset)

    def apply(self, event: ConfigurationPublished, offset: int) -> list[Decision]:
        self.seen.append(event)
        if event.command_id in self._answered:
            return []
        if event.part == 1:
            self._texts = []
        self._texts.append(event.patch)
        if event.part < event.parts:
            return []
        self._answered.add(event.command_id)
        self._seq += 1
        if self.refuse is not None or event.base_version != self.version:
            reason, self.refuse = self.refuse or Refusal.INVALID_CONFIGURATION, None
            return [
                CommandRefused(
                    workspace=self._workspace,
                    epoch=1,
                    seq=self._seq,
                    cause=offset,
                    at_ms=0,
                    command_id=event.command_id,
                    reason=reason,
                    detail="not this one",
                )
            ]
        patched = merge_patch(msgspec.to_builtins(self.configuration), msgspec.json.decode("".join(self._texts)))
        self.configuration = msgspec.convert(patched, RoutingConfiguration)
        assert digest(self.configuration) == event.digest
        self.version = event.version
        return [
            ConfigurationApplied(
                workspace=self._workspace,
                epoch=1,
                seq=self._seq,
                cause=offset,
                at_ms=0,
                version=event.version,
                digest=event.digest,
                command_id=event.command_id,
            )
        ]
