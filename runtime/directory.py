"""Which workspaces exist: those whose first configuration routing has applied.

Before that, ingest and gateway answer 404. What was known once stays known, also while PostgreSQL is away.
"""

from __future__ import annotations

from typing import Protocol

from runtime.clock import Clock
from runtime.last_known import LastKnown
from runtime.postgres import Pool


class VersionStore(Protocol):
    """Where the applied versions are kept. May raise one of `runtime.postgres.AWAY`."""

    async def applied_version(self, workspace: str) -> int | None: ...


class PostgresVersionStore:
    """See `VersionStore`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def applied_version(self, workspace: str) -> int | None:
        version = await self._pool.fetchval(
            "SELECT applied_version FROM workspaces WHERE workspace = $1 AND applied_version > 0", workspace
        )
        return None if version is None else int(version)


class WorkspaceDirectory:
    """Answers from memory where it can."""

    def __init__(self, store: VersionStore, clock: Clock) -> None:
        self._known: set[str] = set()
        self._versions: LastKnown[str, int] = LastKnown(store.applied_version, clock, fresh_ms=1_000)

    async def known(self, workspace: str) -> bool:
        """Whether a configuration of this workspace has ever been applied.

        Raises:
            StoreAway: PostgreSQL is away and the workspace was never asked for here.
        """
        if workspace in self._known:
            return True
        return await self.applied_version(workspace) is not None

    async def applied_version(self, workspace: str) -> int | None:
        """The version in force, at most a second old; None = no such workspace. Raises StoreAway as `known`."""
        version = await self._versions.get(workspace)
        if version is not None:
            self._known.add(workspace)
        return version
