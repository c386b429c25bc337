"""A second look at a run: the promises of routing checked from inputs and decisions alone, without the engine's rules.

Of each input: decisions are numbered densely and in time; nobody has two calls; whoever calls is queued once and ends
once; nobody is free while a call waits that he could take; and a free agent takes the call that has waited longest,
head starts counted. The last two are looked at only where first come first served is the whole policy (`plain`).
A thorough witness also has `deploy.checking` look at each decision under all rules. Now and then, and at the end, the
engine's own check looks at everything it holds. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from deploy.backtest.people import CHANNEL, NEUTRAL, Caller, Outcome
from deploy.checking.checker import Checker
from schemas.configuration import OFFLINE, PHONE, QueueSettings, RoutingConfiguration
from schemas.decisions import CommandRefused, Decision, LegEnded, OfferMade
from schemas.inputs import (
    AgentSessionOpened,
    InputsTopicEvent,
    InteractionIdentified,
    SetNextStatus,
    SetStatus,
)
from schemas.vocabulary import LegState
from streams.routing import invariants
from streams.routing.breach import BrokenInvariant
from streams.routing.engine import Engine

LOOK_EVERY: Final = 5_000
KEPT: Final = 20

Rank = tuple[int, int]


class Witness:
    """A listener of `center.run`. `problems`: the first that were found; `found` counts them all."""

    def __init__(
        self, configuration: RoutingConfiguration, *, thorough: bool = False, look_every: int = LOOK_EVERY
    ) -> None:
        self._checker = Checker() if thorough else None
        self.problems: list[str] = []
        self.found = 0
        self.inputs = 0
        self.plain = is_plain(configuration)
        self._look_every = look_every
        self._step_ms = configuration.settings.priority_step_ms
        self._agents = configuration.agents
        self._default = configuration.settings.default_queue
        self._queues = configuration.queues
        self._seq = 0
        self._now_ms = 0
        self._seen: dict[str, bool] = {}
        self._waiting: dict[str, tuple[Rank, str, str | None]] = {}
        self._busy: dict[str, str] = {}
        self._on_duty: dict[str, None] = {}

    def heard(self, engine: Engine, event: InputsTopicEvent, decisions: Sequence[Decision]) -> None:
        """Looks at one input and what followed."""
        self.inputs += 1
        self._note(engine, event)
        for decision in decisions:
            self._follow(decision)
        self._check(engine, event, decisions)
        if self.plain and self._waiting and len(self._busy) < len(self._on_duty):
            self._check_nobody_idles()
        if self.inputs % self._look_every == 0:
            self._look(engine)

    def finish(self, engine: Engine) -> None:
        """All has been done: every call has ended once, and the engine is looked at as a whole."""
        self._look(engine)
        for call_id, ended in self._seen.items():
            if not ended and call_id not in self._waiting and call_id not in self._busy.values():
                self._problem(f"{call_id} neither ended nor waits")

    def _check(self, engine: Engine, event: InputsTopicEvent, decisions: Sequence[Decision]) -> None:
        if self._checker is None:
            return
        try:
            self._checker.take(
                event, offset=engine.offset, stamp_ms=engine.now_ms, decisions=decisions, world=engine.world
            )
        except BrokenInvariant as broken:
            self._lose_checker(broken)

    def _look(self, engine: Engine) -> None:
        invariants.check(engine.world)
        if self._checker is None:
            return
        try:
            self._checker.look(engine.world)
        except BrokenInvariant as broken:
            self._lose_checker(broken)

    def _lose_checker(self, broken: BrokenInvariant) -> None:
        """What it would say after its first breach means nothing."""
        self._checker = None
        self._problem(str(broken))

    def _note(self, engine: Engine, event: InputsTopicEvent) -> None:
        if isinstance(event, InteractionIdentified):
            if event.interaction_id in self._seen:
                self._problem(f"{event.interaction_id} called twice")
            self._seen[event.interaction_id] = False
            queue = event.queue if event.queue in self._queues else self._default
            rank = (engine.now_ms - (NEUTRAL - event.priority) * self._step_ms, engine.offset)
            skill = next(iter(event.requirements), None)
            self._waiting[event.interaction_id] = (rank, queue or "", skill)
        elif isinstance(event, AgentSessionOpened | SetStatus):
            self._on_duty[event.agent_id] = None
        elif isinstance(event, SetNextStatus) and event.status == OFFLINE:
            self._on_duty.pop(event.agent_id, None)

    def _follow(self, decision: Decision) -> None:
        self._seq += 1
        if decision.seq != self._seq:
            self._problem(f"decision {decision.seq} where {self._seq} was due")
        if decision.at_ms < self._now_ms:
            self._problem(f"decision {decision.seq} goes back in time")
        self._now_ms = decision.at_ms
        if isinstance(decision, OfferMade):
            self._offered(decision)
        elif isinstance(decision, LegEnded):
            self._ended(decision)
        elif isinstance(decision, CommandRefused):
            self._problem(f"refused: {decision.reason}")

    def _offered(self, decision: OfferMade) -> None:
        offer = decision.offer
        assert offer is not None
        agent_id, call_id = offer.agent_id, offer.interaction_id
        taken = self._waiting.pop(call_id, None)
        if taken is None:
            self._problem(f"{call_id} is offered and does not wait")
            return
        if not self.plain:
            return
        if agent_id in self._busy:
            self._problem(f"{agent_id} gets {call_id} and has {self._busy[agent_id]}")
        if agent_id not in self._on_duty or not self._could_take(agent_id, taken):
            self._problem(f"{agent_id} gets {call_id} and is not there for it")
        self._busy[agent_id] = call_id
        for other, waiting in self._waiting.items():
            if waiting[0] < taken[0] and self._could_take(agent_id, waiting):
                self._problem(f"{agent_id} gets {call_id} before {other}")

    def _ended(self, decision: LegEnded) -> None:
        leg = decision.leg
        assert leg is not None
        call_id = leg.interaction_id
        if self._seen.get(call_id, True):
            self._problem(f"{call_id} ends twice, or never came")
        self._seen[call_id] = True
        self._waiting.pop(call_id, None)
        if leg.agent_id is not None:
            self._busy.pop(leg.agent_id, None)

    def _check_nobody_idles(self) -> None:
        free = [agent_id for agent_id in self._on_duty if agent_id not in self._busy]
        for agent_id in free:
            for call_id, waiting in self._waiting.items():
                if self._could_take(agent_id, waiting):
                    self._problem(f"{agent_id} is free while {call_id} waits")

    def _could_take(self, agent_id: str, waiting: tuple[Rank, str, str | None]) -> bool:
        agent = self._agents.get(agent_id)
        _, queue, skill = waiting
        return agent is not None and queue in agent.queues and (skill is None or skill in agent.skills)

    def _problem(self, text: str) -> None:
        self.found += 1
        if len(self.problems) < KEPT:
            self.problems.append(f"at input {self.inputs - 1}: {text}")


def impatient(callers: Iterable[Caller], outcomes: Mapping[str, Outcome]) -> list[str]:
    """Calls that waited longer than they were ready to, or gave up at another moment."""
    found = []
    for caller in callers:
        outcome, patience_ms = outcomes[caller.call_id], caller.patience_ms
        waited_ms = outcome.waited_ms or 0
        if patience_ms is not None and waited_ms > patience_ms:
            found.append(f"{caller.call_id} waited {waited_ms} ms, ready to wait {patience_ms}")
        elif outcome.state is LegState.ABANDONED and waited_ms != patience_ms:
            found.append(f"{caller.call_id} gave up after {waited_ms} ms, ready to wait {patience_ms}")
    return found


def is_plain(configuration: RoutingConfiguration) -> bool:
    """Whether each queue is only first come first served with head starts, and each agent takes one call at a time."""
    phone = configuration.channels.get(CHANNEL, PHONE)
    alone = {agent.capacity // phone.units for agent in configuration.agents.values() if phone.units} <= {1}
    simple = all(_is_simple(queue) for queue in configuration.queues.values())
    same_class = len({queue.class_ for queue in configuration.queues.values()}) <= 1
    one_at_a_time = bool(phone.units) and phone.wrap_up_holds_units and alone
    return simple and same_class and one_at_a_time and not configuration.settings.rank_first


def _is_simple(queue: QueueSettings) -> bool:
    limits = queue.max_waiting is None and queue.expire_after_ms is None
    return not queue.steps and limits and queue.overflow == QueueSettings().overflow
