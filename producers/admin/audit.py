"""Who did what: one row for each change, in the transaction of the change."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Final, TypeAlias

import asyncpg
import msgspec

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record] | asyncpg.pool.PoolConnectionProxy[asyncpg.Record]"

CONSOLE: Final = "console"
"""The actor of commands given on the machine itself, with the database's own password."""


class Action(StrEnum):
    """What the audit knows."""

    USER_ADDED = "user.added"
    USER_REVOKED = "user.revoked"
    KEY_ADDED = "key.added"
    KEY_REVOKED = "key.revoked"
    SIGNED_IN = "session.started"
    SIGN_IN_REFUSED = "session.refused"
    SIGNED_OUT = "session.ended"
    DOCUMENT_PUT = "document.put"
    CUSTOMER_PUT = "customer.put"
    CUSTOMERS_MERGED = "customers.merged"
    CUSTOMERS_UNMERGED = "customers.unmerged"
    AGENT_HANDED_OVER = "agent.handed_over"
    SUGGESTION_DISMISSED = "merge_suggestion.dismissed"


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One row; `detail` holds no secret and nothing of a customer but ids."""

    at_ms: int
    workspace: str
    actor: str
    action: Action
    subject: str
    detail: dict[str, Any] = {}


NEWS: Final = "hubline_outbox"
"""The channel of PostgreSQL on which a change that waits to be sent is announced."""


async def announce(connection: Connection) -> None:
    """Tells the relay, when the transaction commits, that something waits."""
    await connection.execute("SELECT pg_notify($1, '')", NEWS)


async def record(connection: Connection, entry: Entry) -> None:
    """Adds the row; call it inside the change's transaction."""
    await connection.execute(
        "INSERT INTO audit (at_ms, workspace, actor, action, subject, detail) VALUES ($1, $2, $3, $4, $5, $6::jsonb)",
        entry.at_ms,
        entry.workspace,
        entry.actor,
        entry.action.value,
        entry.subject,
        msgspec.json.encode(entry.detail).decode(),
    )
