from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from producers.admin.versions import State
from runtime.clock import SystemClock
from runtime.directory import PostgresVersionStore, WorkspaceDirectory
from runtime.ids import random_id
from runtime.kafka import KafkaConnection
from runtime.settings import Kafka
from schemas.configuration import AgentSettings
from schemas.vocabulary import Refusal, Role
from tests.support.admin_service import AdminService, AnsweringRouter, admin_service
from tests.support.stack import SharedStack
from tests.support.waiting import eventually

YAML = {"content-type": "application/yaml"}
SMALL = """
# one queue
queues: {service: {title: {zh-CN: 服务, en: Service}}}
agents: {ana: {queues: {service: 1}}}
"""


@pytest.fixture
def broker(stack: SharedStack) -> KafkaConnection:
    return KafkaConnection(Kafka(bootstrap_servers=stack.kafka), SystemClock(), "test-admin")


@pytest.fixture
async def admin(broker: KafkaConnection, database_url: str) -> AsyncIterator[AdminService]:
    async with admin_service(broker, database_url) as service:
        yield service


@pytest.fixture
def workspace() -> str:
    return random_id("ws")


async def test_a_document_is_in_force_when_put_answers(
    admin: AdminService, broker: KafkaConnection, workspace: str
) -> None:
    token = await admin.a_user(workspace, "root", Role.ADMINISTRATOR)
    directory = WorkspaceDirectory(PostgresVersionStore(admin.pool), SystemClock())
    async with AnsweringRouter(broker, workspace).answering() as router, admin.client(token) as client:
        assert not await directory.known(workspace)
        first = await client.put(f"/v1/workspaces/{workspace}", content=SMALL, headers=YAML)
        assert (first.status_code, first.headers["etag"]) == (200, '"1"')
        assert first.json()["state"] == "applied"
        assert router.configuration.agents == {"ana": AgentSettings(queues={"service": 1})}
        assert await directory.known(workspace)

        read = await client.get(f"/v1/workspaces/{workspace}")
        assert read.json()["applied_version"] == 1
        assert list(read.json()["document"]) == ["queues", "agents"]
        written = await client.get(f"/v1/workspaces/{workspace}", headers={"accept": "application/yaml"})
        assert written.text == SMALL

        changed = SMALL.replace("service: 1", "service: 2")
        second = await client.put(
            f"/v1/workspaces/{workspace}", content=changed, headers={**YAML, "if-match": first.headers["etag"]}
        )
        assert second.json()["changes"] == [
            {"path": "agents.ana.queues.service", "kind": "changed", "before": 1, "after": 2}
        ]
        assert [(event.version, event.base_version) for event in router.seen] == [(1, 0), (2, 1)]
        assert router.seen[1].patch == '{"agents":{"ana":{"queues":{"service":2}}}}'
        assert router.seen[0].actor == "root"


async def test_the_trace_goes_into_the_log_and_names_for_screens_never_do(
    admin: AdminService, broker: KafkaConnection, workspace: str
) -> None:
    token = await admin.a_user(workspace, "root", Role.ADMINISTRATOR)
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    async with AnsweringRouter(broker, workspace).answering() as router, admin.client(token) as client:
        await client.put(f"/v1/workspaces/{workspace}", content=SMALL, headers={**YAML, "traceparent": trace})
        assert [str(kept)[:35] for kept in router.traces] == [trace[:35]]
        assert "服务" not in "".join(event.patch for event in router.seen)


