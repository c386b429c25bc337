"""What names an agent who is gone: live work as the log's fold has it, and customers as the database has them.

Gone is who was configured and is not any more, and, of what was there before the act, who was handed over. There should be
none: `hand-over` gives everything to another agent in one act.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec

from runtime.postgres import Pool
from schemas.vocabulary import LegState
from streams.routing.model import Interaction
from streams.routing.world import World

MOST_SHOWN: Final = 20
NOT_CONFIGURED: Final = "not_configured"
HANDED_OVER: Final = "handed_over"
_AGENTS: Final = """
SELECT v.routing::jsonb -> 'agents' FROM workspaces AS w
JOIN workspace_versions AS v ON v.workspace = w.workspace AND v.version = w.applied_version WHERE w.workspace = $1
"""
_CUSTOMERS: Final = """
WITH configured AS (
    SELECT jsonb_object_keys(v.routing::jsonb -> 'agents') AS agent_id FROM workspaces AS w
    JOIN workspace_versions AS v ON v.workspace = w.workspace AND v.version = w.applied_version WHERE w.workspace = $1
), named AS (
    SELECT customer_id, 'owner' AS link, owner AS agent_id, changed_ms FROM customers
    WHERE workspace = $1 AND owner IS NOT NULL
    UNION ALL
    SELECT customer_id, 'preferred_agent', preferred_agent, changed_ms FROM customers
    WHERE workspace = $1 AND preferred_agent IS NOT NULL
), judged AS (
    SELECT *, CASE WHEN NOT EXISTS (SELECT 1 FROM configured AS a WHERE a.agent_id = n.agent_id) THEN 'not_configured'
        WHEN EXISTS (SELECT 1 FROM hand_overs AS h
            WHERE h.workspace = $1 AND h.agent_id = n.agent_id AND h.at_ms >= n.changed_ms) THEN 'handed_over'
        END AS why
    FROM named AS n
)
SELECT customer_id, link, agent_id, why, count(*) OVER () AS links FROM judged WHERE why IS NOT NULL
ORDER BY customer_id, link LIMIT $2
"""
_LINKS: Final = """
SELECT count(owner) + count(preferred_agent) FROM customers
WHERE workspace = $1 AND (owner IS NOT NULL OR preferred_agent IS NOT NULL)
"""


class Orphan(msgspec.Struct, frozen=True, kw_only=True):
    """`subject` (a customer or an interaction) names, as its `link`, an agent who is gone, and why he counts as gone."""

    subject: str
    link: str
    agent_id: str
    why: str


class Orphans(msgspec.Struct, frozen=True, kw_only=True):
    """How many links to agents were looked at, how many of them are orphans, and the first of these.

    `customers` None = no database was asked.
    """

    live: int
    customers: int | None
    count: int
    first: tuple[Orphan, ...] = ()


def live_orphans(world: World, ever: frozenset[str]) -> Orphans:
    """Of live work; `ever`: all agents who were ever configured."""
    looked = 0
    found: list[Orphan] = []
    for interaction in world.interactions.values():
        for link, agent_id in _links(interaction):
            looked += 1
            why = _why_gone(world, ever, interaction, agent_id)
            if why is not None:
                found.append(Orphan(subject=interaction.interaction_id, link=link, agent_id=agent_id, why=why))
    return Orphans(live=looked, customers=None, count=len(found), first=tuple(found[:MOST_SHOWN]))


async def with_customers(live: Orphans, pool: Pool, workspace: str) -> Orphans:
    """The same with the customers of the database; of a workspace whose document is not kept there, unchanged."""
    if await pool.fetchval(_AGENTS, workspace) is None:
        return live
    links = await pool.fetchval(_LINKS, workspace)
    rows = await pool.fetch(_CUSTOMERS, workspace, MOST_SHOWN)
    found = [
        Orphan(subject=row["customer_id"], link=row["link"], agent_id=row["agent_id"], why=row["why"]) for row in rows
    ]
    return Orphans(
        live=live.live,
        customers=links,
        count=live.count + (rows[0]["links"] if rows else 0),
        first=(*live.first, *found)[:MOST_SHOWN],
    )


def _links(interaction: Interaction) -> Iterator[tuple[str, str]]:
    if interaction.owner is not None:
        yield "owner", interaction.owner
    if interaction.preferred_agent is not None:
        yield "preferred_agent", interaction.preferred_agent
    promised = interaction.main
    if promised.preferred is not None:
        yield "callback" if promised.state is LegState.SCHEDULED else "preferred_agent", promised.preferred


def _why_gone(world: World, ever: frozenset[str], interaction: Interaction, agent_id: str) -> str | None:
    if agent_id not in world.policy.configuration.agents:
        return NOT_CONFIGURED if agent_id in ever else None
    left = world.successors.get(agent_id)
    return HANDED_OVER if left is not None and interaction.arrived_ms <= left.at_ms else None
