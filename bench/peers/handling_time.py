"""The usual formula: place in line x mean handling time / agents on queue, over the last hundred contacts handled."""

from __future__ import annotations

from collections import deque
from typing import Final

from schemas.decisions import Decision
from schemas.values import AgentValue
from schemas.vocabulary import LegState, RoutingStatus

LAST: Final = 100
_OVER: Final = frozenset({LegState.COMPLETED, LegState.FAILED})


class HandlingTime:
    """Of a workspace with one queue."""

    def __init__(self) -> None:
        self._handled_ms: deque[int] = deque(maxlen=LAST)
        self._on_queue: dict[str, bool] = {}

    def heard(self, decision: Decision) -> None:
        """Every decision, in order."""
        if decision.agent is not None:
            self._on_queue[decision.agent.agent_id] = _is_on_queue(decision.agent)
        leg = decision.leg
        if leg is not None and leg.state in _OVER and leg.connected_ms is not None:
            self._handled_ms.append(decision.at_ms - leg.connected_ms)

    def expected_ms(self, position: int) -> int:
        """For somebody at that place."""
        handled_ms = sum(self._handled_ms) / max(1, len(self._handled_ms))
        return round(position * handled_ms / max(1, sum(self._on_queue.values())))


def _is_on_queue(agent: AgentValue) -> bool:
    return agent.connected and agent.next_status is None and agent.routing_status is not RoutingStatus.OFF_QUEUE