async def test_nobody_overwrites_what_somebody_else_changed(
    admin: AdminService, broker: KafkaConnection, workspace: str
) -> None:
    token = await admin.a_user(workspace, "root", Role.ADMINISTRATOR)
    url = f"/v1/workspaces/{workspace}"
    async with AnsweringRouter(broker, workspace).answering(), admin.client(token) as client:
        too_early = await client.put(url, content=SMALL, headers={**YAML, "if-match": '"1"'})
        assert too_early.status_code == 412
        await client.put(url, content=SMALL, headers=YAML)
        unsaid = await client.put(url, content=SMALL + "\n", headers=YAML)
        assert (unsaid.status_code, unsaid.json()["current_version"]) == (428, 1)
        stale = await client.put(url, content=SMALL + "\n", headers={**YAML, "if-match": '"7"'})
        assert (stale.status_code, stale.headers["content-type"]) == (412, "application/problem+json")
        both = await asyncio.gather(
            *(client.put(url, content=f"{SMALL}# {n}", headers={**YAML, "if-match": '"1"'}) for n in range(4))
        )
        assert sorted(answer.status_code for answer in both) == [200, 412, 412, 412]
        [done] = [number for number, answer in enumerate(both) if answer.status_code == 200]
        repeated = await client.put(url, content=f"{SMALL}# {done}", headers={**YAML, "if-match": '"1"'})
        assert (repeated.status_code, repeated.headers["etag"], repeated.json()["unchanged"]) == (200, '"2"', True)


@pytest.mark.parametrize("title", [r"a\u0000b", r"\ud800"])
async def test_a_text_that_no_store_takes_is_refused_with_its_path(
    admin: AdminService, workspace: str, title: str
) -> None:
    token = await admin.a_user(workspace, "root", Role.ADMINISTRATOR)
    async with admin.client(token) as client:
        answer = await client.put(
            f"/v1/workspaces/{workspace}",
            content=f'{{"queues": {{"service": {{"title": "{title}"}}}}}}',
            headers={"content-type": "application/json"},
        )
    assert (answer.status_code, answer.json()["errors"][0]["path"]) == (422, "queues.service.title")


async def test_every_error_is_named_at_once_and_nothing_changes(admin: AdminService, workspace: str) -> None:
    token = await admin.a_user(workspace, "root", Role.ADMINISTRATOR)
    wrong = "queues: {a: {wrapup: 3s, strategy: best}}\nagents: {ana: {queues: {b: 1}}}\nskills: nope\n"
    async with admin.client(token) as client:
        answer = await client.put(f"/v1/workspaces/{workspace}", content=wrong, headers=YAML)
        assert answer.status_code == 422
        assert {error["path"] for error in answer.json()["errors"]} == {
            "queues.a.wrapup",
            "queues.a.strategy",
            "agents.ana.queues.b",
            "skills",
        }
        assert (await client.get(f"/v1/workspaces/{workspace}")).status_code == 404


async def test_a_dry_run_shows_the_changes_and_makes_none(admin: AdminService, workspace: str) -> None:
    token = await admin.a_user(workspace, "root", Role.ADMINISTRATOR)
    async with admin.client(token) as client:
        url = f"/v1/workspaces/{workspace}?dry_run=true"
        answer = await client.put(url, content=b'{"queues":{"a":{}}}', headers={"content-type": "application/json"})
        assert answer.json() == {
            "workspace": workspace,
            "version": None,
            "state": None,
            "changes": [{"path": "queues", "kind": "added", "after": {"a": {}}}],
        }
        assert await admin.services.versions.current(workspace) is None


async def test_without_routing_put_says_that_it_waits_and_the_version_comes_into_force_later(
    broker: KafkaConnection, database_url: str, workspace: str
) -> None:
    async with admin_service(broker, database_url, apply_wait_ms=300) as admin:
        token = await admin.a_user(workspace, "root", Role.ADMINISTRATOR)
        router = AnsweringRouter(broker, workspace)
        async with admin.client(token) as client:
            waiting = await client.put(f"/v1/workspaces/{workspace}", content=SMALL, headers=YAML)
            assert (waiting.status_code, waiting.json()["state"]) == (202, "waiting")
    # The next process sends it again, under the same command id.
    async with router.answering(), admin_service(broker, database_url) as admin:
        await eventually(_applied(admin, workspace), within_s=60, what="applied")
    assert len({event.command_id for event in router.seen}) == 1


