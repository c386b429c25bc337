"""Which agents are here, as the routing log must hear it.

Before anything else a workspace hears that this incarnation has started: that closes all sessions of earlier ones. While
it holds sessions of a workspace a gateway says so every few seconds; when routing has given them up nevertheless (this
process was frozen), the sessions that are still open are opened again.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from schemas.configuration import OFFLINE
from schemas.decisions import AgentChanged, Decision
from schemas.inputs import AgentSessionClosed, AgentSessionOpened, GatewayAlive, GatewayStarted, PresenceInput
from schemas.vocabulary import AgentCause

GIVEN_UP: Final = frozenset({AgentCause.SESSIONS_LOST, AgentCause.GRACE_ENDED})


class Presence:
    """The sessions of one incarnation of a gateway. Returned inputs are to be appended in order."""

    def __init__(self, gateway: str, incarnation: int) -> None:
        self.gateway = gateway
        self.incarnation = incarnation
        self._started: set[str] = set()
        self._sessions: dict[str, dict[str, dict[str, None]]] = {}

    def started(self, workspace: str) -> list[PresenceInput]:
        """Says once for each workspace that this incarnation has begun."""
        if workspace in self._started:
            return []
        self._started.add(workspace)
        return [GatewayStarted(workspace=workspace, gateway=self.gateway, incarnation=self.incarnation)]

    def opened(self, workspace: str, agent_id: str, session: str, status: str | None) -> list[PresenceInput]:
        """An agent's socket is open."""
        said = self.started(workspace)
        self._sessions.setdefault(workspace, {}).setdefault(agent_id, {})[session] = None
        return [*said, self._opened(workspace, agent_id, session, status)]

    def closed(self, workspace: str, agent_id: str, session: str) -> list[PresenceInput]:
        """An agent's socket is gone."""
        agents = self._sessions.get(workspace, {})
        sessions = agents.get(agent_id, {})
        if session not in sessions:
            return []
        del sessions[session]
        if not sessions:
            del agents[agent_id]
        if not agents:
            del self._sessions[workspace]
        return [
            AgentSessionClosed(
                workspace=workspace,
                agent_id=agent_id,
                gateway=self.gateway,
                incarnation=self.incarnation,
                session=session,
            )
        ]

    def alive(self) -> list[PresenceInput]:
        """One sign for each workspace whose sessions are held here."""
        return [
            GatewayAlive(workspace=workspace, gateway=self.gateway, incarnation=self.incarnation)
            for workspace in self._sessions
        ]

    def given_up(self, decision: Decision) -> list[PresenceInput]:
        """The open sessions of an agent whom routing takes to be gone, opened again."""
        if not isinstance(decision, AgentChanged) or decision.because not in GIVEN_UP or decision.agent is None:
            return []
        if decision.agent.connected:
            return []
        agent_id = decision.agent.agent_id
        return [self._opened(decision.workspace, agent_id, one, None) for one in self.of(decision.workspace, agent_id)]

    def of(self, workspace: str, agent_id: str) -> Iterable[str]:
        """The agent's sessions here."""
        return tuple(self._sessions.get(workspace, {}).get(agent_id, ()))

    def _opened(self, workspace: str, agent_id: str, session: str, status: str | None) -> PresenceInput:
        return AgentSessionOpened(
            workspace=workspace,
            agent_id=agent_id,
            gateway=self.gateway,
            incarnation=self.incarnation,
            session=session,
            status=status,
        )


def logs_out(because: AgentCause, status: str) -> bool:
    """Whether the agent has left for good: by the own wish, or because a supervisor forced it."""
    return because is AgentCause.LOGGED_OUT or (because is AgentCause.STATUS_FORCED and status == OFFLINE)


def next_incarnation(last: int | None, now_ms: int) -> int:
    """Above every earlier one: of this folder by what was kept there, of a lost folder by the clock."""
    return now_ms if last is None else max(last + 1, now_ms)
