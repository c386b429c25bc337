"""Administration while its services go away, and several of it at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import httpx
import pytest

from producers.admin.relay import LOCK
from producers.admin.versions import State
from runtime.clock import SystemClock
from runtime.directory import PostgresVersionStore, WorkspaceDirectory
from runtime.ids import random_id
from runtime.kafka import KafkaConnection
from runtime.settings import Kafka
from schemas.vocabulary import Role
from tests.support.admin_service import AdminService, AnsweringRouter, admin_service
from tests.support.stack import RunningStack, SharedStack
from tests.support.waiting import eventually

DOCUMENT = "queues: {service: {}}\n"
YAML = {"content-type": "application/yaml"}


@pytest.fixture
def running(own_stack: Callable[..., RunningStack]) -> RunningStack:
    """A stack whose parts this test stops."""
    return own_stack()


def answers(client: httpx.AsyncClient, path: str, status: int) -> Callable[[], bool | Awaitable[bool]]:
    async def look() -> bool:
        return (await client.get(path)).status_code == status

    return look


def is_applied(admin: AdminService, workspace: str, version: int) -> Callable[[], bool | Awaitable[bool]]:
    async def look() -> bool:
        return (await admin.services.versions.state(workspace, version))[0] is State.APPLIED

    return look


async def test_without_the_database_who_is_known_is_known_and_everything_goes_on_when_it_is_back(
    running: RunningStack,
) -> None:
    broker = KafkaConnection(Kafka(bootstrap_servers=running.endpoints.kafka), SystemClock(), "test-admin")
    workspace = random_id("ws")
    async with (
        admin_service(broker, running.endpoints.database_url) as admin,
        AnsweringRouter(broker, workspace).answering() as router,
    ):
        token = await admin.a_user(workspace, "root", Role.ADMINISTRATOR)
        directory = WorkspaceDirectory(PostgresVersionStore(admin.pool), SystemClock())
        url = f"/v1/workspaces/{workspace}"
        async with admin.client(token) as client, admin.client("hs_stranger") as stranger:
            assert (await client.put(url, content=DOCUMENT, headers=YAML)).status_code == 200
            assert await directory.known(workspace)
            await asyncio.to_thread(running.supervisor.halt, "postgres")

            assert (await client.get("/v1/me")).status_code == 200
            assert await directory.known(workspace)
            away = await client.put(url, content=DOCUMENT + "# 2", headers={**YAML, "if-match": '"1"'})
            assert (away.status_code, away.headers["retry-after"]) == (503, "2")
            assert (await stranger.get("/v1/me")).status_code == 503

            await asyncio.to_thread(running.supervisor.resume, "postgres")
            await eventually(answers(client, url, 200), within_s=60, what="the document read again")
            again = await client.put(url, content=DOCUMENT + "# 2", headers={**YAML, "if-match": '"1"'})
            assert (again.status_code, again.json()["version"]) == (200, 2)
        assert [event.version for event in router.seen] == [1, 2]


async def test_what_is_put_without_the_broker_comes_into_force_when_it_is_back(
    running: RunningStack,
) -> None:
    broker = KafkaConnection(Kafka(bootstrap_servers=running.endpoints.kafka), SystemClock(), "test-admin")
    workspace = random_id("ws")
    async with admin_service(broker, running.endpoints.database_url, apply_wait_ms=500) as admin:
        token = await admin.a_user(workspace, "root", Role.ADMINISTRATOR)
        await asyncio.to_thread(running.supervisor.halt, "kafka")
        async with admin.client(token) as client:
            waiting = await client.put(f"/v1/workspaces/{workspace}", content=DOCUMENT, headers=YAML)
            assert (waiting.status_code, waiting.json()["state"]) == (202, "waiting")
        await asyncio.to_thread(running.supervisor.resume, "kafka")
        async with AnsweringRouter(broker, workspace).answering(from_start=True) as router:
            await eventually(is_applied(admin, workspace, 1), within_s=60, what="applied")
        assert router.version == 1


async def test_of_two_processes_one_relays_and_the_other_takes_over(stack: SharedStack, database_url: str) -> None:
    broker = KafkaConnection(Kafka(bootstrap_servers=stack.kafka), SystemClock(), "test-admin")
    workspace = random_id("ws")
    url = f"/v1/workspaces/{workspace}"
    async with (
        admin_service(broker, database_url, apply_wait_ms=60_000) as first,
        AnsweringRouter(broker, workspace).answering() as router,
    ):
        token = await first.a_user(workspace, "root", Role.ADMINISTRATOR)

        async def put(admin: AdminService, version: int) -> int:
            headers = {**YAML, "if-match": f'"{version}"'} if version else YAML
            async with admin.client(token) as client:
                return (await client.put(url, content=f"{DOCUMENT}# {version}", headers=headers)).status_code

        async with admin_service(broker, database_url, apply_wait_ms=60_000) as second:
            assert [await put(second, 0), await put(first, 1), await put(second, 2)] == [200, 200, 200]
        assert await put(first, 3) == 200
        async with admin_service(broker, database_url, apply_wait_ms=60_000) as third:
            await _end_relay_of(first)
            assert await put(third, 4) == 200
    assert [event.version for event in router.seen] == [1, 2, 3, 4, 5]


async def _end_relay_of(admin: AdminService) -> None:
    """The relay's connection ends, and with it the lock; whoever is first takes over."""
    ended = await admin.pool.fetchval(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_locks WHERE locktype = 'advisory' AND objid = $1"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
        LOCK,
    )
    assert ended == 1
