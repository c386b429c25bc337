"""Offers: one agent held for one leg until a deadline of attended time.

A main leg whose offer fails is queued again in its place. A consult's or a joined leg rings once: it ends then, and
nobody is passed over for the interaction because of it.
"""

from __future__ import annotations

from typing import Final

from schemas.decisions import (
    LegConnected,
    LegEnded,
    LegQueued,
    OfferAccepted,
    OfferMade,
    OfferRejected,
    OfferRescinded,
    OfferTimedOut,
)
from schemas.values import Explanation
from schemas.vocabulary import EndReason, LegKind, LegState, OfferState, RescindReason
from streams.routing import agents, deadlines, endings, partaking, passing, waiting
from streams.routing.model import Agent, Interaction, Leg
from streams.routing.project import agent_value, leg_value, offer_value
from streams.routing.timers import TimerKind
from streams.routing.world import World

SILENT_AFTER_MS: int = 6_000
"""An offer that is due while all the agent's gateways have been silent for longer is not the agent's fault."""
Ending = tuple[LegState, EndReason]
REJECTED: Final[Ending] = (LegState.FAILED, EndReason.REJECTED)
MISSED: Final[Ending] = (LegState.FAILED, EndReason.MISSED)
UNCONNECTED: Final[Ending] = (LegState.FAILED, EndReason.CHANNEL_FAILED)
_AGENT_LOST: Final[Ending] = (LegState.FAILED, EndReason.AGENT_LOST)
RINGS_ONCE: Final[dict[RescindReason, Ending]] = {
    RescindReason.CUSTOMER_LEFT: (LegState.CANCELLED, EndReason.CUSTOMER_LEFT),
    RescindReason.AGENT_UNREACHABLE: _AGENT_LOST,
    RescindReason.STATUS_CHANGED: _AGENT_LOST,
    RescindReason.NO_LONGER_QUALIFIES: _AGENT_LOST,
    RescindReason.AGENT_REMOVED: _AGENT_LOST,
    RescindReason.TRANSFERRED: (LegState.CANCELLED, EndReason.TRANSFERRED),
    RescindReason.CANCELLED: (LegState.CANCELLED, EndReason.CANCELLED),
    RescindReason.CONSULT_CANCELLED: (LegState.CANCELLED, EndReason.CONSULT_CANCELLED),
    RescindReason.EXPIRED: (LegState.EXPIRED, EndReason.EXPIRED),
    RescindReason.CALLBACK: (LegState.CANCELLED, EndReason.CALLBACK),
}
"""How a leg that rings once ends when its offer is taken back; main legs only are moved or assigned."""


def make(w: World, interaction: Interaction, leg: Leg, agent: Agent, explanation: Explanation) -> None:
    """Offer the queued leg to the agent; a channel may have it accepted at once."""
    channel = w.policy.channels.of(w.profile(interaction).channel)
    w.transition(interaction, leg, LegState.OFFERED)
    leg.offers += 1
    leg.agent_id = agent.agent_id
    deadlines.give(w, interaction, leg, TimerKind.OFFER, channel.offer_timeout_ms)
    agent.ring(interaction, leg)
    w.offers_made += 1
    if leg.queue is not None:
        agent.last_offered[leg.queue] = w.offers_made
    w.touch_agent(agent)
    w.decide(
        OfferMade,
        offer=offer_value(interaction, leg, agent, OfferState.PENDING, w.now_ms),
        leg=leg_value(interaction, leg),
        agent=agent_value(w, agent),
        explanation=explanation,
    )
    if channel.auto_accept:
        accept(w, interaction, leg, agent)


def accept(w: World, interaction: Interaction, leg: Leg, agent: Agent) -> None:
    """The agent takes the leg: connected, or connecting until the adapter confirms."""
    made_ms = leg.since_ms
    confirms = w.profile(interaction).confirms_connection
    w.transition(interaction, leg, LegState.CONNECTING if confirms else LegState.CONNECTED)
    leg.wakes_ms = leg.due_attended_ms = leg.due_ms = None
    leg.wake_timer = leg.timer = 0
    if confirms:
        deadlines.give(w, interaction, leg, TimerKind.CONNECT, w.policy.settings.connect_timeout_ms)
    else:
        leg.connected_ms = w.now_ms
    agent.last_accepted_ms = w.now_ms
    if leg.queue is not None:
        agent.handled[leg.queue] = agent.handled.get(leg.queue, 0) + 1
    agents.respond(w, agent)
    agent.answer(interaction, leg)
    w.touch_agent(agent)
    w.decide(
        OfferAccepted,
        offer=offer_value(interaction, leg, agent, OfferState.ACCEPTED, made_ms),
        leg=leg_value(interaction, leg),
        agent=agent_value(w, agent),
    )


