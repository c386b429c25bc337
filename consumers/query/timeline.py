"""Timelines in PostgreSQL (`deploy/postgres/0006_timeline.sql`): of a customer with all who are merged into it.

An entry is the customer's by the id of its day; one without a customer by its interaction's row. A merge stands in the
history of both; where both are read, only the entry of the one that stays is shown. Pages are read from a
place in the order (at_ms, place, entry_id), which no new entry moves.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import asyncpg
import msgspec

from consumers.query.answers import InteractionEnd, OfferExplained, Timeline, TimelineEntry
from consumers.query.cursor import Cursor, Direction, Place, encode
from runtime.postgres import Pool
from schemas.timeline import TimelineKind
from schemas.values import Explanation

OLDER: Final = """
WITH theirs AS (
    SELECT e.* FROM unnest($2::text[]) AS f (customer_id) CROSS JOIN LATERAL (
        SELECT * FROM timeline_entries AS t
        WHERE t.customer_id = f.customer_id AND t.workspace = $1
            AND (t.at_ms, t.place, t.entry_id) < ($3::bigint, $4::bigint, $5) AND t.at_ms <= $3 AND t.at_ms >= $6
            AND t.at_ms < $7 AND ($8::text IS NULL OR t.channel = $8)
            AND (cardinality($9::text[]) = 0 OR t.kind = ANY($9::text[]))
            AND NOT (t.other_customer_id IS NOT NULL AND t.entry_id LIKE '%/1' AND t.other_customer_id = ANY($2::text[]))
        ORDER BY t.at_ms DESC, t.place DESC, t.entry_id DESC LIMIT $10
    ) AS e
), unnamed AS (
    SELECT t.* FROM interactions AS i
    JOIN timeline_entries AS t ON t.interaction_id = i.interaction_id AND t.workspace = i.workspace
    WHERE i.workspace = $1 AND i.customer_id = ANY($2::text[]) AND t.customer_id IS NULL
        AND (t.at_ms, t.place, t.entry_id) < ($3::bigint, $4::bigint, $5) AND t.at_ms <= $3 AND t.at_ms >= $6
        AND t.at_ms < $7 AND ($8::text IS NULL OR t.channel = $8)
        AND (cardinality($9::text[]) = 0 OR t.kind = ANY($9::text[]))
    ORDER BY t.at_ms DESC, t.place DESC, t.entry_id DESC LIMIT $10
)
SELECT * FROM (SELECT * FROM theirs UNION ALL SELECT * FROM unnamed) AS found
ORDER BY at_ms DESC, place DESC, entry_id DESC LIMIT $10
"""
NEWER: Final = """
WITH theirs AS (
    SELECT e.* FROM unnest($2::text[]) AS f (customer_id) CROSS JOIN LATERAL (
        SELECT * FROM timeline_entries AS t
        WHERE t.customer_id = f.customer_id AND t.workspace = $1
            AND (t.at_ms, t.place, t.entry_id) > ($3::bigint, $4::bigint, $5) AND t.at_ms >= $3 AND t.at_ms >= $6
            AND t.at_ms < $7 AND ($8::text IS NULL OR t.channel = $8)
            AND (cardinality($9::text[]) = 0 OR t.kind = ANY($9::text[]))
            AND NOT (t.other_customer_id IS NOT NULL AND t.entry_id LIKE '%/1' AND t.other_customer_id = ANY($2::text[]))
        ORDER BY t.at_ms, t.place, t.entry_id LIMIT $10
    ) AS e
), unnamed AS (
    SELECT t.* FROM interactions AS i
    JOIN timeline_entries AS t ON t.interaction_id = i.interaction_id AND t.workspace = i.workspace
    WHERE i.workspace = $1 AND i.customer_id = ANY($2::text[]) AND t.customer_id IS NULL
        AND (t.at_ms, t.place, t.entry_id) > ($3::bigint, $4::bigint, $5) AND t.at_ms >= $3 AND t.at_ms >= $6
        AND t.at_ms < $7 AND ($8::text IS NULL OR t.channel = $8)
        AND (cardinality($9::text[]) = 0 OR t.kind = ANY($9::text[]))
    ORDER BY t.at_ms, t.place, t.entry_id LIMIT $10
)
SELECT * FROM (SELECT * FROM theirs UNION ALL SELECT * FROM unnamed) AS found
ORDER BY at_ms, place, entry_id LIMIT $10
"""
OFFERS: Final = """
SELECT kind, at_ms, offer_id, leg_id, agent_id, queue, reason, explanation::text AS explanation FROM timeline_entries
WHERE interaction_id = $2 AND workspace = $1 AND kind = ANY($3::text[])
ORDER BY at_ms, place, entry_id
"""
END: Final = """
SELECT at_ms, state, reason, duration_ms FROM timeline_entries
WHERE interaction_id = $2 AND workspace = $1 AND kind = $3
ORDER BY at_ms DESC, place DESC, entry_id DESC LIMIT 1
"""
OUTCOMES: Final = frozenset(
    {
        TimelineKind.OFFER_ACCEPTED,
        TimelineKind.OFFER_REJECTED,
        TimelineKind.OFFER_MISSED,
        TimelineKind.OFFER_RESCINDED,
    }
)
NEWEST: Final = Place(2**62, 2**62, "")
_EXPLANATION: Final = msgspec.json.Decoder(Explanation)


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """A page that is asked for; `cursor` None = the newest. `mark` goes into the cursors of the answer."""

    workspace: str
    family: tuple[str, ...]
    from_ms: int
    to_ms: int
    channel: str | None
    kinds: tuple[TimelineKind, ...]
    limit: int
    mark: str
    cursor: Cursor | None


class Timelines:
    """The timelines of all workspaces, read only. Every question may raise one of `runtime.postgres.AWAY`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def page(self, wanted: Wanted) -> Timeline:
        """A page; `family` has the survivor first."""
        newer = wanted.cursor is not None and wanted.cursor.direction is Direction.NEWER
        place = NEWEST if wanted.cursor is None else wanted.cursor.place
        rows = await self._pool.fetch(
            NEWER if newer else OLDER,
            wanted.workspace,
            list(wanted.family),
            place.at_ms,
            place.place,
            place.entry_id,
            wanted.from_ms,
            wanted.to_ms,
            wanted.channel,
            [kind.value for kind in wanted.kinds],
            wanted.limit + 1,
        )
        return page_of(wanted, rows, newer=newer)

    async def offers(self, workspace: str, interaction_id: str) -> tuple[OfferExplained, ...]:
        """Every offer of the interaction, oldest first."""
        kinds = [TimelineKind.OFFER_MADE.value, *sorted(OUTCOMES)]
        return offers_of(await self._pool.fetch(OFFERS, workspace, interaction_id, kinds))

    async def end(self, workspace: str, interaction_id: str) -> InteractionEnd | None:
        """How the interaction ended, once the timeline knows."""
        row = await self._pool.fetchrow(END, workspace, interaction_id, TimelineKind.CONTACT_ENDED.value)
        return None if row is None else msgspec.convert(dict(row), InteractionEnd)


