"""PostgreSQL through asyncpg: a pool that opens no connection before it is used, and forward-only migrations.

While the database is away, whoever asks for a connection gets `OSError`, `TimeoutError` or one of asyncpg's errors within
the connect timeout (`AWAY`); a process starts without it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final, TypeAlias

import asyncpg

from runtime.migrations import Applied, pending, read_folder
from runtime.settings import Postgres, SettingsError

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

AWAY: Final = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)
"""What a query raises when the database is away or going away: nothing is known of what it did.

The last is asyncpg's answer between the server's farewell and the end of the connection.
"""

_GRACE_S: Final = 1.0
_LOCK_KEY: Final = 4_715_023_961_180_427
_TABLE: Final = """
CREATE TABLE IF NOT EXISTS applied_migrations (
    number integer PRIMARY KEY,
    name text NOT NULL,
    checksum text NOT NULL
)"""


def connect_pool(settings: Postgres, session: Mapping[str, str] = MappingProxyType({}), *, resets: bool = True) -> Pool:
    """A pool for `async with`; it connects when first asked, at most `pool_size` times.

    Statements end after `statement_timeout_ms` on the server, or a second later here; so do transactions in which nothing
    is asked for as long: a process that stands still keeps its locks from its successor no longer than that. `session`:
    the server's settings for these connections. `resets` False: whoever uses them leaves nothing behind, neither a
    setting nor a lock of the session, and a connection is taken back as it is, which spares the database a statement
    for each use.
    Raises SettingsError when no database is configured.
    """
    if settings.url is None:
        raise SettingsError(["DATABASE_URL is not set"])
    limit_ms = settings.statement_timeout_ms
    pool: Pool = asyncpg.create_pool(
        settings.url,
        min_size=0,
        max_size=settings.pool_size,
        timeout=settings.connect_timeout_ms / 1000,
        command_timeout=limit_ms / 1000 + _GRACE_S,
        reset=None if resets else _as_it_is,
        server_settings={
            "statement_timeout": str(limit_ms),
            "idle_in_transaction_session_timeout": str(limit_ms),
            "application_name": "hubline",
            **session,
        },
    )
    return pool


async def _as_it_is(_connection: object) -> None:
    """asyncpg itself ends a transaction that was left open."""


async def migrate(pool: Pool, folder: Path) -> tuple[str, ...]:
    """Applies what is missing, each file in a transaction of its own, and returns the names of those applied now.

    Of processes that start at once, one does it and the others wait. Raises MigrationError when folder and database
    do not fit together, and what the database says of a file that fails: those before it stay applied.
    """
    migrations = read_folder(folder)
    async with pool.acquire() as connection:
        await connection.execute("SET statement_timeout = 0")
        await connection.execute("SELECT pg_advisory_lock($1)", _LOCK_KEY, timeout=None)
        try:
            await connection.execute(_TABLE)
            rows = await connection.fetch("SELECT number, name, checksum FROM applied_migrations ORDER BY number")
            wanted = pending(migrations, [Applied(*row) for row in rows])
            for migration in wanted:
                async with connection.transaction():
                    await connection.execute(migration.sql)
                    await connection.execute(
                        "INSERT INTO applied_migrations (number, name, checksum) VALUES ($1, $2, $3)",
                        migration.number,
                        migration.name,
                        migration.checksum,
                    )
        finally:
            await connection.execute("SELECT pg_advisory_unlock($1)", _LOCK_KEY)
    return tuple(f"{migration.number:04}_{migration.name}" for migration in wanted)
