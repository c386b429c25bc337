"""The agents who could take a waiting leg, best first, each with what is compared."""

from __future__ import annotations

from collections.abc import Iterable

from schemas.trace import Ranked
from streams.routing import explain
from streams.routing.audiences import Audience
from streams.routing.model import Interaction, Leg
from streams.routing.world import World


def ranked(
    w: World, interaction: Interaction, leg: Leg, audience: Audience, agents: Iterable[str]
) -> tuple[Ranked, ...]:
    """The agents in the order in which the leg would be offered to them."""
    preferred = w.agents.get(leg.preferred or interaction.preferred_agent or "")
    entries = sorted(
        (agent_id != (preferred.agent_id if preferred else None), audience.standing(w.agents[agent_id]))
        for agent_id in agents
    )
    return tuple(Ranked(agent_id=entry[4], score=explain.score(audience, entry, preferred)) for _, entry in entries)
