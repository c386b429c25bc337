"""What supervisors and administrators did: kept on a real PostgreSQL, asked over HTTP and on the terminal."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from consumers.audit_writer.rows import InterventionRow
from consumers.audit_writer.table import TABLE
from deploy.cli import build
from runtime.marked_postgres import PostgresMarkedStore
from runtime.marked_writer import Advance
from runtime.postgres import Pool, connect_pool
from runtime.settings import Postgres
from schemas.vocabulary import Role
from tests.support.intervention_builders import MadeInterventions, a_row
from tests.support.marked_store_suite import MarkedStoreSuite
from tests.support.query_service import QueryService, query_service


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[Pool]:
    async with connect_pool(Postgres(url=database_url)) as pool:
        await pool.execute("TRUNCATE interventions, intervention_marks")
        yield pool


class PostgresInterventionBench(MadeInterventions):
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def kept(self) -> list[InterventionRow]:
        found = await self._pool.fetch(f"SELECT {', '.join(InterventionRow._fields)} FROM interventions ORDER BY seq")
        return [InterventionRow(*record.values()) for record in found]


class TestPostgresInterventionStore(MarkedStoreSuite):
    @pytest.fixture
    def store(self, pool: Pool) -> PostgresMarkedStore[InterventionRow]:
        return PostgresMarkedStore(pool, TABLE)

    @pytest.fixture
    def bench(self, pool: Pool) -> PostgresInterventionBench:
        return PostgresInterventionBench(pool)


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[QueryService]:
    """Five acts of Sue's on the floor, one of them refused, and one of an administrator's."""
    async with query_service(database_url, follows=False) as service:
        store = PostgresMarkedStore[InterventionRow](service.pool, TABLE)
        await service.pool.execute("TRUNCATE interventions, intervention_marks")
        rows = [a_row(n, workspace=service.workspace, at_ms=1_000 + n // 2) for n in range(4)]
        refused = a_row(4, workspace=service.workspace, at_ms=2_000, act="assign_interaction", to_agent="bo")
        rows.append(refused._replace(outcome="refused", refusal="agent_unavailable"))
        await store.begin(0, 0)
        await store.append(rows, Advance(0, 0, 5))
        await service.insert("audit", at_ms=1_500, actor="adam", action="user.added", subject="li", detail="{}")
        yield service


async def ask(desk: QueryService, *roles: Role, **query: Any) -> httpx.Response:
    async with desk.client(*roles) as client:
        return await client.get(desk.url("/audit"), params=query)


def ids_in(answer: httpx.Response) -> list[str]:
    return [entry["entry_id"] for entry in answer.json()["entries"]]


async def test_an_administrator_sees_everything_newest_first_and_page_by_page(desk: QueryService) -> None:
    whole = await ask(desk, Role.ADMINISTRATOR)
    order = ids_in(whole)
    assert (order[0], order[2:], whole.json()["older"]) == ("s1.4", ["s1.3", "s1.2", "s1.1", "s1.0"], None)
    paged: list[str] = []
    cursor = None
    while True:
        page = await ask(desk, Role.ADMINISTRATOR, limit=2, **({} if cursor is None else {"cursor": cursor}))
        paged += ids_in(page)
        cursor = page.json()["older"]
        if cursor is None:
            break
    assert paged == order


async def test_an_act_says_who_what_why_on_what_and_what_became_of_it(desk: QueryService) -> None:
    [entry] = (await ask(desk, Role.SUPERVISOR, action="assign_interaction")).json()["entries"]
    assert entry == {
        "entry_id": "s1.4",
        "at_ms": 2_000,
        "part": "supervision",
        "actor": "sue",
        "action": "assign_interaction",
        "subject": "i4",
        "reason": "m_4",
        "outcome": "refused",
        "refusal": "agent_unavailable",
        "detail": {"command_id": "k_m_4", "interaction_id": "i4", "to_agent": "bo"},
    }


async def test_a_supervisor_sees_the_floor_only_and_agents_see_nothing(desk: QueryService) -> None:
    assert ids_in(await ask(desk, Role.SUPERVISOR)) == ["s1.4", "s1.3", "s1.2", "s1.1", "s1.0"]
    assert (await ask(desk, Role.AGENT)).status_code == 403
    assert (await ask(desk, Role.ANALYST)).status_code == 403


async def test_acts_are_found_by_actor_subject_and_time(desk: QueryService) -> None:
    assert ids_in(await ask(desk, Role.SUPERVISOR, subject="i1")) == ["s1.1"]
    assert ids_in(await ask(desk, Role.SUPERVISOR, actor="nobody")) == []
    assert ids_in(await ask(desk, Role.SUPERVISOR, from_ms=1_001, to_ms=2_000)) == ["s1.3", "s1.2"]
    assert (await ask(desk, Role.SUPERVISOR, from_ms=2, to_ms=1)).status_code == 422


async def test_the_terminal_prints_the_same(
    desk: QueryService, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    command = ["audit", "-w", desk.workspace, "--since", "1970-01-01T00:00:01.001+00:00", "--json"]
    found = await asyncio.to_thread(CliRunner().invoke, build(("audit",)), command)
    assert found.exit_code == 0, found.output
    assert [json.loads(text)["action"] for text in found.stdout.splitlines()] == [
        "assign_interaction", "user.added", "move_interaction", "move_interaction",
    ]  # fmt: skip
    wrong = await asyncio.to_thread(CliRunner().invoke, build(("audit",)), ["audit", "-w", "x", "--since", "yesterday"])
    assert wrong.exit_code == 2
