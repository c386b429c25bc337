"""Merges of customers, with their history, in PostgreSQL (`deploy/postgres/0002_identity.sql`, `0008_query.sql`).

A merge or its undoing, its event and its row in the audit are one transaction. Of one workspace they are made one after
the other (an advisory lock), so that no two together could form a ring. Nothing else is written: who reads a customer
follows the live merges.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import asyncpg
import msgspec

from producers.admin.audit import Action, Connection, Entry, announce, record
from producers.admin.event_outbox import enqueue
from producers.admin.merging import Candidate, Preview, check_ids, check_sides, preview_of
from producers.admin.refusals import Kind
from runtime.clock import Clock
from runtime.ids import random_id
from runtime.postgres import Pool
from runtime.problems import Problem
from schemas.customers import CustomersMerged, CustomersUnmerged
from schemas.ids import event_id
from schemas.topics import CUSTOMERS

SOURCE: Final = "hubline/admin"
MOST_LISTED: Final = 200
_LOCK: Final = "SELECT pg_advisory_xact_lock(hashtextextended($1, 8))"
_SIDES: Final = """
SELECT n.*, nullif(survivor_of($1, asked.id), asked.id) AS merged_into, asked.id AS asked_id,
    (SELECT coalesce(json_agg(json_build_object('kind', i.kind, 'value', i.value) ORDER BY i.linked_ms, i.kind, i.value), '[]')
        FROM family_of($1, asked.id) AS f
        JOIN identities AS i ON i.customer_id = f.customer_id AND i.workspace = $1)::text AS contact_points,
    (SELECT count(*) FROM family_of($1, asked.id) AS f
        JOIN interactions AS i ON i.customer_id = f.customer_id AND i.workspace = $1) AS interactions
