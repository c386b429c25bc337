"""Supervisors who join connected work, and whoever leaves a conference.

A joined leg stands in no queue. It is offered to the supervisor at once, who must be on queue as an agent with room for
the channel, whatever his queues, rank and skills; it rings once, holds units, and has its wrap-up. `monitor` hears,
`whisper` is heard by the agents only, `barge` takes part in the conference. A second joining changes the mode.
"""

from __future__ import annotations

from schemas.inputs import JoinInteraction, LeaveConference
from schemas.vocabulary import EndReason, LegKind, Refusal
from streams.routing import commands, conference, explain, offers, opening, partaking, waiting
from streams.routing.legs import TALKING
from streams.routing.model import Interaction, Leg
from streams.routing.refusals import Refused
from streams.routing.world import World


def join(w: World, event: JoinInteraction) -> None:
    """Offer a joined leg of the interaction, whose owner is with the customer; or change the mode of the one there is."""
    interaction = commands.find_interaction(w, event.interaction_id)
    agent = commands.agent_of(w, event.agent_id)
    if interaction.main.state not in TALKING:
        raise Refused(Refusal.WRONG_STATE, interaction.main.state.value)
    mine = partaking.leg_of(interaction, agent.agent_id)
    if mine is not None:
        _change_mode(w, interaction, mine, event)
        return
    if agent.code_now < 0 or not agent.take & w.channel_bit(interaction):
        raise Refused(Refusal.AGENT_UNAVAILABLE)
    leg = opening.companion(w, interaction, LegKind.JOIN)
    leg.target, leg.join_mode = agent.agent_id, event.mode
    waiting.place(w, interaction, leg)
    offers.make(w, interaction, leg, agent, explain.chosen(w, interaction, leg, explain.JOINED))


def leave(w: World, event: LeaveConference) -> None:
    """The agent leaves and the others go on. Refused where there is no conference: the last one ends it instead."""
    interaction, leg, _ = commands.owned(w, event, *commands.TALKING_STATES)
    alone = leg is interaction.main and not partaking.participants(interaction)
    if alone or leg is partaking.open_consult(interaction):
        raise Refused(Refusal.WRONG_STATE, "there is no conference")
    conference.part_ends(w, interaction, leg, EndReason.LEFT_CONFERENCE)


def _change_mode(w: World, interaction: Interaction, leg: Leg, event: JoinInteraction) -> None:
    if leg.kind is not LegKind.JOIN or leg.state not in TALKING or leg.join_mode is event.mode:
        raise Refused(Refusal.WRONG_STATE, "the agent is with the interaction already")
    conference.take_part(w, interaction, leg, event.mode)
