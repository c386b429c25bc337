"""An agent who leaves or changes teams: his customers become another's, and routing hears of it, in one transaction.

Customers' owner and preferred agent, their events, the act itself, its row in the audit and the command for routing are
one transaction: a process that dies leaves nothing or all of it, and the relay brings the rest into the log, whenever it
runs again. The command's id makes it one act, however often it is asked for and sent.
"""

from __future__ import annotations

from typing import Final

import asyncpg
import msgspec

from producers.admin.audit import Action, Connection, Entry, announce, record
from producers.admin.customers import Customer, changed_event
from producers.admin.event_outbox import enqueue, enqueue_all
from producers.admin.refusals import Kind
from runtime.clock import Clock
from runtime.postgres import Pool
from runtime.problems import Problem
from schemas.event import Event
from schemas.ids import event_id
from schemas.inputs import HandOverAgent
from schemas.topics import CUSTOMERS, ROUTING_INPUTS

SOURCE: Final = "hubline/admin"
BATCH: Final = 1_000
_LOCK: Final = "SELECT pg_advisory_xact_lock(hashtextextended($1, 9))"
_KNOWN: Final = """
SELECT hand_over_id, agent_id, to_agent, reason, at_ms, by, owned, preferring FROM hand_overs
WHERE workspace = $1 AND hand_over_id = $2
"""
_COUNT: Final = """
SELECT count(*) FILTER (WHERE owner = $2) AS owned, count(*) FILTER (WHERE preferred_agent = $2) AS preferring
FROM customers WHERE workspace = $1 AND (owner = $2 OR preferred_agent = $2)
"""
_WAS_KNOWN: Final = """
SELECT EXISTS (SELECT 1 FROM customers WHERE workspace = $1 AND (owner = $2 OR preferred_agent = $2))
    OR EXISTS (SELECT 1 FROM workspace_versions WHERE workspace = $1 AND routing::jsonb -> 'agents' ? $2)
"""
_CHANGE: Final = """
WITH held AS (
    SELECT customer_id, owner = $2 AS owned, preferred_agent = $2 AS preferring FROM customers
    WHERE workspace = $1 AND (owner = $2 OR preferred_agent = $2)
    ORDER BY customer_id LIMIT $5 FOR NO KEY UPDATE
)
UPDATE customers AS c SET owner = CASE WHEN c.owner = $2 THEN $3 ELSE c.owner END,
    preferred_agent = CASE WHEN c.preferred_agent = $2 THEN $3 ELSE c.preferred_agent END,
    version = c.version + 1, changed_ms = $4
FROM held WHERE c.workspace = $1 AND c.customer_id = held.customer_id
RETURNING c.customer_id, coalesce(held.owned, false) AS owned, coalesce(held.preferring, false) AS preferring
"""
_AS_READ: Final = """
SELECT n.customer_id, n.version, n.kind, n.name, n.card_type, n.tier, n.language, n.owner, n.preferred_agent,
    n.do_not_contact, n.relations::text AS relations
FROM (SELECT DISTINCT survivor_of($1, asked.id) AS id FROM unnest($2::text[]) AS asked (id)) AS s
CROSS JOIN LATERAL customer_now($1, s.id) AS n ORDER BY n.customer_id
"""


class HandOver(msgspec.Struct, frozen=True, kw_only=True):
    """An act as kept: customers whose owner, and whose preferred agent, changed."""

    hand_over_id: str
    agent_id: str
    to_agent: str
    reason: str
    at_ms: int
    by: str
    owned: int
    preferring: int


class HandOverPreview(msgspec.Struct, frozen=True, kw_only=True):
    """What the act would change: customers whom the agent owns, and who prefer him."""

    agent_id: str
    to_agent: str
    owned: int
    preferring: int


