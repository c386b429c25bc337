"""Sessions, gateways' leases and grace: whether an agent can be reached.

An agent's sessions are a set of (gateway, incarnation, session). A gateway that gives no sign for 15 s of attended
time has lost its sessions. When an agent's last session is lost, grace runs; back in time, nothing has happened.
"""

from __future__ import annotations

from typing import Final

from schemas.configuration import AVAILABLE, OFFLINE
from schemas.inputs import AgentSessionClosed, AgentSessionOpened, GatewayAlive, GatewayStarted
from schemas.vocabulary import AgentCause, RescindReason
from streams.routing import agents, statuses
from streams.routing.model import Agent, Gateway, Session
from streams.routing.timers import TimerKind
from streams.routing.world import World

LEASE_MS: Final = 15_000


def gateway_started(w: World, event: GatewayStarted) -> None:
    """Sessions of earlier incarnations are over."""
    _seen(w, event.gateway, event.incarnation)


def gateway_alive(w: World, event: GatewayAlive) -> None:
    """The gateway holds its sessions for another while."""
    _seen(w, event.gateway, event.incarnation)


def session_opened(w: World, event: AgentSessionOpened) -> None:
    """A tab or terminal is connected; who was offline signs in."""
    agent = w.agents.get(event.agent_id)
    gateway = _seen(w, event.gateway, event.incarnation)
    if agent is None or agent.removed or gateway is None:
        return
    known = _held_as(event.session, event.agent_id) in gateway.sessions
    agent.sessions[event.gateway, event.incarnation, event.session] = None
    gateway.sessions[_held_as(event.session, event.agent_id)] = event.agent_id
    _lease(w, event.gateway, gateway)
    agent.grace_timer = 0
    status = event.status if event.status is not None and w.policy.is_routable(event.status) is not None else None
    if agent.status == OFFLINE:
        agent.handled = {}
        statuses.set_status(w, agent, status or AVAILABLE, AgentCause.SESSION_OPENED)
    elif status is not None and status != agent.status:
        statuses.set_status(w, agent, status, AgentCause.SESSION_OPENED)
    elif not known:
        agents.say(w, agent, AgentCause.SESSION_OPENED)


def session_closed(w: World, event: AgentSessionClosed) -> None:
    """A tab or terminal is gone."""
    agent = w.agents.get(event.agent_id)
    _seen(w, event.gateway, event.incarnation)
    session = (event.gateway, event.incarnation, event.session)
    if agent is not None and session in agent.sessions:
        _forget(w, agent, session)
        _after_loss(w, agent)


def lease_ended(w: World, name: str) -> None:
    """A lease has come to its end: renewed by a later sign, else the gateway's sessions are lost."""
    gateway = w.gateways[name]
    gateway.lease_timer = 0
    if gateway.seen_attended_ms + LEASE_MS > w.clocks.attended_ms:
        _lease(w, name, gateway)
    else:
        _close_all(w, name, gateway)


def grace_ended(w: World, agent: Agent) -> None:
    """The agent did not come back."""
    statuses.go_offline(w, agent, AgentCause.GRACE_ENDED)


def log_out(w: World, agent: Agent, because: AgentCause) -> None:
    """The agent leaves at once, with all sessions."""
    drop_sessions(w, agent)
    statuses.go_offline(w, agent, because)


def drop_sessions(w: World, agent: Agent) -> None:
    """Forget every session of the agent."""
    for session in list(agent.sessions):
        _forget(w, agent, session)


def begin_grace(w: World, agent: Agent) -> None:
    """The agent, who has no session, has a while to come back unless he is offline."""
    if agent.status != OFFLINE:
        due_ms = w.clocks.attended_ms + w.policy.settings.reconnect_grace_ms
        agent.grace_timer = w.timers.set(TimerKind.GRACE, due_ms, agent.agent_id)


def _seen(w: World, name: str, incarnation: int) -> Gateway | None:
    """Note a sign of life; None when it comes from an incarnation that is over."""
    gateway = w.gateways.get(name)
    if gateway is None:
        gateway = w.gateways[name] = Gateway(incarnation, w.clocks.attended_ms)
    if incarnation < gateway.incarnation:
        return None
    if incarnation > gateway.incarnation:
        _close_all(w, name, gateway)
        gateway.incarnation = incarnation
    gateway.seen_attended_ms = w.clocks.attended_ms
    return gateway


def _lease(w: World, name: str, gateway: Gateway) -> None:
    if not gateway.lease_timer and gateway.sessions:
        gateway.lease_timer = w.timers.set(TimerKind.LEASE, gateway.seen_attended_ms + LEASE_MS, name)


def _close_all(w: World, name: str, gateway: Gateway) -> None:
    lost: dict[str, Agent] = {}
    for agent_id in list(gateway.sessions.values()):
        agent = w.agents[agent_id]
        for session in list(agent.sessions):
            if session[0] == name:
                _forget(w, agent, session)
        lost[agent_id] = agent
    for agent in lost.values():
        _after_loss(w, agent)


def _forget(w: World, agent: Agent, session: Session) -> None:
    del agent.sessions[session]
    gateway = w.gateways[session[0]]
    del gateway.sessions[_held_as(session[2], agent.agent_id)]
    if not gateway.sessions:
        gateway.lease_timer = 0


def _held_as(session: str, agent_id: str) -> str:
    return f"{agent_id}/{session}"


def _after_loss(w: World, agent: Agent) -> None:
    if agent.sessions or agent.status == OFFLINE:
        agents.say(w, agent, AgentCause.SESSION_CLOSED)
        return
    begin_grace(w, agent)
    agents.say(w, agent, AgentCause.SESSIONS_LOST)
    statuses.rescind_all(w, agent, RescindReason.AGENT_UNREACHABLE)
