"""Customers and their search in PostgreSQL, merges followed (`deploy/postgres/0008_query.sql`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import asyncpg
import msgspec

from consumers.query.answers import Customer, FoundCustomer, FoundCustomers, MergeStep, ShownPoint, ShownRelation
from runtime.contact_points import NormalPoint
from runtime.postgres import Pool

NOW: Final = """
SELECT n.*, (
    SELECT count(*) FROM family_of($1, n.customer_id) AS f
    JOIN interactions AS i ON i.customer_id = f.customer_id AND i.workspace = $1
) AS interactions
FROM customer_now($1, $2) AS n
"""
POINTS: Final = """
SELECT i.kind, i.value, i.customer_id FROM family_of($1, $2) AS f
JOIN identities AS i ON i.customer_id = f.customer_id AND i.workspace = $1
ORDER BY f.depth, i.linked_ms, i.kind, i.value
"""
MERGES: Final = """
SELECT merge_id, customer_id, merged_id, at_ms, by, undone_ms, undone_by FROM merges
WHERE workspace = $1 AND merged_id = $2
UNION
SELECT m.* FROM family_of($1, $3) AS f CROSS JOIN LATERAL (
    SELECT merge_id, customer_id, merged_id, at_ms, by, undone_ms, undone_by FROM merges
    WHERE workspace = $1 AND merged_id = f.customer_id AND undone_ms IS NULL OFFSET 0
) AS m
WHERE f.depth > 0
ORDER BY at_ms, merge_id
"""
"""Those of the id that was asked for, undone ones too, and the live ones that make the family."""
BY_NAME: Final = """
WITH asked AS MATERIALIZED (
    SELECT search_text($2) AS text
), found AS MATERIALIZED (
    SELECT c.customer_id, c.name, c.name_searched, CASE
            WHEN c.name_searched = asked.text THEN 0
            WHEN starts_with(c.name_searched, asked.text) THEN 1
            ELSE 2
        END AS rank
    FROM asked, customers AS c
    WHERE c.name_tokens @> (SELECT search_tokens(search_text($2))) AND c.workspace = $1
        AND (
            SELECT bool_and(position(word IN c.name_searched) > 0)
            FROM unnest(string_to_array(asked.text, ' ')) AS words (word)
        )
    ORDER BY rank, c.name_searched, c.customer_id LIMIT $3
)
SELECT n.customer_id, n.kind, n.name, n.card_type, n.tier, n.owner, f.customer_id AS matched_id, f.name AS matched_name
FROM found AS f CROSS JOIN LATERAL customer_now($1, f.customer_id) AS n
ORDER BY f.rank, f.name_searched, f.customer_id
"""
"""The index finds those that have all neighbouring pairs of letters; then every word must be a part of the name."""
BY_POINT: Final = """
SELECT n.customer_id, n.kind, n.name, n.card_type, n.tier, n.owner, i.customer_id AS matched_id, c.name AS matched_name
FROM identities AS i
JOIN customers AS c ON c.workspace = i.workspace AND c.customer_id = i.customer_id
CROSS JOIN LATERAL customer_now(i.workspace, i.customer_id) AS n
WHERE i.workspace = $1 AND i.kind = $2 AND i.value = $3
"""
TOKENS: Final = "SELECT cardinality(search_tokens(search_text($1)))"
FAMILY: Final = "SELECT f.customer_id FROM family_of($1, survivor_of($1, $2)) AS f"
KNOWN: Final = "SELECT 1 FROM customers WHERE workspace = $1 AND customer_id = $2"
OF_INTERACTIONS: Final = """
SELECT 1 FROM interactions WHERE workspace = $1 AND interaction_id = ANY($2::text[]) AND customer_id = ANY($3::text[])
LIMIT 1
"""


class TooShort(Exception):
    """Nothing can be searched by so little."""


class Customers:
    """The customers of all workspaces, read only. Every question may raise one of `runtime.postgres.AWAY`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def read(self, workspace: str, customer_id: str) -> Customer | None:
        """The customer that the id means now, with its contact points unmasked; None = unknown."""
        async with (
            self._pool.acquire() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            row = await connection.fetchrow(NOW, workspace, customer_id)
            if row is None:
                return None
            points = await connection.fetch(POINTS, workspace, row["customer_id"])
            merges = await connection.fetch(MERGES, workspace, customer_id, row["customer_id"])
        return customer_of(customer_id, row, points, merges)

    async def family(self, workspace: str, customer_id: str) -> tuple[str, ...]:
        """Everyone who is read as the same customer now, the survivor first; nothing when the id is unknown."""
        async with self._pool.acquire() as connection:
            if await connection.fetchval(KNOWN, workspace, customer_id) is None:
                return ()
            rows = await connection.fetch(FAMILY, workspace, customer_id)
        return tuple(row["customer_id"] for row in rows)

    async def by_name(self, workspace: str, part: str, limit: int) -> FoundCustomers:
        """Those whose name has every word of `part` in it.

        Raises:
            TooShort: a single letter, or nothing that could be searched.
        """
        async with self._pool.acquire() as connection:
            if not await connection.fetchval(TOKENS, part):
                raise TooShort
            rows = await connection.fetch(BY_NAME, workspace, part, limit + 1)
        return found_of(rows, limit)

    async def by_point(self, workspace: str, point: NormalPoint, limit: int) -> FoundCustomers:
        """The one whom the contact point belongs to, if any."""
        return found_of(await self._pool.fetch(BY_POINT, workspace, point.kind, point.value), limit)

    async def concerns(self, workspace: str, family: Sequence[str], interactions: Sequence[str]) -> bool:
        """Whether one of the interactions is of one of these customers, as rows of their day have it."""
        if not (family and interactions):
            return False
        found = await self._pool.fetchval(OF_INTERACTIONS, workspace, list(interactions), list(family))
        return found is not None


def customer_of(
    asked_id: str, row: asyncpg.Record, points: Sequence[asyncpg.Record], merges: Sequence[asyncpg.Record]
) -> Customer:
    """The answer for the rows of `NOW`, `POINTS` and `MERGES`."""
    steps = [msgspec.convert(dict(merge), MergeStep) for merge in merges]
    relations = msgspec.convert(msgspec.json.decode(row["relations"]), tuple[ShownRelation, ...])
    fields: dict[str, Any] = {
        **dict(row),
        "asked_id": asked_id,
        "relations": relations,
        "contact_points": tuple(ShownPoint(**dict(point)) for point in points),
        "merged": tuple(step for step in steps if step.undone_ms is None and step.merged_id != row["customer_id"]),
        "merged_into": tuple(step for step in steps if step.merged_id == asked_id),
    }
    return msgspec.convert(fields, Customer)


def found_of(rows: Sequence[asyncpg.Record], limit: int) -> FoundCustomers:
    """The first of each customer, as two records of one family may match."""
    found: dict[str, FoundCustomer] = {}
    for row in rows[:limit]:
        found.setdefault(row["customer_id"], msgspec.convert(dict(row), FoundCustomer))
    return FoundCustomers(customers=tuple(found.values()), more=len(rows) > limit)