class HandOvers:
    """The acts of all workspaces."""

    def __init__(self, pool: Pool, clock: Clock) -> None:
        self._pool = pool
        self._clock = clock

    async def preview(self, workspace: str, agent_id: str, to_agent: str) -> HandOverPreview:
        """How many customers it concerns now."""
        [row] = await self._pool.fetch(_COUNT, workspace, agent_id)
        return HandOverPreview(agent_id=agent_id, to_agent=to_agent, owned=row["owned"], preferring=row["preferring"])

    async def was_known(self, workspace: str, agent_id: str) -> bool:
        """Whether any customer, or any version of the workspace document, has named the agent."""
        return bool(await self._pool.fetchval(_WAS_KNOWN, workspace, agent_id))

    async def hand_over(self, workspace: str, command: HandOverAgent) -> HandOver:
        """Does it, or returns what was done under that id before.

        Raises:
            Problem: 409 when the id was used for another act.
        """
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute(_LOCK, workspace)
            row = await connection.fetchrow(_KNOWN, workspace, command.command_id)
            if row is not None:
                return _same(msgspec.convert(dict(row), HandOver), command)
            at_ms = self._clock.now_ms()
            owned, preferring = await _change(connection, command, at_ms)
            done = HandOver(
                hand_over_id=command.command_id,
                agent_id=command.agent_id,
                to_agent=command.to_agent,
                reason=command.reason,
                at_ms=at_ms,
                by=command.actor,
                owned=owned,
                preferring=preferring,
            )
            await _keep(connection, workspace, done)
            await enqueue(connection, ROUTING_INPUTS, workspace, command.command_id, command)
            await announce(connection)
        return done


def _same(known: HandOver, command: HandOverAgent) -> HandOver:
    if (known.agent_id, known.to_agent) != (command.agent_id, command.to_agent):
        raise Problem(Kind.TAKEN, "that command_id was used for another act")
    return known


async def _change(connection: Connection, command: HandOverAgent, at_ms: int) -> tuple[int, int]:
    """All customers, a batch at a time; what has changed no longer names the agent."""
    workspace = command.workspace
    owned = preferring = 0
    while True:
        rows = await connection.fetch(_CHANGE, workspace, command.agent_id, command.to_agent, at_ms, BATCH)
        if not rows:
            return owned, preferring
        owned += sum(row["owned"] for row in rows)
        preferring += sum(row["preferring"] for row in rows)
        read = await connection.fetch(_AS_READ, workspace, [row["customer_id"] for row in rows])
        await enqueue_all(connection, CUSTOMERS, [_told(command, row, at_ms) for row in read])


def _told(command: HandOverAgent, row: asyncpg.Record, at_ms: int) -> tuple[str, str, Event]:
    """The event of a customer as read now, merges followed."""
    fields = {**dict(row), "relations": msgspec.json.decode(row["relations"]), "contact_points": ()}
    customer = msgspec.convert(fields, Customer)
    identifier = event_id(command.workspace, SOURCE, f"{customer.customer_id}/handed_over/{command.command_id}")
    return customer.customer_id, identifier, changed_event(command.workspace, customer, at_ms)


async def _keep(connection: Connection, workspace: str, done: HandOver) -> None:
    await connection.execute(
        "INSERT INTO hand_overs (workspace, hand_over_id, agent_id, to_agent, reason, at_ms, by, owned, preferring)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        workspace,
        done.hand_over_id,
        done.agent_id,
        done.to_agent,
        done.reason,
        done.at_ms,
        done.by,
        done.owned,
        done.preferring,
    )
    detail = {
        "command_id": done.hand_over_id,
        "to_agent": done.to_agent,
        "reason": done.reason,
        "owned": done.owned,
        "preferring": done.preferring,
    }
    entry = Entry(
        at_ms=done.at_ms,
        workspace=workspace,
        actor=done.by,
        action=Action.AGENT_HANDED_OVER,
        subject=done.agent_id,
        detail=detail,
    )
    await record(connection, entry)
