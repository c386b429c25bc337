"""The administration as the process that it is: started, asked anything at all, and stopped."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import httpx
import msgspec
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import Case

from producers.admin.accounts import Accounts
from runtime.clock import SystemClock
from runtime.ids import random_id
from runtime.postgres import connect_pool
from runtime.settings import Postgres
from schemas.vocabulary import Role
from tests.support.ports import free_port
from tests.support.stack import SharedStack
from tests.support.waiting import wait_until

WORKSPACE = random_id("ws")


class AdminProcess(msgspec.Struct, frozen=True):
    """A running process; `key` is an administrator's."""

    base_url: str
    health_url: str
    key: str
    process: subprocess.Popen[bytes]


@pytest.fixture(scope="module")
def admin(stack: SharedStack, database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AdminProcess]:
    folder = tmp_path_factory.mktemp("admin")
    port = free_port()
    environ = {name: value for name, value in os.environ.items() if not name.startswith("HUBLINE_")}
    environ |= {
        "KAFKA_BOOTSTRAP_SERVERS": stack.kafka,
        "DATABASE_URL": database_url,
        "HUBLINE_DATA_DIR": str(folder),
        "HUBLINE_ADMIN_PORT": str(port),
        "HUBLINE_ADMIN_APPLY_WAIT_MS": "50",
        "HUBLINE_PORT_FILE": str(folder / "health.port"),
    }
    with (folder / "admin.log").open("wb") as log:
        process = subprocess.Popen([sys.executable, "-m", "producers.admin"], env=environ, stderr=log)
    try:
        wait_until((folder / "health.port").exists, within_s=60, what="a health port")
        health = f"http://127.0.0.1:{(folder / 'health.port').read_text().strip()}"
        wait_until(lambda: _status(f"{health}/readyz") == 200, within_s=60, what="ready")
        yield AdminProcess(f"http://127.0.0.1:{port}", health, asyncio.run(_key(database_url)), process)
    finally:
        process.send_signal(signal.SIGTERM)
        code = process.wait(60)
    assert code == 0
    text = (folder / "admin.log").read_text()
    assert "admin.failed" not in text
    assert stack.database_url.split(":")[2].split("@")[0] not in text


@pytest.fixture(scope="module")
def described(admin: AdminProcess) -> Any:
    """The process's own OpenAPI document, with the workspace that exists, so that requests get past the door."""
    document = httpx.get(f"{admin.base_url}/docs/openapi.json", timeout=60).json()
    for item in document["paths"].values():
        for operation in item.values():
            for parameter in operation.get("parameters", ()):
                if parameter["name"] == "workspace":
                    parameter["schema"] = {"const": WORKSPACE}
    return schemathesis.openapi.from_dict(document)


def test_whatever_is_asked_nothing_breaks(described: Any, admin: AdminProcess) -> None:
    asked = 0
    for operation in described.get_all_operations():

        @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
        @given(case=operation.ok().as_strategy())
        def ask(case: Case[Any]) -> None:
            nonlocal asked
            headers = {"authorization": f"Bearer {admin.key}"}
            answer = case.call(base_url=admin.base_url, headers=headers, timeout=60)
            asked += 1
            assert answer.status_code < 500, answer.text
            if answer.status_code >= 400:
                assert answer.headers["content-type"] == ["application/problem+json"]

        ask()
    assert asked > 50


def test_it_says_how_it_is_and_what_it_has_done(admin: AdminProcess) -> None:
    assert (
        httpx.get(f"{admin.base_url}/v1/me", headers={"authorization": f"Bearer {admin.key}"}, timeout=60).status_code
        == 200
    )
    assert _status(f"{admin.health_url}/livez") == 200
    assert (
        'hubline_http_requests_total{route="/v1/me",status="200"}'
        in httpx.get(f"{admin.health_url}/metrics", timeout=60).text
    )


async def _key(database_url: str) -> str:
    async with connect_pool(Postgres(url=database_url)) as pool:
        made = await Accounts(pool, SystemClock()).add_key(WORKSPACE, "test", [Role.ADMINISTRATOR], None, "test")
    return made.raw


def _status(url: str) -> int | None:
    try:
        return httpx.get(url, timeout=2).status_code
    except httpx.HTTPError:
        return None
