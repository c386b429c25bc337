"""Everything a follower needs to begin anew: whole values of the configuration, the queues, the agents and the work.

Said after a log was reopened: what followers knew was of inputs that may be lost.
"""

from __future__ import annotations

from schemas.decisions import AgentChanged, ConfigurationApplied, InteractionChanged, QueueChanged
from schemas.values import OfferValue
from schemas.vocabulary import AgentCause, LegState, OfferState
from streams.routing.model import Interaction, Leg
from streams.routing.project import (
    agent_value,
    interaction_value,
    leg_value,
    offer_value,
    queue_value,
    reporting_value,
)
from streams.routing.world import World


def everything(w: World) -> None:
    """Decide, value by value, that all is as it is."""
    w.decide(
        ConfigurationApplied,
        version=w.policy.version,
        digest=w.digest,
        command_id="",
        reporting=reporting_value(w),
    )
    for name in w.policy.queues:
        w.decide(QueueChanged, queue=queue_value(w, name))
    for agent in w.agents.values():
        w.decide(AgentChanged, agent=agent_value(w, agent), because=AgentCause.RESTATED)
    for interaction in w.interactions.values():
        for leg in reversed(interaction.all_legs()):
            w.decide(
                InteractionChanged,
                interaction=interaction_value(w, interaction),
                leg=leg_value(interaction, leg),
                offer=_pending(w, interaction, leg),
            )


def _pending(w: World, interaction: Interaction, leg: Leg) -> OfferValue | None:
    if leg.state is not LegState.OFFERED or leg.agent_id is None:
        return None
    return offer_value(interaction, leg, w.agents[leg.agent_id], OfferState.PENDING, leg.since_ms)
