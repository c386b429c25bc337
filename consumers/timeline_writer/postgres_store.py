"""The timeline's store on PostgreSQL: a marked store over months that are made as rows need them.

Of most entries a repetition has the same moment, and the table's key finds it. A message that is posted again may bear
another: entries of messages are looked up by their ids alone, as far around as the log reaches.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from consumers.timeline_writer.partitions import Partitions
from consumers.timeline_writer.rows import TimelineRow
from consumers.timeline_writer.table import TABLE
from runtime.marked_postgres import PostgresMarkedStore
from runtime.marked_writer import Advance
from runtime.postgres import Pool
from runtime.postgres_session import Connection
from schemas.timeline import TimelineKind
from schemas.topics import DAY_MS, TIMELINE_ENTRIES

REPEATED_WITHIN_MS: Final = TIMELINE_ENTRIES.retention_ms or 365 * DAY_MS
_KEPT: Final = """
SELECT workspace, entry_id FROM timeline_entries WHERE entry_id = ANY($1::text[]) AND at_ms >= $2 AND at_ms <= $3
"""


class PostgresTimelineStore(PostgresMarkedStore[TimelineRow]):
    """See `runtime.marked_writer.MarkedStore`."""

    def __init__(self, pool: Pool, partitions: Partitions) -> None:
        super().__init__(pool, TABLE)
        self._partitions = partitions

    async def append(self, rows: Sequence[TimelineRow], advance: Advance) -> int:
        """See MarkedStore."""
        await self._partitions.ensure(row.at_ms for row in rows)
        return await super().append(rows, advance)

    async def unrepeated(self, connection: Connection, rows: Sequence[TimelineRow]) -> Sequence[TimelineRow]:
        """Without messages that were kept before. All of an interaction's come through one partition."""
        messages = [row for row in rows if row.kind == TimelineKind.MESSAGE_POSTED]
        if not messages:
            return rows
        moments = [row.at_ms for row in messages]
        first_ms, last_ms = min(moments) - REPEATED_WITHIN_MS, max(moments) + REPEATED_WITHIN_MS
        found = await connection.fetch(_KEPT, [row.entry_id for row in messages], first_ms, last_ms)
        kept = {(row["workspace"], row["entry_id"]) for row in found}
        return [row for row in rows if (row.workspace, row.entry_id) not in kept] if kept else rows
