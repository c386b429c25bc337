"""One use of the database by those who must go on without it: a connection, or `NoAnswer`.

Whoever is cancelled meanwhile (their time is over) breaks the connection off instead of waiting for the server's leave,
so that a frozen server holds up nobody. What was asked then may have been done or not.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Final, TypeAlias

import asyncpg

from runtime.postgres import AWAY, Pool

Connection: TypeAlias = "asyncpg.pool.PoolConnectionProxy[asyncpg.Record]"

SILENT: Final = (
    *AWAY,
    asyncpg.InsufficientResourcesError,
    asyncpg.OperatorInterventionError,
    asyncpg.TransactionRollbackError,
    asyncpg.PostgresSystemError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.IdleInTransactionSessionTimeoutError,
)
"""What says that the database is away, full, too busy or going. Anything else is a fault of ours."""


class NoAnswer(Exception):
    """The database did not answer: what was asked may have been done or not."""


@contextlib.asynccontextmanager
async def session(pool: Pool) -> AsyncIterator[Connection]:
    """A connection for the block; raises NoAnswer for `SILENT`, and lets faults of ours through."""
    try:
        connection = await pool.acquire()
        usable = False
        try:
            yield connection
            usable = True
        except asyncpg.PostgresError:
            usable = True
            raise
        finally:
            if not usable:
                connection.terminate()
            await pool.release(connection)
    except asyncpg.DataError:
        raise  # A kind of InterfaceError, but nobody could ever write that value.
    except SILENT as error:
        raise NoAnswer(f"{type(error).__name__}: {error}") from error