def page_of(wanted: Wanted, rows: Sequence[Any], *, newer: bool) -> Timeline:
    """The answer for the rows of a page, of which one more than the limit may be there."""
    more = len(rows) > wanted.limit
    kept = list(rows[: wanted.limit])
    if newer:
        kept.reverse()
    older_there = newer or more
    asked = wanted.cursor
    if not kept:
        same = None if asked is None else encode(asked)
        return Timeline(
            customer_id=wanted.family[0], entries=(), older=None if newer else same, newer=same if newer else None
        )
    return Timeline(
        customer_id=wanted.family[0],
        entries=tuple(msgspec.convert(dict(row), TimelineEntry) for row in kept),
        older=encode(Cursor(Direction.OLDER, _place(kept[-1]), wanted.mark)) if older_there else None,
        newer=encode(Cursor(Direction.NEWER, _place(kept[0]), wanted.mark)),
    )


def offers_of(rows: Sequence[Any]) -> tuple[OfferExplained, ...]:
    """Offers made, each with what came of it."""
    outcomes = {row["offer_id"]: row for row in rows if row["kind"] in OUTCOMES}
    return tuple(_offer(row, outcomes.get(row["offer_id"])) for row in rows if row["kind"] == TimelineKind.OFFER_MADE)


def _offer(row: Any, outcome: asyncpg.Record | None) -> OfferExplained:
    return OfferExplained(
        offer_id=row["offer_id"],
        leg_id=row["leg_id"],
        agent_id=row["agent_id"],
        queue=row["queue"],
        at_ms=row["at_ms"],
        explanation=None if row["explanation"] is None else _EXPLANATION.decode(row["explanation"]),
        outcome=None if outcome is None else TimelineKind(outcome["kind"]),
        outcome_reason=None if outcome is None else outcome["reason"],
        outcome_ms=None if outcome is None else outcome["at_ms"],
    )


def _place(row: Any) -> Place:
    return Place(row["at_ms"], row["place"], row["entry_id"])
