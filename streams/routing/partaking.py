"""Who else is with an interaction: companions are consulted agents and supervisors beside the owner.

A companion lives while the owner is with the customer: its leg is a consult's or a joined one that is not over. Who
takes part in the conference has join mode `barge`: a consulted agent who was joined, or a supervisor who barged in.
One consult at a time is open: begun, and neither joined nor over.
"""

from __future__ import annotations

from schemas.vocabulary import JoinMode, LegKind, LegState
from streams.routing import waiting
from streams.routing.legs import TALKING
from streams.routing.model import Interaction, Leg
from streams.routing.world import World


def companions(interaction: Interaction) -> list[Leg]:
    """The legs beside the owner's that are waiting, offered or connected, oldest first."""
    found = [leg for leg in interaction.others if leg.kind is not LegKind.MAIN and leg.state is not LegState.WRAP_UP]
    return sorted(found, key=lambda leg: leg.number)


def open_consult(interaction: Interaction) -> Leg | None:
    """The consult that the owner has begun and not finished."""
    for leg in companions(interaction):
        if leg.kind is LegKind.CONSULT and leg.join_mode is None:
            return leg
    return None


def participants(interaction: Interaction) -> list[Leg]:
    """The legs of those who are in the conference beside the owner, oldest first."""
    return [leg for leg in companions(interaction) if leg.join_mode is JoinMode.BARGE and leg.state in TALKING]


def leg_of(interaction: Interaction, agent_id: str) -> Leg | None:
    """The leg that the agent holds or is offered, wrap-up left out."""
    for leg in interaction.all_legs():
        if leg.agent_id == agent_id and leg.state is not LegState.WRAP_UP:
            return leg
    return None


def with_it(interaction: Interaction) -> tuple[str, ...]:
    """The agents who hold a leg or are offered one, wrap-up left out: a consult is not offered to them."""
    return tuple(
        leg.agent_id for leg in interaction.all_legs() if leg.agent_id is not None and leg.state is not LegState.WRAP_UP
    )


def look_again(w: World, interaction: Interaction) -> None:
    """Somebody is no longer with the interaction: a consult that waits may be offered to him now."""
    consult = open_consult(interaction)
    if consult is not None and consult.state is LegState.QUEUED:
        waiting.touch(w, interaction, consult)