def connected(w: World, interaction: Interaction, leg: Leg) -> None:
    """The adapter has confirmed the connection."""
    agent = w.agents[leg.agent_id or ""]
    w.transition(interaction, leg, LegState.CONNECTED)
    leg.due_attended_ms = leg.due_ms = None
    leg.timer = 0
    leg.connected_ms = w.now_ms
    w.touch_agent(agent)
    w.decide(LegConnected, leg=leg_value(interaction, leg), agent=agent_value(w, agent))


def reject(w: World, interaction: Interaction, leg: Leg, agent: Agent) -> None:
    """The agent declines: others go first for a while."""
    made_ms = leg.since_ms
    _pass_over(w, interaction, leg, agent)
    _take_back(w, interaction, leg, agent, REJECTED)
    w.decide(
        OfferRejected,
        offer=offer_value(interaction, leg, agent, OfferState.REJECTED, made_ms),
        leg=leg_value(interaction, leg),
        agent=agent_value(w, agent),
    )


def time_out(w: World, interaction: Interaction, leg: Leg) -> None:
    """The deadline has come: the agent missed it, unless no gateway could have shown it."""
    agent = w.agents[leg.agent_id or ""]
    if not agents.is_reachable(w, agent, SILENT_AFTER_MS):
        rescind(w, interaction, leg, RescindReason.AGENT_UNREACHABLE)
        return
    made_ms = leg.since_ms
    _pass_over(w, interaction, leg, agent)
    agents.miss(w, agent)
    _take_back(w, interaction, leg, agent, MISSED)
    w.decide(
        OfferTimedOut,
        offer=offer_value(interaction, leg, agent, OfferState.TIMED_OUT, made_ms),
        leg=leg_value(interaction, leg),
        agent=agent_value(w, agent),
    )


def rescind(w: World, interaction: Interaction, leg: Leg, reason: RescindReason) -> None:
    """Take the pending offer back without blame."""
    agent = w.agents[leg.agent_id or ""]
    made_ms = leg.since_ms
    _take_back(w, interaction, leg, agent, RINGS_ONCE.get(reason, _AGENT_LOST))
    w.decide(
        OfferRescinded,
        offer=offer_value(interaction, leg, agent, OfferState.RESCINDED, made_ms, reason),
        leg=leg_value(interaction, leg),
        agent=agent_value(w, agent),
    )


def unconnected(w: World, interaction: Interaction, leg: Leg, *, missed: bool) -> None:
    """The connection did not come about: back in its place; `missed` makes it the agent's fault."""
    agent = w.agents[leg.agent_id or ""]
    if missed:
        _pass_over(w, interaction, leg, agent)
        agents.miss(w, agent)
    _take_back(w, interaction, leg, agent, MISSED if missed else UNCONNECTED)
    agents.left_work(w, agent)
    kind = LegQueued if leg.kind is LegKind.MAIN else LegEnded
    w.decide(kind, leg=leg_value(interaction, leg), agent=agent_value(w, agent))


def _pass_over(w: World, interaction: Interaction, leg: Leg, agent: Agent) -> None:
    if leg.kind is LegKind.MAIN:
        passing.decline(w, interaction, agent)


def _take_back(w: World, interaction: Interaction, leg: Leg, agent: Agent, ending: Ending) -> None:
    agent.let_go(interaction, leg)
    w.touch_agent(agent)
    if leg.kind is not LegKind.MAIN:
        leg.agent_id = None
        w.transition(interaction, leg, *ending)
        endings.forget(w, interaction, leg)
        partaking.look_again(w, interaction)
        return
    if leg.state is LegState.CONNECTING:
        waiting.give_back(w, interaction, leg)
    waiting.stand(w, interaction, leg)
