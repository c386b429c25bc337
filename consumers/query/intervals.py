"""Figures by interval in PostgreSQL (`deploy/postgres/0007_metrics.sql`), and the workspace's time zone."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from consumers.query.periods import DEFAULT_ZONE, Bounds, Quarter
from runtime.postgres import Pool
from schemas.metrics import Counts, Dimension

MOST_ROWS: Final = 50_000
ROWS: Final = """
SELECT *, status_ms::text AS status_text FROM metric_intervals
WHERE workspace = $1 AND dimension = $2 AND ($3::text IS NULL OR id = $3) AND starts_ms >= $4 AND starts_ms < $5
LIMIT $6
"""
ZONE: Final = """
SELECT v.routing::jsonb #>> '{settings,time_zone}' FROM workspaces AS w
JOIN workspace_versions AS v ON v.workspace = w.workspace AND v.version = w.applied_version
WHERE w.workspace = $1
"""
_COUNTED: Final = tuple(field.name for field in msgspec.structs.fields(Counts) if field.name != "status_ms")


class TooMany(Exception):
    """The span holds more rows than one answer may be made of."""


class Intervals:
    """The intervals of all workspaces, read only. Questions may raise one of `runtime.postgres.AWAY`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def time_zone(self, workspace: str) -> str:
        """The time zone by whose clock the workspace counts its days."""
        return await self._pool.fetchval(ZONE, workspace) or DEFAULT_ZONE

    async def read(self, workspace: str, dimension: Dimension, group: str | None, bounds: Bounds) -> list[Quarter]:
        """All intervals that begin within the bounds. Raises TooMany."""
        rows = await self._pool.fetch(ROWS, workspace, dimension.value, group, *bounds, MOST_ROWS + 1)
        if len(rows) > MOST_ROWS:
            raise TooMany
        return [quarter_of(row) for row in rows]


def quarter_of(row: Any) -> Quarter:
    """The row as read."""
    numbers = {name: row[name] for name in _COUNTED}
    counts = msgspec.convert({**numbers, "status_ms": msgspec.json.decode(row["status_text"])}, Counts)
    return Quarter(Dimension(row["dimension"]), row["id"], row["starts_ms"], row["to_ms"], row["within_ms"], counts)
