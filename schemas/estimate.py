"""Where somebody stands in a queue, and how long it may take: kept up to date from decisions, asked on demand. Pure.

`position` is the engine's: among those who are queued in that queue, by virtual arrival (arrival minus head starts), then
by place, from 1. Who rings at an agent has none: the wait is over if the agent takes it. A change costs a search in the
queue's line and its insertion; a question costs a search, and nothing is looked at one by one.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterable
from typing import Final

from schemas.event import Value
from schemas.pace import NO_WAIT, Estimate, Pace
from schemas.shown import Kind
from schemas.values import AgentValue, LegValue
from schemas.view import Touch, View
from schemas.vocabulary import LegState, RoutingStatus

_ON_QUEUE: Final = frozenset({RoutingStatus.IDLE, RoutingStatus.INTERACTING, RoutingStatus.WRAP_UP})
_TAKEN: Final = frozenset({LegState.CONNECTING, LegState.CONNECTED})

_Spot = tuple[int, int, int, str]
"""What orders a line: virtual arrival, place (arrival, where none is told), leg."""


class Standing(Value, frozen=True, kw_only=True):
    """`position` None = stands in no line; `estimate` None = not known."""

    position: int | None = None
    estimate: Estimate | None = None


class _Known:
    """What was last heard of a leg that waits: its queue, its spot while queued and since when, and whether it has
    waited at all."""

    __slots__ = ("has_waited", "queue", "since_ms", "spot")

    def __init__(self, queue: str) -> None:
        self.queue = queue
        self.spot: _Spot | None = None
        self.since_ms = 0
        self.has_waited = False


class _Queue:
    """One queue: its line in order, and its pace."""

    __slots__ = ("idle", "line", "pace")

    def __init__(self, at_ms: int) -> None:
        self.line: list[_Spot] = []
        self.pace = Pace(at_ms)
        self.idle = 0

    def put(self, spot: _Spot) -> None:
        bisect.insort(self.line, spot)
        self.pace.waiting += 1

    def take_out(self, spot: _Spot) -> None:
        del self.line[bisect.bisect_left(self.line, spot)]
        self.pace.waiting -= 1

    def ahead_of(self, spot: _Spot | tuple[int]) -> int:
        return bisect.bisect_left(self.line, spot)


class QueueOrders:
    """The lines of one workspace. Tell it every new value of a leg and an agent, in order; `agent_gone` for the removed."""

    __slots__ = ("_agents", "_began_ms", "_known", "_queues")

    def __init__(self, began_ms: int) -> None:
        self._began_ms = began_ms
        self._queues: dict[str, _Queue] = {}
        self._known: dict[str, _Known] = {}
        self._agents: dict[str, tuple[bool, frozenset[str]]] = {}

    @classmethod
    def of(cls, view: View) -> QueueOrders:
        """Those of a view as it stands; what went before is not known of it."""
        orders = cls(view.at_ms)
        for agent in view.agents.values():
            orders.agent(agent, view.at_ms)
        for leg in sorted(view.legs.values(), key=_spot):
            orders.take(leg, view.at_ms)
        return orders

    def heard(self, touches: Iterable[Touch], at_ms: int) -> None:
        """What a decision touched."""
        for touch in touches:
            if touch.kind is Kind.LEG and isinstance(touch.value, LegValue):
                self.take(touch.value, at_ms)
            elif touch.kind is Kind.AGENT and isinstance(touch.value, AgentValue):
                if touch.live:
                    self.agent(touch.value, at_ms)
                else:
                    self.agent_gone(touch.value.agent_id, at_ms)

    def take(self, leg: LegValue, at_ms: int) -> None:
        """A leg's new value."""
        known = self._known.get(leg.leg_id)
        queued = leg.state is LegState.QUEUED and leg.queue is not None
        offered = leg.state is LegState.OFFERED and leg.queue is not None
        if known is not None:
            self._leave(known, leg, at_ms, stays=queued or offered)
            if not (queued or offered):
                del self._known[leg.leg_id]
        if not (queued or offered):
            return
        queue = leg.queue or ""
        if known is None or known.queue != queue:
            known = self._known[leg.leg_id] = _Known(queue)
        if queued:
            known.spot, known.since_ms = _spot(leg), at_ms
            place = self._queue(queue)
            place.pace.advance(at_ms)
            place.put(known.spot)
        known.has_waited = known.has_waited or leg.waited_ms > 0

    def agent(self, value: AgentValue, at_ms: int) -> None:
        """An agent's new value."""
        on_queue = value.connected and value.next_status is None and value.routing_status in _ON_QUEUE
        idle = on_queue and value.routing_status is RoutingStatus.IDLE and not value.offers
        self._serve(value.agent_id, idle, frozenset(value.queues) if on_queue else frozenset(), at_ms)

    def agent_gone(self, agent_id: str, at_ms: int) -> None:
        """The agent is no longer configured."""
        self._serve(agent_id, False, frozenset(), at_ms)
        self._agents.pop(agent_id, None)

    def position(self, leg_id: str) -> int | None:
        """From 1; None = it is not queued."""
        known = self._known.get(leg_id)
        if known is None or known.spot is None:
            return None
        return self._queues[known.queue].ahead_of(known.spot) + 1

    def standing(self, leg_id: str, now_ms: int) -> Standing:
        """Of a leg. Who rings at an agent has no position and waits no longer."""
        known = self._known.get(leg_id)
        if known is None:
            return Standing()
        position = self.position(leg_id)
        if position is None:
            return Standing(estimate=NO_WAIT)
        return Standing(position=position, estimate=self._estimate(known.queue, position, now_ms))

    def entering(self, queue: str, now_ms: int, head_start_ms: int = 0) -> Standing:
        """Of somebody who would enter the queue now, with so much head start: behind whoever would go first."""
        known = self._queues.get(queue)
        if known is None:
            return Standing(position=1)
        position = known.ahead_of((now_ms - head_start_ms + 1,)) + 1
        if position == 1 and known.idle:
            return Standing(position=1, estimate=NO_WAIT)
        return Standing(position=position, estimate=self._estimate(queue, position, now_ms))

    def _estimate(self, queue: str, position: int, now_ms: int) -> Estimate | None:
        pace = self._queues[queue].pace
        pace.advance(now_ms)
        return pace.estimate(position)

    def _leave(self, known: _Known, leg: LegValue, at_ms: int, *, stays: bool) -> None:
        """What the new value means for the line in which the leg was."""
        place = self._queue(known.queue)
        if known.spot is not None:
            place.pace.advance(at_ms)
            place.take_out(known.spot)
            known.spot = None
            known.has_waited = known.has_waited or at_ms > known.since_ms
        if not known.has_waited:
            return
        if leg.state in _TAKEN:
            place.pace.took()
        elif not stays or leg.queue != known.queue:
            place.pace.lost()

    def _serve(self, agent_id: str, idle: bool, queues: frozenset[str], at_ms: int) -> None:
        was = self._agents.get(agent_id, (False, frozenset()))
        now = (idle, queues)
        if was == now:
            return
        self._agents[agent_id] = now
        for queue in was[1] | queues:
            place = self._queue(queue)
            place.pace.advance(at_ms)
            place.pace.agents += (queue in queues) - (queue in was[1])
            place.idle += (idle and queue in queues) - (was[0] and queue in was[1])

    def _queue(self, name: str) -> _Queue:
        found = self._queues.get(name)
        if found is None:
            found = self._queues[name] = _Queue(self._began_ms)
        return found


def _spot(leg: LegValue) -> _Spot:
    virtual_ms = leg.arrived_ms if leg.virtual_arrival_ms is None else leg.virtual_arrival_ms
    return virtual_ms, -1 if leg.place is None else leg.place, leg.arrived_ms, leg.leg_id