async def test_what_was_answered_while_the_process_was_down_is_found(
    broker: KafkaConnection, database_url: str, workspace: str
) -> None:
    router = AnsweringRouter(broker, workspace)
    async with admin_service(broker, database_url, apply_wait_ms=300) as admin:
        token = await admin.a_user(workspace, "root", Role.ADMINISTRATOR)
        async with admin.client(token) as client:
            await client.put(f"/v1/workspaces/{workspace}", content=SMALL, headers=YAML)
        sent_from = await eventually(_sent_from(admin, workspace), within_s=60, what="sent")
    async with router.answering(), admin_service(broker, database_url) as admin:
        await eventually(_applied(admin, workspace), within_s=60, what="applied")
        # As if the process had died between routing's answer and its own note of it.
        await admin.pool.execute("UPDATE workspace_versions SET state = 'waiting' WHERE workspace = $1", workspace)
        await admin.pool.execute("INSERT INTO configuration_outbox VALUES ($1, 1, 0, $2)", workspace, sent_from[0])
        await eventually(_applied(admin, workspace), within_s=60, what="applied again")
    assert router.version == 1


def _sent_from(admin: AdminService, workspace: str) -> Callable[[], Awaitable[list[int]]]:
    """The offset from which the answer to the sent version is looked for; empty while it is not sent."""

    async def look() -> list[int]:
        pending = await admin.services.versions.pending(workspace)
        return [] if pending is None or pending.decisions_from is None else [pending.decisions_from]

    return look


def _applied(admin: AdminService, workspace: str) -> Callable[[], bool | Awaitable[bool]]:
    async def look() -> bool:
        return (await admin.services.versions.state(workspace, 1))[0] is State.APPLIED

    return look


async def test_a_version_that_routing_refuses_is_said_so_and_the_one_before_stays(
    admin: AdminService, broker: KafkaConnection, workspace: str
) -> None:
    token = await admin.a_user(workspace, "root", Role.ADMINISTRATOR)
    url = f"/v1/workspaces/{workspace}"
    async with AnsweringRouter(broker, workspace).answering() as router, admin.client(token) as client:
        await client.put(url, content=SMALL, headers=YAML)
        router.refuse = Refusal.INVALID_CONFIGURATION
        refused = await client.put(url, content=SMALL + "# 2", headers={**YAML, "if-match": '"1"'})
        assert (refused.status_code, refused.json()["detail"]) == (422, "not this one")
        assert (await client.get(url)).headers["etag"] == '"1"'
        third = await client.put(url, content=SMALL.replace("ana", "bo"), headers={**YAML, "if-match": '"1"'})
        assert (third.status_code, third.json()["version"]) == (200, 3)
        assert (router.seen[-1].base_version, router.version) == (1, 3)
        assert list(router.configuration.agents) == ["bo"]


async def test_ten_thousand_agents_go_into_the_log_in_parts(
    admin: AdminService, broker: KafkaConnection, workspace: str
) -> None:
    token = await admin.a_user(workspace, "root", Role.ADMINISTRATOR)
    agents = "\n".join(
        f"  agent_{n}: {{team: t{n % 50}, skills: {{mandarin: 5, refunds: 3}}, queues: {{service: 1, sales: 2}}}}"
        for n in range(10_000)
    )
    document = f"skills: [mandarin, refunds]\nqueues: {{service: , sales: }}\nagents:\n{agents}\n"
    async with AnsweringRouter(broker, workspace).answering() as router, admin.client(token) as client:
        answer = await client.put(f"/v1/workspaces/{workspace}", content=document, headers=YAML)
        assert answer.status_code == 200, answer.text[:500]
        assert len(router.configuration.agents) == 10_000
        assert [event.part for event in router.seen] == list(range(1, router.seen[0].parts + 1))
        assert router.seen[0].parts > 1
