"""Workspace documents and their versions in PostgreSQL, with the outbox that brings each version into the log.

A version, its outbox row and its row in the audit are one transaction. Numbers are dense from 1 and never used again.
The current version is the newest that routing has not refused.
"""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum
from typing import Any

import asyncpg
import msgspec

from producers.admin.audit import Action, Connection, Entry, announce, record
from producers.admin.compile import Compiled
from producers.admin.document import Format
from producers.admin.observed import current_trace
from producers.admin.patch import NOTHING, Version
from runtime.clock import Clock
from runtime.ids import random_id
from runtime.postgres import Pool
from schemas.configuration import RoutingConfiguration, canonical, digest


class State(StrEnum):
    """What routing has said of a version."""

    WAITING = "waiting"
    APPLIED = "applied"
    REFUSED = "refused"


class Stored(msgspec.Struct, frozen=True, kw_only=True):
    """One version."""

    workspace: str
    version: int
    state: State
    document: dict[str, Any]
    source_text: str
    source_format: Format
    created_ms: int
    created_by: str
    detail: str | None = None
    settled_ms: int | None = None


class Pending(msgspec.Struct, frozen=True, kw_only=True):
    """A version that routing has not answered; base and offset are set before it is first sent."""

    version: Version
    command_id: str
    actor: str
    base_version: int | None
    decisions_from: int | None
    traceparent: str | None = None


class LeftBehind(msgspec.Struct, frozen=True, kw_only=True):
    """Customers who name an agent as owner, and as preferred agent."""

    agent_id: str
    owned: int
    preferring: int


class Conflict(Exception):
    """The document was changed by somebody else: the version that was expected is not the current one."""

    def __init__(self, current: int | None) -> None:
        super().__init__(f"the current version is {current}")
        self.current = current


_STORED = (
    "SELECT workspace, version, state, detail, document::text AS document, source_text, source_format,"
    " created_ms, created_by, settled_ms FROM workspace_versions"
)

_NAMED = """
SELECT * FROM (
    SELECT a.id AS agent_id,
        (SELECT count(*) FROM customers WHERE workspace = $1 AND owner = a.id) AS owned,
        (SELECT count(*) FROM customers WHERE workspace = $1 AND preferred_agent = a.id) AS preferring
    FROM unnest($2::text[]) AS a (id)
) AS counted WHERE owned + preferring > 0 ORDER BY agent_id
"""


