"""The identity store on PostgreSQL: per batch one look-up and one statement of writes, in one transaction.

Rows travel as JSON whose field names are the columns, so that a batch is two round trips whatever its size. A call that
is cancelled (its time is over) breaks its connection off instead of waiting for the server's leave.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Sequence
from typing import Final, TypeAlias

import asyncpg
import msgspec

from runtime.postgres import AWAY, Pool
from streams.identity import statements
from streams.identity.model import Contact, Known, Outcome, Settlement, Writes
from streams.identity.settle import NewId, settle, wanted_interactions, wanted_points
from streams.identity.store import Mark, NoAnswer

Connection: TypeAlias = "asyncpg.pool.PoolConnectionProxy[asyncpg.Record]"

TRIES: Final = 5
SILENT: Final = (
    *AWAY,
    asyncpg.InsufficientResourcesError,
    asyncpg.OperatorInterventionError,
    asyncpg.TransactionRollbackError,
    asyncpg.PostgresSystemError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.InternalClientError,
)
"""What says that the database is away, too busy or going. Anything else is a fault of ours and ends the process."""

_KNOWN: Final = msgspec.json.Decoder(Known)


class _Raced(Exception):
    """Somebody else linked a contact point between our look-up and our commit."""


class PostgresIdentityStore:
    """See `streams.identity.store.IdentityStore`; `new_id` makes the random ids of new customers."""

    def __init__(self, pool: Pool, new_id: NewId) -> None:
        self._pool = pool
        self._new_id = new_id

    async def settle(self, contacts: Sequence[Contact], mark: Mark | None) -> Sequence[Outcome]:
        """See IdentityStore. Raises NoAnswer too when other writers win every time."""
        async with self._connection() as connection:
            for _ in range(TRIES):
                with contextlib.suppress(_Raced):
                    return await self._settle_once(connection, contacts, mark)
        raise NoAnswer("other writers were first every time")

    async def mark_of(self, partition: int) -> int | None:
        """See IdentityStore."""
        async with self._connection() as connection:
            found: int | None = await connection.fetchval(statements.READ_MARK, partition)
            return found

    async def move_mark(self, mark: Mark) -> None:
        """See IdentityStore."""
        async with self._connection() as connection:
            await connection.execute(statements.MOVE_MARK, mark.partition, mark.stored_offset)

    async def ping(self) -> None:
        """See IdentityStore."""
        async with self._connection() as connection:
            await connection.fetchval("SELECT 1")

    async def _settle_once(
        self, connection: Connection, contacts: Sequence[Contact], mark: Mark | None
    ) -> Sequence[Outcome]:
        async with connection.transaction():
            settlement = await self._decide(connection, contacts)
            await _write(connection, settlement.writes)
            if mark is not None:
                await connection.execute(statements.MOVE_MARK, mark.partition, mark.stored_offset)
        return settlement.outcomes

    async def _decide(self, connection: Connection, contacts: Sequence[Contact]) -> Settlement:
        points, interactions = wanted_points(contacts), wanted_interactions(contacts)
        found = await connection.fetchval(
            statements.LOOK_UP,
            [key.workspace for key in interactions],
            [key.interaction_id for key in interactions],
            [key.workspace for key in points],
            [key.kind for key in points],
            [key.value for key in points],
        )
        return settle(_KNOWN.decode(found), contacts, self._new_id)

    @contextlib.asynccontextmanager
    async def _connection(self) -> AsyncIterator[Connection]:
        try:
            connection = await self._pool.acquire()
            finished = False
            try:
                yield connection
                finished = True
            except asyncpg.PostgresError:
                finished = True
                raise
            finally:
                if not finished:
                    connection.terminate()
                await self._pool.release(connection)
        except asyncpg.DataError:
            raise  # A kind of InterfaceError, but our fault: that value cannot be written by anyone.
        except SILENT as error:
            raise NoAnswer(f"{type(error).__name__}: {error}") from error


async def _write(connection: Connection, writes: Writes) -> None:
    if not (writes.customers or writes.links or writes.suggestions or writes.interactions):
        return
    rows = (writes.customers, writes.links, writes.suggestions, writes.interactions)
    linked = await connection.fetchval(statements.WRITE, *(msgspec.json.encode(part).decode() for part in rows))
    if linked != len(writes.links):
        raise _Raced
