"""What was done, by whom and why, in PostgreSQL (`audit_trail` of `deploy/postgres/0011_audit.sql`), newest first.

Pages are read from a place in the order (at_ms, place, entry_id), which no new act moves.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from consumers.query.answers import Audit, AuditEntry, AuditPart
from consumers.query.cursor import Cursor, Direction, Place, encode
from runtime.postgres import Pool

OLDER: Final = """
SELECT entry_id, at_ms, part, place, actor, action, subject, reason, outcome, refusal, detail::text AS detail
FROM audit_trail
WHERE workspace = $1 AND (at_ms, place, entry_id) < ($2::bigint, $3::bigint, $4) AND at_ms <= $2 AND at_ms >= $5
    AND at_ms < $6 AND part = ANY($7::text[]) AND ($8::text IS NULL OR actor = $8) AND ($9::text IS NULL OR action = $9)
    AND ($10::text IS NULL OR subject = $10)
ORDER BY at_ms DESC, place DESC, entry_id DESC LIMIT $11
"""
NEWEST: Final = Place(2**62, 2**62, "")


class WantedActs(msgspec.Struct, frozen=True, kw_only=True):
    """A page that is asked for; `cursor` None = the newest. `mark` goes into the cursor of the answer."""

    workspace: str
    parts: tuple[AuditPart, ...]
    actor: str | None
    action: str | None
    subject: str | None
    from_ms: int
    to_ms: int
    limit: int
    mark: str
    cursor: Cursor | None


class AuditTrail:
    """The acts of all workspaces, read only. May raise one of `runtime.postgres.AWAY`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def page(self, wanted: WantedActs) -> Audit:
        """A page, newest first."""
        place = NEWEST if wanted.cursor is None else wanted.cursor.place
        rows = await self._pool.fetch(
            OLDER,
            wanted.workspace,
            place.at_ms,
            place.place,
            place.entry_id,
            wanted.from_ms,
            wanted.to_ms,
            [part.value for part in wanted.parts],
            wanted.actor,
            wanted.action,
            wanted.subject,
            wanted.limit + 1,
        )
        return page_of(wanted, rows)


def page_of(wanted: WantedActs, rows: Sequence[Any]) -> Audit:
    """The answer for the rows of a page, of which one more than the limit may be there."""
    kept = rows[: wanted.limit]
    more = len(rows) > wanted.limit
    older = encode(Cursor(Direction.OLDER, _place(kept[-1]), wanted.mark)) if more else None
    return Audit(entries=tuple(_entry(row) for row in kept), older=older)


def _entry(row: Any) -> AuditEntry:
    return msgspec.convert({**dict(row), "detail": msgspec.json.decode(row["detail"])}, AuditEntry)


def _place(row: Any) -> Place:
    return Place(row["at_ms"], row["place"], row["entry_id"])
