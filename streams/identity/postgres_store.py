"""The identity store on PostgreSQL: per batch one look-up and one statement of writes.

Rows travel as JSON whose field names are the columns, so that a batch is two round trips whatever its size. What was looked
up is not locked: whether a new link was somebody else's meanwhile is what the statement of writes finds out, and only where
there are new links is it worth a transaction that can be taken back. Calls may be cancelled at any moment.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from runtime.postgres import Pool
from runtime.postgres_session import Connection, NoAnswer, session
from streams.identity import statements
from streams.identity.model import Contact, Known, Outcome, Settlement, Writes
from streams.identity.settle import NewId, settle, wanted_interactions, wanted_points
from streams.identity.store import Mark

TRIES: Final = 5
SESSION: Final[Mapping[str, str]] = {
    "enable_seqscan": "off",
    "jit": "off",
    "plan_cache_mode": "force_generic_plan",
}
"""How its pool connects: a plan made while the tables were small is kept, and must not read them whole when they are not.
Compiling the look-up takes fifty times as long as running it, and planning it several times.
"""

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
        async with session(self._pool) as connection:
            for _ in range(TRIES):
                with contextlib.suppress(_Raced):
                    return await self._settle_once(connection, contacts, mark)
        raise NoAnswer("other writers were first every time")

    async def mark_of(self, partition: int) -> int | None:
        """See IdentityStore."""
        async with session(self._pool) as connection:
            found: int | None = await connection.fetchval(statements.READ_MARK, partition)
            return found

    async def move_mark(self, mark: Mark) -> None:
        """See IdentityStore."""
        async with session(self._pool) as connection:
            await connection.execute(statements.MOVE_MARK, mark.partition, mark.stored_offset)

    async def ping(self) -> None:
        """See IdentityStore."""
        async with session(self._pool) as connection:
            await connection.fetchval("SELECT 1")

    async def _settle_once(
        self, connection: Connection, contacts: Sequence[Contact], mark: Mark | None
    ) -> Sequence[Outcome]:
        settlement = await self._decide(connection, contacts)
        if settlement.writes.links:
            async with connection.transaction():
                await _write(connection, settlement.writes, mark)
        else:
            await _write(connection, settlement.writes, mark)
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


async def _write(connection: Connection, writes: Writes, mark: Mark | None) -> None:
    rows = (writes.customers, writes.links, writes.suggestions, writes.interactions)
    if mark is None and not any(rows):
        return
    moved = (None, None) if mark is None else (mark.partition, mark.stored_offset)
    parts = (msgspec.json.encode(part).decode() for part in rows)
    linked = await connection.fetchval(statements.WRITE, *parts, *moved)
    if linked != len(writes.links):
        raise _Raced
