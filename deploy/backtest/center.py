"""A contact center in virtual time: callers and agents around the pure engine, and nothing between them. Pure.

Callers come, wait as long as they are ready to, and talk as long as they need; agents take every offer at once, wrap
up as long as the configuration says, and leave when their shift is over and their work is done. The last one to leave
stays while anybody waits. Each thing happens at its own moment: there are no ticks, so the clock on which agents answer
for what they do stands still, and nobody is blamed for anything. At one moment work ends first, then agents come,
calls come, agents leave, and callers lose patience, in this order.
"""

from __future__ import annotations

import enum
import heapq
from collections.abc import Iterable, Sequence
from typing import Any, Final, Protocol

from deploy.backtest.people import CHANNEL, Caller, Outcome, Run, Shift
from schemas.configuration import (
    AVAILABLE,
    OFFLINE,
    RoutingConfiguration,
    canonical,
    digest,
)
from schemas.decisions import AgentChanged, Decision, LegEnded, LegWrapUpStarted, OfferAccepted
from schemas.inputs import (
    AgentSessionOpened,
    ConfigurationPublished,
    EndInteraction,
    FinishWrapUp,
    GatewayAlive,
    GatewayStarted,
    InputsTopicEvent,
    InteractionIdentified,
    SetNextStatus,
    SetStatus,
)
from schemas.interactions import CustomerLeft
from schemas.vocabulary import LegState, RoutingStatus
from streams.routing.engine import Engine

WORKSPACE: Final = "backtest"
GATEWAY: Final = "virtual"
INCARNATION: Final = 1


class Listener(Protocol):
    """Hears each input with what followed from it, after the engine has taken it."""

    def heard(self, engine: Engine, event: InputsTopicEvent, decisions: Sequence[Decision]) -> None:
        """`engine` may be read; its last offset and time are those of the input."""
        ...

    def finish(self, engine: Engine) -> None:
        """Everybody has gone."""
        ...


class _Kind(enum.IntEnum):
    """What happens at a moment, in the order in which it does."""

    TALKED = 0
    WRAPPED_UP = 1
    COMES = 2
    CALLS = 3
    LEAVES = 4
    GIVES_UP = 5


_Event = tuple[int, int, int, Any]


def run(
    configuration: RoutingConfiguration,
    callers: Iterable[Caller],
    shifts: Iterable[Shift],
    listener: Listener | None = None,
) -> Run:
    """All of it, until everybody has gone. The configuration's offers must be accepted at once (`offered_at_once`).

    Raises:
        BrokenInvariant: the engine broke one of its own.
    """
    return _Center(configuration, listener).run(callers, shifts)


