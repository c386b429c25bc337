from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from runtime.clock import SystemClock
from runtime.credential_store import PostgresCredentialStore
from runtime.credentials import KeyVerifier
from runtime.ids import random_id
from runtime.kafka import KafkaConnection
from runtime.settings import Kafka
from schemas.vocabulary import Role
from tests.support.admin_service import AdminService, AnsweringRouter, admin_service
from tests.support.stack import SharedStack

EXAMPLES = Path(__file__).parents[2] / "deploy" / "examples"
HUBLINE = str(Path(sys.executable).parent / "hubline")


class Ran(msgspec.Struct, frozen=True):
    """What a command left."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        return json.loads(self.out)


class Console(msgspec.Struct, frozen=True):
    """A shell beside a running administration."""

    admin: AdminService
    broker: KafkaConnection
    database_url: str

    async def run(self, *arguments: str, typed: str = "", **environ: str) -> Ran:
        process = await asyncio.create_subprocess_exec(
            HUBLINE,
            *arguments,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={**os.environ, "DATABASE_URL": self.database_url, **environ},
        )
        async with asyncio.timeout(90):
            out, err = await process.communicate(typed.encode())
        return Ran(process.returncode or 0, out.decode(), err.decode())


@pytest.fixture
async def console(stack: SharedStack, database_url: str) -> AsyncIterator[Console]:
    broker = KafkaConnection(Kafka(bootstrap_servers=stack.kafka), SystemClock(), "test-admin")
    async with admin_service(broker, database_url) as admin:
        yield Console(admin, broker, database_url)


@pytest.fixture
def workspace() -> str:
    return random_id("ws")


def a_file(folder: Path, workspace: str, text: str = "queues: {service: {}}\n") -> str:
    path = folder / "shop.yaml"
    path.write_text(f"workspace: {workspace}\n{text}", encoding="utf-8")
    return str(path)


async def test_apply_shows_what_changes_and_returns_when_it_is_in_force(
    console: Console, workspace: str, tmp_path: Path
) -> None:
    async with AnsweringRouter(console.broker, workspace).answering() as router:
        first = await console.run("apply", a_file(tmp_path, workspace), "--yes")
        assert (first.code, first.err) == (0, "")
        assert "+ queues" in first.out
        assert "version 1 is in force" in first.out
        again = await console.run("apply", a_file(tmp_path, workspace), "--json")
        assert (again.code, again.data["unchanged"], again.data["version"]) == (0, True, 1)
        changed = a_file(tmp_path, workspace, "queues: {service: {wrap_up: 45s}}\n")
        tried = await console.run("apply", changed, "--dry-run")
        assert "service.wrap_up: 45s" in tried.out
        assert router.version == 1
        second = await console.run("apply", changed)
        assert "version 2 is in force" in second.out
        assert router.configuration.queues["service"].wrap_up_ms == 45_000


async def test_apply_shows_what_becomes_of_hours(console: Console, workspace: str, tmp_path: Path) -> None:
    before = (
        "hours: {shop: {time_zone: UTC, weekly: {mon-sun: '00:00-24:00'}, closed_on: [2001-01-01, 2001-01-02]}}\n"
        "queues: {service: {hours: shop}}\n"
    )
    async with AnsweringRouter(console.broker, workspace).answering():
        first = await console.run("apply", a_file(tmp_path, workspace, before), "--yes")
        assert "service is open for ever (shop, UTC)" in first.out
        after = before.replace("2001-01-02", "2001-01-03").replace("'00:00-24:00'", "[]")
        second = await console.run("apply", a_file(tmp_path, workspace, after), "--yes")
        assert "~ hours.shop.weekly.mon-sun: 00:00-24:00 -> []" in second.out
        assert "~ hours.shop.closed_on: + 2001-01-03, - 2001-01-02" in second.out
        assert "service is closed for ever (shop, UTC)" in second.out
        token = await console.admin.a_user(workspace, "root", Role.ADMINISTRATOR)
        async with console.admin.client(token) as client:
            read = (await client.get(f"/v1/workspaces/{workspace}")).json()
        assert [(one["queue"], one["open"], one["until"]) for one in read["hours"]] == [("service", False, None)]


async def test_apply_names_every_error_and_changes_nothing(console: Console, workspace: str, tmp_path: Path) -> None:
    wrong = a_file(tmp_path, workspace, "queues: {service: {wrapup: 3s}}\nagents: {ana: {queues: {sale: 1}}}\n")
    ran = await console.run("apply", wrong, "--yes")
    assert (ran.code, ran.out) == (1, "")
    assert 'queues.service.wrapup: no such key; did you mean "wrap_up"?' in ran.err
    assert 'agents.ana.queues.sale: no queue "sale"' in ran.err
    assert "2 errors; nothing was changed" in ran.err
    told = await console.run("apply", wrong, "--json")
    assert [error["path"] for error in told.data["errors"]] == ["queues.service.wrapup", "agents.ana.queues.sale"]
    assert await console.admin.services.versions.current(workspace) is None


async def test_apply_says_by_its_exit_code_what_is_missing(console: Console, workspace: str, tmp_path: Path) -> None:
    assert (await console.run("apply", str(tmp_path / "nothing.yaml"))).code == 2
    nowhere = await console.run("apply", a_file(tmp_path, workspace), DATABASE_URL="postgresql://x:y@127.0.0.1:1/x")
    assert (nowhere.code, "is the stack up?" in nowhere.err) == (3, True)
    no_stack = await console.run("apply", a_file(tmp_path, workspace), DATABASE_URL="", HUBLINE_DATA_DIR=str(tmp_path))
    assert (no_stack.code, "hubline up" in no_stack.err) == (3, True)
    unanswered = await console.run("apply", a_file(tmp_path, workspace), "--yes", "--wait-s", "0")
    assert (unanswered.code, "routing has not answered yet" in unanswered.err) == (3, True)


async def test_users_are_added_listed_and_revoked(console: Console, workspace: str) -> None:
    made = await console.run("users", "add", "ana", "-w", workspace, "-r", "agent", "--json")
    assert (made.code, made.data["agent_id"]) == (0, "ana")
    async with console.admin.client() as client:
        body = {"workspace": workspace, "user": "ana", "password": made.data["password"]}
        assert (await client.post("/v1/sign-in", json=body)).status_code == 200
    given = await console.run(
        "users", "add", "root", "-w", workspace, "-r", "administrator", "--password-stdin", typed="long enough!\n"
    )
    assert (given.code, "password" in given.out) == (0, False)
    assert (await console.run("users", "add", "ana", "-w", workspace, "-r", "supervisor")).code == 1
    weak = await console.run("users", "add", "x", "-w", workspace, "-r", "analyst", "--password-stdin", typed="short\n")
    assert weak.code == 2
    listed = await console.run("users", "list", "-w", workspace, "--json")
    assert [json.loads(line)["name"] for line in listed.out.splitlines()] == ["ana", "root"]
    assert made.data["password"] not in listed.out
    assert (await console.run("users", "revoke", "ana", "-w", workspace)).code == 0
    assert (await console.run("users", "revoke", "ana", "-w", workspace)).code == 1


async def test_keys_are_shown_once_and_work_until_they_are_revoked(console: Console, workspace: str) -> None:
    verifier = KeyVerifier(PostgresCredentialStore(console.admin.pool), SystemClock())
    raw = (await console.run("keys", "add", "-w", workspace, "--adapter", "shop")).out.strip()
    principal = await verifier.verify(raw)
    assert principal is not None
    assert (principal.adapter, principal.workspace) == ("shop", workspace)
    listed = await console.run("keys", "list", "-w", workspace)
    assert principal.user in listed.out
    assert raw not in listed.out
    assert (await console.run("keys", "add", "-w", workspace)).code == 1
    assert (await console.run("keys", "revoke", principal.user)).code == 0
    assert (await console.run("keys", "revoke", principal.user)).code == 1
    fresh = KeyVerifier(PostgresCredentialStore(console.admin.pool), SystemClock())
    assert await fresh.verify(raw) is None


async def test_the_example_is_applied_and_its_customers_imported(
    console: Console, tmp_path: Path, workspace: str
) -> None:
    document = (EXAMPLES / "bookcity.yaml").read_text(encoding="utf-8").replace("workspace: bookcity\n", "")
    file = str(EXAMPLES / "bookcity_customers.csv")
    assert (await console.run("customers", "import", file, "-w", workspace)).code == 1
    async with AnsweringRouter(console.broker, workspace).answering():
        applied = await console.run("apply", a_file(tmp_path, workspace, document), "--json")
        assert applied.code == 0, applied.err
    first = await console.run("customers", "import", file, "-w", workspace)
    assert (first.code, "200 created" in first.out) == (0, True)
    again = await console.run("customers", "import", file, "-w", workspace, "--json")
    assert (again.data["unchanged"], again.data["errors"]) == (200, [])

    bad = tmp_path / "bad.csv"
    bad.write_text("card,tier\n9001,most_valuable\n9002,gold\n,ordinary\n", encoding="utf-8")
    refused = await console.run("customers", "import", str(bad), "-w", workspace)
    assert refused.code == 1
    assert 'line 3: tier: no tier "gold"' in refused.err
    assert "line 4: has no contact point" in refused.err
    taken = tmp_path / "taken.csv"
    taken.write_text("card,phone\n9001,\n6001001,13900009999\n6001007,13900009999\n", encoding="utf-8")
    assert (
        "line 4: the phone stands in line 3 too"
        in (await console.run("customers", "import", str(taken), "-w", workspace)).err
    )
