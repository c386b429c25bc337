"""How an agent's part, a leg and an interaction end."""

from __future__ import annotations

from schemas.decisions import LegEnded, LegWrapUpExtended, LegWrapUpStarted
from schemas.values import InteractionValue
from schemas.vocabulary import ENDED, EndReason, LegState
from streams.routing import agents, deadlines
from streams.routing.model import Interaction, Leg
from streams.routing.project import agent_value, leg_value
from streams.routing.timers import TimerKind
from streams.routing.world import World


def end_waiting(
    w: World,
    interaction: Interaction,
    leg: Leg,
    state: LegState,
    reason: EndReason,
    *,
    value: InteractionValue | None = None,
) -> None:
    """The leg, which no agent holds, ends; `value` goes along when the interaction was not spoken of before."""
    w.transition(interaction, leg, state, reason)
    w.decide(LegEnded, leg=leg_value(interaction, leg), interaction=value)
    forget(w, interaction, leg)


def end_connecting(w: World, interaction: Interaction, leg: Leg, state: LegState, reason: EndReason) -> None:
    """The leg ends while it is being connected: no wrap-up, as the agent never had the customer."""
    agent = w.agents[leg.agent_id or ""]
    w.transition(interaction, leg, state, reason)
    _let_go(w, interaction, leg)
    w.decide(LegEnded, leg=leg_value(interaction, leg), agent=agent_value(w, agent))
    forget(w, interaction, leg)


def end_part(w: World, interaction: Interaction, leg: Leg, reason: EndReason, *, wraps_up: bool = True) -> None:
    """The agent's part, connected or on hold, is over: wrap-up, or none."""
    agent = w.agents[leg.agent_id or ""]
    length = w.policy.wrap_up_ms(leg.agent_id, leg.queue, w.profile(interaction).channel) if wraps_up else 0
    if length <= 0:
        leg.reason = reason
        complete(w, interaction, leg)
        return
    w.transition(interaction, leg, LegState.WRAP_UP, reason)
    leg.wrap_up_ms = length
    deadlines.give(w, interaction, leg, TimerKind.WRAP_UP, length)
    w.touch_agent(agent)
    w.decide(LegWrapUpStarted, leg=leg_value(interaction, leg), agent=agent_value(w, agent))


def complete(w: World, interaction: Interaction, leg: Leg) -> None:
    """The agent's part and its wrap-up are over."""
    agent = w.agents[leg.agent_id or ""]
    failed = leg.reason is EndReason.CHANNEL_FAILED
    w.transition(interaction, leg, LegState.FAILED if failed else LegState.COMPLETED)
    _let_go(w, interaction, leg)
    w.decide(LegEnded, leg=leg_value(interaction, leg), agent=agent_value(w, agent))
    forget(w, interaction, leg)


def extend_wrap_up(w: World, interaction: Interaction, leg: Leg, by_ms: int) -> None:
    """Move the end of wrap-up."""
    left = max(0, (leg.due_attended_ms or 0) - w.clocks.attended_ms)
    deadlines.give(w, interaction, leg, TimerKind.WRAP_UP, left + by_ms)
    w.decide(LegWrapUpExtended, leg=leg_value(interaction, leg))


def forget(w: World, interaction: Interaction, leg: Leg) -> None:
    """The leg has ended; when it was the last, the interaction is over and only its id is remembered."""
    if leg is not interaction.main:
        interaction.others = tuple(other for other in interaction.others if other is not leg)
    if interaction.main.state in ENDED and not interaction.others:
        del w.interactions[interaction.interaction_id]
        w.profiles.release(interaction.profile)
        w.memory.remember_ended(interaction.interaction_id)
        w.ended += 1


def _let_go(w: World, interaction: Interaction, leg: Leg) -> None:
    agent = w.agents[leg.agent_id or ""]
    agent.let_go(interaction, leg)
    agents.left_work(w, agent)
    w.touch_agent(agent)
