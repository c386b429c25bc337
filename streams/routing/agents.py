"""What routing sees of an agent: whether he responds, when idle time began, whether he is on queue."""

from __future__ import annotations

from schemas.configuration import OFFLINE
from schemas.decisions import AgentChanged
from schemas.vocabulary import AgentCause
from streams.routing.model import DISCONNECTED, DRAINING, NOT_RESPONDING, OFF_QUEUE, Agent
from streams.routing.project import agent_value
from streams.routing.timers import TimerKind
from streams.routing.world import World


def say(w: World, agent: Agent, because: AgentCause) -> None:
    """The agent changed."""
    w.touch_agent(agent)
    w.decide(AgentChanged, agent=agent_value(w, agent), because=because)


def is_reachable(w: World, agent: Agent, silent_after_ms: int) -> bool:
    """Whether at least one gateway that holds a session of the agent has spoken lately."""
    limit = w.clocks.attended_ms - silent_after_ms
    return any(w.gateways[gateway].seen_attended_ms >= limit for gateway, _, _ in agent.sessions)


def respond(w: World, agent: Agent) -> None:
    """The agent has acted: no longer `not_responding`."""
    if agent.not_responding:
        agent.not_responding = False
        agent.responds_timer = 0
        agent.idle_since_ms = w.now_ms


def miss(w: World, agent: Agent) -> None:
    """The agent missed an offer: `not_responding` until the agent acts, or for as long as the settings say."""
    agent.not_responding = True
    lasts = w.policy.settings.not_responding_for_ms
    agent.responds_timer = 0
    if lasts is not None:
        due_ms = w.clocks.attended_ms + lasts
        agent.responds_timer = w.timers.set(TimerKind.NOT_RESPONDING, due_ms, agent.agent_id)


def left_work(w: World, agent: Agent) -> None:
    """Work has left the agent's hands; with none left, idle time begins."""
    if not agent.in_hand:
        agent.idle_since_ms = w.now_ms


def code(w: World, agent: Agent) -> int:
    """What keeps the agent off queue, else what there is room for, as one number; `take` and units are noted."""
    fits, take, units = w.capacity.room(agent)
    agent.units = units
    agent.load_per_million = units * 1_000_000 // max(1, agent.settings.capacity)
    agent.take = 0
    if agent.removed or agent.status == OFFLINE or not w.policy.is_routable(agent.status):
        return OFF_QUEUE
    if not agent.sessions:
        return DISCONNECTED
    if agent.not_responding:
        return NOT_RESPONDING
    if agent.next_status is not None:
        return DRAINING
    agent.take = take
    return take << len(w.policy.channels.names) | fits