class _Center:
    def __init__(self, configuration: RoutingConfiguration, listener: Listener | None) -> None:
        self._engine = Engine(WORKSPACE)
        self._listener = listener
        self._configuration = configuration
        self._heap: list[_Event] = []
        self._order = 0
        self._offset = -1
        self._commands = 0
        self._decided = 0
        self._callers: dict[str, Caller] = {}
        self._outcomes: dict[str, Outcome] = {}
        self._wrapping: set[str] = set()
        self._waiting = 0
        self._on_duty: set[str] = set()
        self._staying: list[str] = []
        self._since: dict[str, int] = {}
        self._present: dict[str, int] = {}
        self._talked: dict[str, int] = {}
        self._wrapped: dict[str, int] = {}

    def run(self, callers: Iterable[Caller], shifts: Iterable[Shift]) -> Run:
        for shift in shifts:
            self._at(shift.from_ms, _Kind.COMES, shift)
        for caller in callers:
            self._at(caller.at_ms, _Kind.CALLS, caller)
        begins_ms = self._heap[0][0] if self._heap else 0
        self._publish(begins_ms)
        does: dict[_Kind, Any] = {
            _Kind.TALKED: self._talked_out,
            _Kind.WRAPPED_UP: self._wrapped_up,
            _Kind.COMES: self._comes,
            _Kind.CALLS: self._calls,
            _Kind.LEAVES: self._leaves,
            _Kind.GIVES_UP: self._gives_up,
        }
        timers, heap = self._engine.world.timers, self._heap
        while heap or (self._waiting and timers.log):
            if timers.log and (not heap or timers.log[0][0] < heap[0][0]):
                self._feed(
                    GatewayAlive(workspace=WORKSPACE, gateway=GATEWAY, incarnation=INCARNATION), timers.log[0][0]
                )
                continue
            at_ms, kind, _, what = heapq.heappop(heap)
            does[_Kind(kind)](at_ms, what)
            if self._staying and (not self._waiting or len(self._on_duty) > 1):
                self._let_go(at_ms)
        if self._listener is not None:
            self._listener.finish(self._engine)
        for agent_id in list(self._since):
            self._off_queue(agent_id, self._engine.now_ms)
        return Run(
            outcomes=self._outcomes,
            present_ms=self._present,
            talked_ms=self._talked,
            wrapped_ms=self._wrapped,
            inputs=self._offset + 1,
            decisions=self._decided,
            fingerprint=self._engine.fingerprint(),
        )

    def _publish(self, at_ms: int) -> None:
        published = ConfigurationPublished(
            workspace=WORKSPACE,
            command_id=self._command(),
            version=1,
            base_version=0,
            digest=digest(self._configuration),
            patch=canonical(self._configuration).decode(),
        )
        self._feed(published, at_ms)
        self._feed(GatewayStarted(workspace=WORKSPACE, gateway=GATEWAY, incarnation=INCARNATION), at_ms)

    def _calls(self, at_ms: int, caller: Caller) -> None:
        self._callers[caller.call_id] = caller
        self._outcomes[caller.call_id] = Outcome()
        self._waiting += 1
        identified = InteractionIdentified(
            workspace=WORKSPACE,
            interaction_id=caller.call_id,
            adapter=GATEWAY,
            instance=GATEWAY,
            channel=CHANNEL,
            queue=caller.queue,
            priority=caller.priority,
            requirements={caller.skill: 1} if caller.skill is not None else {},
        )
        self._feed(identified, at_ms)
        if caller.patience_ms is not None and self._outcomes[caller.call_id].state is None:
            self._at(at_ms + caller.patience_ms, _Kind.GIVES_UP, caller.call_id)

    def _gives_up(self, at_ms: int, call_id: str) -> None:
        if self._outcomes[call_id].state is None:
            self._feed(CustomerLeft(workspace=WORKSPACE, interaction_id=call_id), at_ms)

    def _talked_out(self, at_ms: int, leg: tuple[str, str]) -> None:
        leg_id, agent_id = leg
        self._feed(
            EndInteraction(workspace=WORKSPACE, command_id=self._command(), agent_id=agent_id, leg_id=leg_id), at_ms
        )

    def _wrapped_up(self, at_ms: int, leg: tuple[str, str]) -> None:
        leg_id, agent_id = leg
        if leg_id in self._wrapping:
            self._feed(
                FinishWrapUp(workspace=WORKSPACE, command_id=self._command(), agent_id=agent_id, leg_id=leg_id), at_ms
            )

    def _comes(self, at_ms: int, shift: Shift) -> None:
        agent_id = shift.agent_id
        if agent_id in self._staying:
            self._staying.remove(agent_id)
        agent = self._engine.world.agents.get(agent_id)
        if agent is None or agent.status == OFFLINE:
            opened = AgentSessionOpened(
                workspace=WORKSPACE, agent_id=agent_id, gateway=GATEWAY, incarnation=INCARNATION, session=agent_id
            )
            self._feed(opened, at_ms)
        else:
            self._feed(
                SetStatus(workspace=WORKSPACE, command_id=self._command(), agent_id=agent_id, status=AVAILABLE), at_ms
            )
        self._on_duty.add(agent_id)
        if shift.to_ms is not None:
            self._at(shift.to_ms, _Kind.LEAVES, agent_id)

    def _leaves(self, at_ms: int, agent_id: str) -> None:
        if self._waiting and self._on_duty == {agent_id}:
            self._staying.append(agent_id)
            return
        self._on_duty.discard(agent_id)
        self._feed(
            SetNextStatus(workspace=WORKSPACE, command_id=self._command(), agent_id=agent_id, status=OFFLINE), at_ms
        )

    def _let_go(self, at_ms: int) -> None:
        for agent_id in self._staying:
            self._at(at_ms, _Kind.LEAVES, agent_id)
        self._staying = []

    def _feed(self, event: InputsTopicEvent, at_ms: int) -> None:
        self._offset += 1
        decisions = self._engine.apply(event, offset=self._offset, stamp_ms=at_ms)
        self._decided += len(decisions)
        for decision in decisions:
            kind = type(decision)
            if kind is OfferAccepted:
                self._answered(decision)
            elif kind is LegWrapUpStarted:
                self._wraps(decision)
            elif kind is LegEnded:
                self._ended(decision)
            elif kind is AgentChanged:
                self._changed(decision)
        if self._listener is not None:
            self._listener.heard(self._engine, event, decisions)

    def _answered(self, decision: Decision) -> None:
        leg = decision.leg
        assert leg is not None
        agent_id = leg.agent_id or ""
        caller, outcome = self._callers[leg.interaction_id], self._outcomes[leg.interaction_id]
        outcome.state, outcome.agent_id = LegState.CONNECTED, agent_id
        outcome.waited_ms = decision.at_ms - caller.at_ms
        self._waiting -= 1
        self._talked[agent_id] = self._talked.get(agent_id, 0) + caller.service_ms
        self._at(decision.at_ms + caller.service_ms, _Kind.TALKED, (leg.leg_id, agent_id))

    def _wraps(self, decision: Decision) -> None:
        leg = decision.leg
        assert leg is not None
        if leg.wrap_up_ends_ms is not None:
            agent_id = leg.agent_id or ""
            self._wrapping.add(leg.leg_id)
            self._wrapped[agent_id] = self._wrapped.get(agent_id, 0) + leg.wrap_up_ends_ms - decision.at_ms
            self._at(leg.wrap_up_ends_ms, _Kind.WRAPPED_UP, (leg.leg_id, agent_id))

    def _ended(self, decision: Decision) -> None:
        leg = decision.leg
        assert leg is not None
        self._wrapping.discard(leg.leg_id)
        outcome = self._outcomes[leg.interaction_id]
        if outcome.state is None:
            outcome.state = leg.state
            outcome.waited_ms = decision.at_ms - self._callers[leg.interaction_id].at_ms
            self._waiting -= 1

    def _changed(self, decision: Decision) -> None:
        agent = decision.agent
        assert agent is not None
        if agent.routing_status is not RoutingStatus.OFF_QUEUE:
            self._since.setdefault(agent.agent_id, decision.at_ms)
        elif agent.agent_id in self._since:
            self._off_queue(agent.agent_id, decision.at_ms)

    def _off_queue(self, agent_id: str, at_ms: int) -> None:
        self._present[agent_id] = self._present.get(agent_id, 0) + at_ms - self._since.pop(agent_id)

    def _at(self, at_ms: int, kind: _Kind, what: Any) -> None:
        self._order += 1
        heapq.heappush(self._heap, (at_ms, int(kind), self._order, what))

    def _command(self) -> str:
        self._commands += 1
        return f"c{self._commands}"
