"""The statuses that agents choose, and what a change of status does to offers and work."""

from __future__ import annotations

from schemas.configuration import OFFLINE
from schemas.decisions import AgentRemoved
from schemas.vocabulary import AgentCause, LegState, RescindReason
from streams.routing import agents, handover, offers, rules
from streams.routing.legs import TALKING
from streams.routing.model import Agent, Interaction, Leg
from streams.routing.world import World


def set_status(w: World, agent: Agent, status: str, because: AgentCause) -> None:
    """Choose a status; it also counts as acting, and ends draining."""
    was_on = bool(w.policy.is_routable(agent.status))
    agents.respond(w, agent)
    agent.next_status = None
    agent.status = status
    if status == OFFLINE and rules.ends_grace_with_the_status(w.engine_version):
        agent.grace_timer = 0
    routable = bool(w.policy.is_routable(status))
    if routable and not was_on:
        agent.idle_since_ms = w.now_ms
    agents.say(w, agent, because)
    if not routable:
        rescind_all(w, agent, RescindReason.STATUS_CHANGED)


def set_next_status(w: World, agent: Agent, status: str) -> None:
    """Drain: nothing new, and this status when the work ends; with none in hand, at once."""
    if not agent.work:
        set_status(w, agent, status, AgentCause.NEXT_STATUS_SET)
        return
    agent.next_status = status
    agents.say(w, agent, AgentCause.NEXT_STATUS_SET)


def drain(w: World, agent: Agent) -> None:
    """A draining agent whose work has ended takes the next status; a removed one is gone."""
    if agent.work:
        return
    if agent.removed:
        del w.agents[agent.agent_id]
        w.decide(AgentRemoved, agent_id=agent.agent_id)
    elif agent.next_status is not None:
        set_status(w, agent, agent.next_status, AgentCause.DRAINED)


def go_offline(w: World, agent: Agent, because: AgentCause) -> None:
    """The agent is gone: offers are taken back, work of channels that want it goes back to its place."""
    agent.grace_timer = 0
    agent.next_status = None
    agent.status = OFFLINE
    agents.respond(w, agent)
    agents.say(w, agent, because)
    rescind_all(w, agent, RescindReason.AGENT_UNREACHABLE)
    for interaction, leg in list(agent.work.values()):
        goes_back = w.policy.channels.of(w.profile(interaction).channel).requeue_on_disconnect
        if leg.state is LegState.CONNECTING:
            _lose_connecting(w, interaction, leg, goes_back=goes_back)
        elif leg.state in TALKING and goes_back:
            handover.lose(w, interaction, leg)


def _lose_connecting(w: World, interaction: Interaction, leg: Leg, *, goes_back: bool) -> None:
    by_channel = rules.connecting_follows_its_channel(w.engine_version)
    if goes_back and by_channel:
        leg.preferred = leg.agent_id
        w.names.note(interaction)
    if goes_back or not by_channel:
        offers.unconnected(w, interaction, leg, missed=False)


def rescind_all(w: World, agent: Agent, reason: RescindReason) -> None:
    """Take back every pending offer without blame."""
    for interaction, leg in list(agent.work.values()):
        if leg.state is LegState.OFFERED:
            offers.rescind(w, interaction, leg, reason)