FROM unnest($2::text[]) AS asked (id)
JOIN customers AS c ON c.workspace = $1 AND c.customer_id = asked.id
CROSS JOIN LATERAL customer_now($1, asked.id) AS n
"""
_LIVE: Final = "SELECT * FROM merges WHERE workspace = $1 AND merged_id = $2 AND undone_ms IS NULL"
_ONE: Final = "SELECT * FROM merges WHERE merge_id = $2 AND workspace = $1"
_NEWEST: Final = """
SELECT * FROM merges WHERE workspace = $1 AND ($2::text IS NULL OR $2 IN (customer_id, merged_id))
ORDER BY at_ms DESC, merge_id LIMIT $3
"""


class Merge(msgspec.Struct, frozen=True, kw_only=True):
    """A merge as kept: who, when and why; `undone_ms` None = in force."""

    merge_id: str
    customer_id: str
    merged_id: str
    at_ms: int
    by: str
    reason: str | None = None
    undone_ms: int | None = None
    undone_by: str | None = None
    undone_reason: str | None = None


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """A merge, and whether it was made or undone just now; False = it was so already."""

    merge: Merge
    changed: bool


class Merges:
    """The merges of all workspaces."""

    def __init__(self, pool: Pool, clock: Clock) -> None:
        self._pool = pool
        self._clock = clock

    async def preview(self, workspace: str, survivor_id: str, merged_id: str) -> Preview:
        """What the merge would show. Raises Problem as `merging.check_sides`."""
        check_ids(survivor_id, merged_id)
        async with self._pool.acquire() as connection:
            sides = await _sides(connection, workspace, (survivor_id, merged_id))
        return preview_of(*check_sides(survivor_id, merged_id, sides))

    async def merge(self, workspace: str, survivor_id: str, merged_id: str, actor: str, reason: str | None) -> Done:
        """Reads `merged_id` as `survivor_id` from now on. The same again changes nothing.

        Raises:
            Problem: as `merging.check_sides`.
        """
        check_ids(survivor_id, merged_id)
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute(_LOCK, workspace)
            live = await _live_of(connection, workspace, merged_id)
            if live is not None and live.customer_id == survivor_id:
                return Done(merge=live, changed=False)
            sides = await _sides(connection, workspace, (survivor_id, merged_id))
            check_sides(survivor_id, merged_id, sides)
            made = Merge(
                merge_id=random_id("m"),
                customer_id=survivor_id,
                merged_id=merged_id,
                at_ms=self._clock.now_ms(),
                by=actor,
                reason=reason,
            )
            await _insert(connection, workspace, made)
            event = CustomersMerged(workspace=workspace, at_ms=made.at_ms, by=actor, **_ids(made))
            await _tell(connection, workspace, made, Action.CUSTOMERS_MERGED, event)
        return Done(merge=made, changed=True)

    async def undo(self, workspace: str, merge_id: str, actor: str, reason: str | None) -> Done:
        """Reads both as themselves again; what others say of merging them is settled. The same again changes nothing.

        Raises:
            Problem: 404 for an unknown merge.
        """
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute(_LOCK, workspace)
            known = await _find(connection, workspace, merge_id)
            if known.undone_ms is not None:
                return Done(merge=known, changed=False)
            undone = msgspec.structs.replace(
                known, undone_ms=self._clock.now_ms(), undone_by=actor, undone_reason=reason
            )
            await _mark_undone(connection, workspace, undone)
            event = CustomersUnmerged(workspace=workspace, at_ms=undone.undone_ms or 0, by=actor, **_ids(undone))
            await _tell(connection, workspace, undone, Action.CUSTOMERS_UNMERGED, event)
        return Done(merge=undone, changed=True)

    async def find(self, workspace: str, merge_id: str) -> Merge:
        """One merge. Raises Problem: 404."""
        async with self._pool.acquire() as connection:
            return await _find(connection, workspace, merge_id)

    async def history(self, workspace: str, customer_id: str | None) -> tuple[Merge, ...]:
        """The newest merges first, those undone too: of one customer on either side, or of the workspace."""
        rows = await self._pool.fetch(_NEWEST, workspace, customer_id, MOST_LISTED)
        return tuple(_merge(row) for row in rows)


async def _sides(connection: Connection, workspace: str, ids: tuple[str, str]) -> Mapping[str, Candidate]:
    rows = await connection.fetch(_SIDES, workspace, list(ids))
    return {row["asked_id"]: _candidate(row) for row in rows}


def _candidate(row: asyncpg.Record) -> Candidate:
    points = msgspec.json.decode(row["contact_points"])
    return msgspec.convert({**dict(row), "customer_id": row["asked_id"], "contact_points": points}, Candidate)


async def _live_of(connection: Connection, workspace: str, merged_id: str) -> Merge | None:
    row = await connection.fetchrow(_LIVE, workspace, merged_id)
    return None if row is None else _merge(row)


async def _find(connection: Connection, workspace: str, merge_id: str) -> Merge:
    row = await connection.fetchrow(_ONE, workspace, merge_id)
    if row is None:
        raise Problem(Kind.NOT_FOUND, "there is no such merge")
    return _merge(row)


async def _insert(connection: Connection, workspace: str, made: Merge) -> None:
    await connection.execute(
        "INSERT INTO merges (workspace, merge_id, customer_id, merged_id, at_ms, by, reason)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)",
        workspace,
        made.merge_id,
        made.customer_id,
        made.merged_id,
        made.at_ms,
        made.by,
        made.reason,
    )


async def _mark_undone(connection: Connection, workspace: str, undone: Merge) -> None:
    await connection.execute(
        "UPDATE merges SET undone_ms = $3, undone_by = $4, undone_reason = $5 WHERE merge_id = $2 AND workspace = $1",
        workspace,
        undone.merge_id,
        undone.undone_ms,
        undone.undone_by,
        undone.undone_reason,
    )
    await connection.execute(
        "UPDATE merge_suggestions SET settled_ms = $4, settled_by = $5 WHERE workspace = $1 AND settled_ms IS NULL"
        " AND (customer_id, other_id) IN (($2, $3), ($3, $2))",
        workspace,
        undone.customer_id,
        undone.merged_id,
        undone.undone_ms,
        undone.undone_by,
    )


async def _tell(
    connection: Connection, workspace: str, merge: Merge, action: Action, event: CustomersMerged | CustomersUnmerged
) -> None:
    """The event and the audit's row; a person's reason stays in the table."""
    detail = {"merge_id": merge.merge_id, "merged_id": merge.merged_id}
    entry = Entry(
        at_ms=event.at_ms,
        workspace=workspace,
        actor=event.by,
        action=action,
        subject=merge.customer_id,
        detail=detail,
    )
    await record(connection, entry)
    identifier = event_id(workspace, SOURCE, f"{merge.merge_id}/{action.value}")
    await enqueue(connection, CUSTOMERS, merge.customer_id, identifier, event)
    await announce(connection)


def _ids(merge: Merge) -> dict[str, Any]:
    return {"customer_id": merge.customer_id, "merged_id": merge.merged_id, "merge_id": merge.merge_id}


def _merge(row: asyncpg.Record) -> Merge:
    return msgspec.convert(dict(row), Merge)
