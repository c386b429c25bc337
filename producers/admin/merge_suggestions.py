"""Customers who may be the same person: suggested by identity and by their names, decided by a person.

Two who are read as one customer already are not listed; after an un-merge by hand they are settled.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import msgspec

from producers.admin.audit import Action, Entry, record
from producers.admin.refusals import Kind
from runtime.clock import Clock
from runtime.postgres import Pool
from runtime.problems import Problem

MOST_LISTED: Final = 200
LOOKED_AT_ONCE: Final = 10_000
_OPEN: Final = """
SELECT s.customer_id, s.other_id, s.cause, s.interaction_id, s.at_ms, a.name AS name, b.name AS other_name
FROM merge_suggestions AS s
JOIN customers AS a ON a.workspace = s.workspace AND a.customer_id = s.customer_id
JOIN customers AS b ON b.workspace = s.workspace AND b.customer_id = s.other_id
WHERE s.workspace = $1 AND s.settled_ms IS NULL
    AND survivor_of(s.workspace, s.customer_id) <> survivor_of(s.workspace, s.other_id)
ORDER BY s.at_ms DESC, s.customer_id, s.other_id LIMIT $2
"""
_DISMISS: Final = """
UPDATE merge_suggestions SET settled_ms = $4, settled_by = $5
WHERE workspace = $1 AND settled_ms IS NULL AND (customer_id, other_id) IN (($2, $3), ($3, $2))
"""
_KNOWN: Final = """
SELECT 1 FROM merge_suggestions WHERE workspace = $1 AND (customer_id, other_id) IN (($2, $3), ($3, $2))
"""
_LOOK: Final = """
WITH points AS (
    SELECT c.customer_id, c.name_searched, c.created_ms, CASE i.kind
            WHEN 'phone' THEN 'phone:' || right(split_part(i.value, ';', 1), 8)
            WHEN 'email' THEN 'email:' || split_part(i.value, '@', 1)
        END AS trait
    FROM (
        SELECT customer_id, name_searched, created_ms FROM customers
        WHERE workspace = $1 AND name_searched <> '' ORDER BY changed_ms DESC, customer_id LIMIT $3
    ) AS c
    JOIN identities AS i ON i.customer_id = c.customer_id AND i.workspace = $1 AND i.kind IN ('phone', 'email')
), pairs AS (
    SELECT DISTINCT ON (a.customer_id, b.customer_id) a.customer_id, b.customer_id AS other_id
    FROM points AS a
    JOIN points AS b ON b.name_searched = a.name_searched AND b.trait = a.trait
        AND (a.created_ms, a.customer_id) < (b.created_ms, b.customer_id)
)
INSERT INTO merge_suggestions (workspace, customer_id, other_id, at_ms, cause)
SELECT $1, p.customer_id, p.other_id, $2, 'name' FROM pairs AS p
WHERE survivor_of($1, p.customer_id) <> survivor_of($1, p.other_id)
    AND NOT EXISTS (
        SELECT FROM merge_suggestions AS s
        WHERE s.workspace = $1 AND (s.customer_id, s.other_id) IN ((p.customer_id, p.other_id), (p.other_id, p.customer_id))
    )
ON CONFLICT DO NOTHING RETURNING 1
"""
"""The same searched name, and the same last eight digits of a phone or the same name before a mail address's @."""


class Cause(StrEnum):
    """Why two customers may be the same: they met in one contact, or by name and one trait more."""

    MET = "met"
    NAME = "name"


class MergeSuggestion(msgspec.Struct, frozen=True, kw_only=True):
    """Two customers to look at; `interaction_id`: where they met."""

    customer_id: str
    other_id: str
    cause: Cause
    at_ms: int
    name: str | None = None
    other_name: str | None = None
    interaction_id: str | None = None


class MergeSuggestions:
    """The suggestions of all workspaces."""

    def __init__(self, pool: Pool, clock: Clock) -> None:
        self._pool = pool
        self._clock = clock

    async def open(self, workspace: str) -> tuple[MergeSuggestion, ...]:
        """Those that nobody has decided, newest first."""
        rows = await self._pool.fetch(_OPEN, workspace, MOST_LISTED)
        return tuple(msgspec.convert(dict(row), MergeSuggestion) for row in rows)

    async def dismiss(self, workspace: str, customer_id: str, other_id: str, actor: str) -> None:
        """The two are not the same: they are not suggested again. Again is no error. Raises Problem: 404."""
        now = self._clock.now_ms()
        async with self._pool.acquire() as connection, connection.transaction():
            if await connection.fetchval(_KNOWN, workspace, customer_id, other_id) is None:
                raise Problem(Kind.NOT_FOUND, "there is no such suggestion")
            done = await connection.execute(_DISMISS, workspace, customer_id, other_id, now, actor)
            if done != "UPDATE 0":
                entry = Entry(
                    at_ms=now,
                    workspace=workspace,
                    actor=actor,
                    action=Action.SUGGESTION_DISMISSED,
                    subject=customer_id,
                    detail={"other_id": other_id},
                )
                await record(connection, entry)

    async def look(self, workspace: str) -> int:
        """Looks among the customers changed last for more; returns how many suggestions are new."""
        found = await self._pool.fetch(_LOOK, workspace, self._clock.now_ms(), LOOKED_AT_ONCE)
        return len(found)
