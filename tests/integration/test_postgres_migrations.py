"""The pool and the migrations on a real PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from runtime.ids import random_id
from runtime.migrations import MigrationError
from runtime.postgres import AWAY, Pool, connect_pool, migrate
from runtime.settings import Postgres, SettingsError
from tests.support.stack import SharedStack

MIGRATIONS = Path(__file__).parents[2] / "deploy" / "postgres"


@pytest.fixture
async def empty_url(stack: SharedStack) -> AsyncIterator[str]:
    """A database with nothing in it."""
    from deploy.local.database import create_database, drop_database, with_database

    url = with_database(stack.database_url, random_id("empty"))
    await create_database(url)
    yield url
    await drop_database(url)


@pytest.fixture
async def pool(empty_url: str) -> AsyncIterator[Pool]:
    async with connect_pool(Postgres(url=empty_url)) as opened:
        yield opened


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "0001_doors.sql").write_text("CREATE TABLE doors (name text);")
    (tmp_path / "0002_keys.sql").write_text("CREATE TABLE keys (door text); INSERT INTO doors VALUES ('front');")
    return tmp_path


async def doors(pool: Pool) -> list[str]:
    return [row["name"] for row in await pool.fetch("SELECT name FROM doors ORDER BY name")]


async def test_missing_migrations_are_applied_once_and_in_order(pool: Pool, folder: Path) -> None:
    assert await migrate(pool, folder) == ("0001_doors", "0002_keys")
    assert await migrate(pool, folder) == ()
    (folder / "0003_back.sql").write_text("INSERT INTO doors VALUES ('back');")
    assert await migrate(pool, folder) == ("0003_back",)
    assert await doors(pool) == ["back", "front"]


async def test_processes_that_start_at_once_apply_each_migration_once(empty_url: str, folder: Path) -> None:
    (folder / "0003_slow.sql").write_text("SELECT pg_sleep(0.2); INSERT INTO doors VALUES ('slow');")

    async def start() -> tuple[str, ...]:
        async with connect_pool(Postgres(url=empty_url)) as opened:
            return await migrate(opened, folder)

    applied = await asyncio.gather(*(start() for _ in range(4)))
    assert sorted(len(names) for names in applied) == [0, 0, 0, 3]


async def test_a_changed_migration_is_refused_before_anything_is_applied(pool: Pool, folder: Path) -> None:
    await migrate(pool, folder)
    (folder / "0001_doors.sql").write_text("CREATE TABLE doors (name text, colour text);")
    (folder / "0003_more.sql").write_text("INSERT INTO doors VALUES ('side');")
    with pytest.raises(MigrationError, match=r"0001_doors\.sql was changed after it was applied"):
        await migrate(pool, folder)
    assert await doors(pool) == ["front"]


async def test_a_database_newer_than_the_program_is_refused(pool: Pool, folder: Path) -> None:
    await migrate(pool, folder)
    (folder / "0002_keys.sql").unlink()
    with pytest.raises(MigrationError, match="an older program must not use it"):
        await migrate(pool, folder)


async def test_a_migration_that_fails_leaves_nothing_of_itself_and_keeps_those_before(pool: Pool, folder: Path) -> None:
    (folder / "0003_bad.sql").write_text("INSERT INTO doors VALUES ('half'); SELECT no_such_function();")
    with pytest.raises(asyncpg.UndefinedFunctionError):
        await migrate(pool, folder)
    assert await doors(pool) == ["front"]
    (folder / "0003_bad.sql").write_text("INSERT INTO doors VALUES ('whole');")
    assert await migrate(pool, folder) == ("0003_bad",)


async def test_the_products_own_migrations_apply_to_an_empty_database(pool: Pool) -> None:
    applied = await migrate(pool, MIGRATIONS)
    assert applied == tuple(path.stem for path in sorted(MIGRATIONS.glob("*.sql")))
    assert await migrate(pool, MIGRATIONS) == ()


async def test_a_statement_that_takes_too_long_is_ended_by_the_server(empty_url: str) -> None:
    async with connect_pool(Postgres(url=empty_url, statement_timeout_ms=50)) as impatient:
        with pytest.raises(asyncpg.QueryCanceledError):
            await impatient.execute("SELECT pg_sleep(30)")
        assert await impatient.fetchval("SELECT 1") == 1


async def test_a_pool_opens_while_the_database_is_away_and_says_so_when_asked() -> None:
    async with connect_pool(Postgres(url="postgresql://nobody@127.0.0.1:1/none")) as pool:
        with pytest.raises(AWAY):
            await pool.fetchval("SELECT 1")


async def test_a_pool_whose_connections_were_cut_connects_again(pool: Pool) -> None:
    async with pool.acquire() as victim, pool.acquire() as killer:
        await killer.execute("SELECT pg_terminate_backend($1)", await victim.fetchval("SELECT pg_backend_pid()"))
        with pytest.raises(AWAY):
            await victim.fetchval("SELECT 1")
    assert await pool.fetchval("SELECT 1") == 1


async def test_a_missing_database_url_is_a_wrong_setting() -> None:
    with pytest.raises(SettingsError, match="DATABASE_URL is not set"):
        connect_pool(Postgres())
