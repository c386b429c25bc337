"""The opening hours of the documents in force, from PostgreSQL."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from producers.admin.calendar import Calendar
from producers.admin.hours import read_hours
from producers.admin.opening import Schedule
from producers.admin.problems import Problems
from runtime.postgres import Pool

_HOURS: Final = """
SELECT (document -> 'hours')::text AS hours,
       coalesce((SELECT json_object_agg(key, value ->> 'hours')
                 FROM json_each(coalesce(routing::json -> 'queues', '{}'))), '{}')::text AS queues
FROM workspace_versions WHERE workspace = $1 AND version = $2"""

_REMEMBER: Final = """
INSERT INTO queues_with_hours (workspace, queue, version) SELECT $1, unnest($2::text[]), $3
ON CONFLICT (workspace, queue) DO UPDATE SET version = greatest(queues_with_hours.version, excluded.version)"""


class HoursStore:
    """Reads schedules, and remembers which queues had hours, so that they are opened when they have none any more."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def in_force(self) -> Mapping[str, int]:
        """The version in force of each workspace that has one."""
        rows = await self._pool.fetch("SELECT workspace, applied_version FROM workspaces WHERE applied_version > 0")
        return {row["workspace"]: row["applied_version"] for row in rows}

    async def schedule(self, workspace: str, version: int) -> Schedule:
        """The hours of a version that exists; its queues that have some are remembered.

        Raises:
            InvalidDocument: the stored hours cannot be read, such as those of a time zone that is no more.
        """
        row = await self._pool.fetchrow(_HOURS, workspace, version)
        if row is None:
            raise LookupError(f"{workspace} has no version {version}")
        named: dict[str, str | None] = msgspec.json.decode(row["queues"])
        problems = Problems()
        known = read_hours(msgspec.json.decode(row["hours"] or "null"), problems)
        problems.raise_if_any()
        calendars: dict[str, Calendar | None] = {queue: known[name] for queue, name in named.items() if name}
        await self._pool.execute(_REMEMBER, workspace, list(calendars), version)
        rows = await self._pool.fetch("SELECT queue FROM queues_with_hours WHERE workspace = $1", workspace)
        for had in rows:
            if had["queue"] in named:
                calendars.setdefault(had["queue"], None)
        return Schedule(workspace=workspace, version=version, calendars=calendars)

    async def opened(self, workspace: str, queues: list[str], version: int) -> None:
        """These queues have no hours as of `version`, and were opened."""
        await self._pool.execute(
            "DELETE FROM queues_with_hours WHERE workspace = $1 AND queue = ANY($2::text[]) AND version < $3",
            workspace,
            queues,
            version,
        )
