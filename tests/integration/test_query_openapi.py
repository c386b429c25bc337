"""The query process as it is on the real Kafka and PostgreSQL: generated requests by its OpenAPI document, and its end."""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
from collections.abc import Iterator
from typing import Any, cast

import asyncpg
import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import Case
from schemathesis.checks import CHECKS

from consumers.query.openapi import document
from runtime.clock import SystemClock
from runtime.credentials import new_key
from runtime.events import to_output
from runtime.kafka import KafkaConnection
from runtime.settings import Kafka
from schemas.metrics import MetricsMeasured
from schemas.topics import METRICS_LIVE
from tests.support.gateway_service import Process, processes
from tests.support.ports import free_port
from tests.support.stack import SharedStack
from tests.support.waiting import wait_until

WORKSPACE = f"w_{secrets.token_hex(6)}"
CUSTOMER = "c_known"
EXCLUDED = {
    "positive_data_acceptance": "JSON Schema cannot say that exactly one way of searching is given, nor what a cursor is",
    "ignored_auth": "every request here carries a key; another test asks without",
    "unsupported_method": "undocumented methods are refused before anybody is asked who they are",
}


def described() -> Any:
    """The document, with the workspace and customer that exist, so that requests get past the door."""
    api = document()
    known = {"workspace": WORKSPACE, "subject": CUSTOMER, "attachment": "a_1"}
    for item in api["paths"].values():
        for parameter in item["parameters"]:
            parameter["schema"] = {"const": known[parameter["name"]]}
            parameter["example"] = known[parameter["name"]]
    return schemathesis.openapi.from_dict(api)


api = described()


@pytest.fixture(scope="module")
def key(database_url: str) -> str:
    made = new_key()

    async def insert() -> None:
        connection = await asyncpg.connect(database_url)
        try:
            await connection.execute(
                "INSERT INTO api_keys (key_id, workspace, label, roles, secret_hash, created_ms, created_by)"
                " VALUES ($1, $2, 'test', ARRAY['supervisor'], $3, 0, 'test')",
                made.key_id,
                WORKSPACE,
                made.secret_hash,
            )
            await connection.execute(
                "INSERT INTO customers (workspace, customer_id, name, created_ms, changed_ms) VALUES ($1, $2, '李雷', 1, 1)",
                WORKSPACE,
                CUSTOMER,
            )
        finally:
            await connection.close()

    asyncio.run(insert())
    return made.raw


class Served:
    """The process and where it is reached."""

    def __init__(self, process: Process, port: int) -> None:
        self.process = process
        self.url = f"http://127.0.0.1:{port}"

    def answers(self, key: str, rest: str) -> int | None:
        try:
            url = f"{self.url}/v1/workspaces/{WORKSPACE}{rest}"
            return httpx.get(url, headers={"authorization": f"Bearer {key}"}, timeout=60).status_code
        except httpx.HTTPError:
            return None


async def measured(kafka: str) -> None:
    """Puts a measurement into the log, so that there are live figures."""
    event = MetricsMeasured(
        workspace=WORKSPACE,
        epoch=1,
        seq=1,
        at_ms=1,
        day_starts_ms=0,
        time_zone="UTC",
        interval_starts_ms=0,
        whole=True,
    )
    producer = KafkaConnection(Kafka(bootstrap_servers=kafka), SystemClock(), "test-query").producer()
    await producer.start()
    try:
        await producer.send([to_output(event, METRICS_LIVE, key=WORKSPACE, event_id=WORKSPACE, source="test")])
    finally:
        await producer.stop()


@pytest.fixture(scope="module")
def served(
    stack: SharedStack, database_url: str, key: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    port = free_port()
    environ = {
        "KAFKA_BOOTSTRAP_SERVERS": stack.kafka,
        "DATABASE_URL": database_url,
        "HUBLINE_QUERY_PORT": str(port),
        "HUBLINE_LOG_LEVEL": "warning",
    }
    with processes(tmp_path_factory.mktemp("query"), environ, "consumers.query") as [process]:
        running = Served(process, port)
        asyncio.run(measured(stack.kafka))
        wait_until(lambda: running.answers(key, "/queues") == 200, within_s=60, what="the live view on a real broker")
        wait_until(lambda: running.answers(key, "/metrics/live") == 200, within_s=60, what="the live figures")
        yield running


@api.parametrize()  # type: ignore[untyped-decorator] # schemathesis' own
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_answer_is_one_that_the_document_names(case: Case[Any], served: Served, key: str) -> None:
    answer = case.call_and_validate(
        base_url=served.url,
        headers={"authorization": f"Bearer {key}"},
        excluded_checks=[cast(Any, check) for check in CHECKS.get_by_names(list(EXCLUDED))],
    )
    assert answer.status_code < 500


def test_without_a_key_nothing_is_told(served: Served) -> None:
    for path in document()["paths"]:
        answer = httpx.get(
            served.url + path.replace("{workspace}", WORKSPACE).replace("{subject}", CUSTOMER), timeout=60
        )
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, 'Bearer realm="hubline"')


def test_the_document_and_its_page_are_open_to_read(served: Served) -> None:
    assert httpx.get(f"{served.url}/openapi.json", timeout=60).json() == document()
    shown = httpx.get(f"{served.url}/docs", timeout=60)
    assert (shown.status_code, "default-src 'none'" in shown.headers["content-security-policy"]) == (200, True)


def test_killed_it_comes_back_and_told_to_stop_it_ends_cleanly(served: Served, key: str) -> None:
    served.process.kill()
    served.process.start()
    wait_until(lambda: served.answers(key, "/agents") == 200, within_s=60, what="the live view again")
    assert served.answers(key, f"/customers/{CUSTOMER}") == 200
    served.process.signal(signal.SIGTERM)
    assert served.process.wait() == os.EX_OK
    assert "李雷" not in served.process.log_text
