"""What supervisors ask for, each with a reason that the log keeps. A handler refuses before it changes anything."""

from __future__ import annotations

import msgspec

from schemas.configuration import OFFLINE
from schemas.decisions import InteractionChanged, LegQueued
from schemas.inputs import (
    AssignInteraction,
    CancelInteraction,
    ForceStatus,
    MoveInteraction,
    ReprioritiseInteraction,
)
from schemas.vocabulary import AgentCause, EndReason, LegState, Refusal, RescindReason
from streams.routing import commands, endings, entry, explain, offers, presence, rules, waiting
from streams.routing.legs import WAITING
from streams.routing.model import Interaction, Leg
from streams.routing.project import interaction_value, leg_value
from streams.routing.refusals import Refused
from streams.routing.world import World


def force_status(w: World, event: ForceStatus) -> None:
    """Set an agent's status for him; `offline` logs out."""
    agent = commands.agent_of(w, event.agent_id)
    if event.status == OFFLINE:
        presence.log_out(w, agent, AgentCause.STATUS_FORCED)
    else:
        commands.choose_status(w, agent, event.status, AgentCause.STATUS_FORCED)


def move(w: World, event: MoveInteraction) -> None:
    """Into another queue, keeping the virtual arrival; connected work is transferred instead."""
    interaction, leg = _waiting(w, event.interaction_id)
    if event.to_queue not in w.policy.queues:
        raise Refused(Refusal.UNKNOWN_QUEUE)
    if leg.state is LegState.OFFERED:
        offers.rescind(w, interaction, leg, RescindReason.MOVED)
    chosen = _enter(w, leg, event.to_queue)
    if isinstance(chosen, EndReason):
        endings.end_waiting(w, interaction, leg, LegState.FLOWED_OUT, chosen)
        return
    waiting.shift(w, interaction, leg, chosen)
    w.decide(LegQueued, leg=leg_value(interaction, leg))


def assign(w: World, event: AssignInteraction) -> None:
    """Offer to that agent whatever his queues, rank and skills, if he is on queue with the units."""
    interaction, leg = _waiting(w, event.interaction_id)
    agent = commands.agent_of(w, event.to_agent)
    if leg.agent_id == agent.agent_id:
        raise Refused(Refusal.WRONG_STATE, "already offered to that agent")
    if agent.code_now < 0 or not agent.take & w.channel_bit(interaction):
        raise Refused(Refusal.AGENT_UNAVAILABLE)
    if leg.state is LegState.OFFERED:
        offers.rescind(w, interaction, leg, RescindReason.ASSIGNED)
    leg.target = agent.agent_id
    offers.make(w, interaction, leg, agent, explain.chosen(w, interaction, leg, explain.ASSIGNED))


def reprioritise(w: World, event: ReprioritiseInteraction) -> None:
    """Give waiting work another priority, and the place that comes with it."""
    interaction, leg = _waiting(w, event.interaction_id)
    if not 1 <= event.priority <= 10:
        raise Refused(Refusal.NOT_PERMITTED, "priority is 1 to 10")
    profile = msgspec.structs.replace(w.profile(interaction), priority=event.priority)
    number = w.profiles.take(profile, w.policy.channels)
    w.profiles.release(interaction.profile)
    interaction.profile = number
    waiting.place(w, interaction, leg)
    if leg.state is LegState.QUEUED:
        waiting.touch(w, interaction, leg)
    w.decide(InteractionChanged, interaction=interaction_value(w, interaction), leg=leg_value(interaction, leg))


def cancel(w: World, event: CancelInteraction) -> None:
    """End work that is not connected."""
    interaction = commands.find_interaction(w, event.interaction_id)
    leg = interaction.main
    if leg.state is LegState.CONNECTING:
        endings.end_connecting(w, interaction, leg, LegState.CANCELLED, EndReason.CANCELLED)
        return
    if leg.state is LegState.OFFERED:
        offers.rescind(w, interaction, leg, RescindReason.CANCELLED)
    if leg.state not in (LegState.QUEUED, LegState.SCHEDULED):
        raise Refused(Refusal.WRONG_STATE, leg.state.value)
    endings.end_waiting(w, interaction, leg, LegState.CANCELLED, EndReason.CANCELLED)


def _enter(w: World, leg: Leg, queue: str) -> str | EndReason:
    """As `entry.choose`; the queue that the leg is moved from has been tried."""
    if not rules.staying_looks_further(w.engine_version):
        return entry.choose(w, queue)
    chosen, leg.tried = entry.route(w, queue, (*leg.tried, leg.queue or ""))
    return chosen


def _waiting(w: World, interaction_id: str) -> tuple[Interaction, Leg]:
    interaction = commands.find_interaction(w, interaction_id)
    if interaction.main.state not in WAITING:
        raise Refused(Refusal.WRONG_STATE, interaction.main.state.value)
    return interaction, interaction.main