class Versions:
    """The documents of all workspaces."""

    def __init__(self, pool: Pool, clock: Clock) -> None:
        self._pool = pool
        self._clock = clock

    async def current(self, workspace: str) -> Stored | None:
        """The newest version that was not refused."""
        async with self._pool.acquire() as connection:
            return await _current(connection, workspace)

    async def version(self, workspace: str, version: int) -> Stored | None:
        """One version, whatever became of it."""
        row = await self._pool.fetchrow(f"{_STORED} WHERE workspace = $1 AND version = $2", workspace, version)
        return None if row is None else _stored(row)

    async def put(self, compiled: Compiled, text: str, form: Format, expected: int | None, actor: str) -> Stored:
        """Stores a new version, if `expected` is the current one (None: there is none yet).

        The text of the current version is no new one, whatever was expected: who repeats a request whose answer was lost
        has what he asked for.

        Raises:
            Conflict: another version is current, with another text.
        """
        workspace, now = compiled.workspace, self._clock.now_ms()
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute(
                "INSERT INTO workspaces (workspace, newest_version, created_ms) VALUES ($1, 0, $2)"
                " ON CONFLICT DO NOTHING",
                workspace,
                now,
            )
            newest = await connection.fetchval(
                "SELECT newest_version FROM workspaces WHERE workspace = $1 FOR UPDATE", workspace
            )
            current = await _current(connection, workspace)
            if current is not None and (current.source_text, current.source_format) == (text, form):
                return current
            if (None if current is None else current.version) != expected:
                raise Conflict(None if current is None else current.version)
            stored = Stored(
                workspace=workspace,
                version=newest + 1,
                state=State.WAITING,
                document=compiled.document,
                source_text=text,
                source_format=form,
                created_ms=now,
                created_by=actor,
            )
            await _insert(connection, stored, compiled.routing)
        return stored

    async def state(self, workspace: str, version: int) -> tuple[State, str | None]:
        """What routing has said of a version that exists, and why it refused."""
        row = await self._pool.fetchrow(
            "SELECT state, detail FROM workspace_versions WHERE workspace = $1 AND version = $2", workspace, version
        )
        if row is None:
            raise LookupError(f"{workspace} has no version {version}")
        return State(row["state"]), row["detail"]

    async def left_behind(self, workspace: str, agents: Collection[str]) -> list[LeftBehind]:
        """Those of these agents whom customers name."""
        rows = await self._pool.fetch(_NAMED, workspace, list(agents)) if agents else []
        return [msgspec.convert(dict(row), LeftBehind) for row in rows]

    async def waiting(self) -> list[str]:
        """The workspaces that have a version waiting."""
        rows = await self._pool.fetch("SELECT DISTINCT workspace FROM configuration_outbox ORDER BY workspace")
        return [row["workspace"] for row in rows]

    async def pending(self, workspace: str) -> Pending | None:
        """The oldest version that waits."""
        row = await self._pool.fetchrow(
            "SELECT v.version, v.routing, v.command_id, v.created_by, v.traceparent, o.base_version, o.decisions_from"
            " FROM configuration_outbox o JOIN workspace_versions v USING (workspace, version)"
            " WHERE workspace = $1 ORDER BY version LIMIT 1",
            workspace,
        )
        if row is None:
            return None
        return Pending(
            version=_version(row["version"], row["routing"]),
            command_id=row["command_id"],
            actor=row["created_by"],
            base_version=row["base_version"],
            decisions_from=row["decisions_from"],
            traceparent=row["traceparent"],
        )

    async def in_force(self, workspace: str) -> int:
        """The number of the version in force; 0 before the first."""
        number = await self._pool.fetchval("SELECT applied_version FROM workspaces WHERE workspace = $1", workspace)
        return 0 if number is None else int(number)

    async def applied(self, workspace: str) -> Version:
        """The version in force; number 0 before the first."""
        row = await self._pool.fetchrow(
            "SELECT v.version, v.routing FROM workspaces w"
            " JOIN workspace_versions v ON v.workspace = w.workspace AND v.version = w.applied_version"
            " WHERE w.workspace = $1",
            workspace,
        )
        return NOTHING if row is None else _version(row["version"], row["routing"])

    async def routing(self, workspace: str, version: int) -> Version:
        """The routing part of a version; number 0 is the empty one."""
        row = await self._pool.fetchrow(
            "SELECT version, routing FROM workspace_versions WHERE workspace = $1 AND version = $2", workspace, version
        )
        return NOTHING if row is None else _version(row["version"], row["routing"])

    async def begin(self, workspace: str, version: int, base_version: int, decisions_from: int) -> None:
        """What will be sent, and where the answer will be found; kept before anything is sent."""
        await self._pool.execute(
            "UPDATE configuration_outbox SET base_version = $3, decisions_from = $4"
            " WHERE workspace = $1 AND version = $2",
            workspace,
            version,
            base_version,
            decisions_from,
        )

    async def settle(self, workspace: str, version: int, state: State, detail: str | None) -> None:
        """Routing's answer; the same again changes nothing."""
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute(
                "DELETE FROM configuration_outbox WHERE workspace = $1 AND version = $2", workspace, version
            )
            await connection.execute(
                "UPDATE workspace_versions SET state = $3, detail = $4, settled_ms = $5"
                " WHERE workspace = $1 AND version = $2 AND state = 'waiting'",
                workspace,
                version,
                state.value,
                detail,
                self._clock.now_ms(),
            )
            if state is State.APPLIED:
                await connection.execute(
                    "UPDATE workspaces SET applied_version = $2 WHERE workspace = $1 AND applied_version < $2",
                    workspace,
                    version,
                )


async def _current(connection: Connection, workspace: str) -> Stored | None:
    row = await connection.fetchrow(
        f"{_STORED} WHERE workspace = $1 AND state <> 'refused' ORDER BY version DESC LIMIT 1", workspace
    )
    return None if row is None else _stored(row)


async def _insert(connection: Connection, stored: Stored, routing: RoutingConfiguration) -> None:
    await connection.execute(
        "INSERT INTO workspace_versions (workspace, version, document, source_text, source_format, routing, digest,"
        " command_id, state, created_ms, created_by, traceparent)"
        " VALUES ($1, $2, $3::json, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        stored.workspace,
        stored.version,
        msgspec.json.encode(stored.document).decode(),
        stored.source_text,
        stored.source_format.value,
        canonical(routing).decode(),
        digest(routing),
        random_id("cfg"),
        stored.state.value,
        stored.created_ms,
        stored.created_by,
        current_trace(),
    )
    await connection.execute(
        "INSERT INTO configuration_outbox (workspace, version) VALUES ($1, $2)", stored.workspace, stored.version
    )
    await connection.execute(
        "UPDATE workspaces SET newest_version = $2 WHERE workspace = $1", stored.workspace, stored.version
    )
    await announce(connection)
    await record(
        connection,
        Entry(
            at_ms=stored.created_ms,
            workspace=stored.workspace,
            actor=stored.created_by,
            action=Action.DOCUMENT_PUT,
            subject=str(stored.version),
        ),
    )


def _version(number: int, routing: str) -> Version:
    return Version(number=number, routing=msgspec.json.decode(routing, type=RoutingConfiguration))


def _stored(row: asyncpg.Record) -> Stored:
    fields = dict(row)
    return msgspec.convert({**fields, "document": msgspec.json.decode(fields["document"])}, Stored)
