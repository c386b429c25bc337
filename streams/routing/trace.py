"""Watches one interaction during a replay: pure.

The engine tells when it looks for an agent (`looked`, see `World.witness`); after each input `took` adds what was decided
and, while the interaction waits, which agents are kept away by other reasons than before. Of an input only the agents
that its decisions name are gone through again; all of them when the leg's step, queue or configuration is another.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, Final

import msgspec

from schemas.decisions import Decision, LegQueued, OfferMade, WorkspaceResumed, WorkspaceStopped
from schemas.event import wire_type
from schemas.ids import interaction_of
from schemas.inputs import Command, ForceStatus, HandOverAgent, RequestCallback
from schemas.trace import (
    AnyMoment,
    Because,
    Changed,
    ChangedAgent,
    Happened,
    Looked,
    PassedAgents,
    PassedWork,
    Trace,
    WentFirst,
)
from schemas.values import InteractionValue, LegValue
from schemas.vocabulary import LegState, PassedOver
from streams.routing import explain, project
from streams.routing.audiences import Audience, AudienceKey
from streams.routing.model import Agent, Interaction, Leg
from streams.routing.passing import blocked
from streams.routing.ranking import ranked
from streams.routing.world import World

MOMENTS_AT_MOST: Final = 20_000
BEFORE_AT_MOST: Final = 1_000
Reasons = tuple[PassedOver, ...]


class _Wait:
    """A leg that waits: what kept each agent away when last looked at."""

    __slots__ = ("key", "reasons", "version")

    def __init__(self, key: AudienceKey, version: int, reasons: dict[str, Reasons]) -> None:
        self.key = key
        self.version = version
        self.reasons = reasons


class Tracer:
    """The trace of one interaction. `known`: it has arrived."""

    def __init__(self, interaction_id: str, at_most: int = MOMENTS_AT_MOST) -> None:
        self.interaction_id = interaction_id
        self.known = False
        self.ended = False
        self._at_most = at_most
        self._moments: list[AnyMoment] = []
        self._left_out = 0
        self._looked: list[tuple[int, Looked]] = []
        self._waits: dict[int, _Wait] = {}
        self._last: dict[str, Looked] = {}
        self._value: InteractionValue | None = None

    def looked(self, w: World, interaction: Interaction, leg: Leg) -> None:
        """The engine looks for an agent for this leg now."""
        if interaction.interaction_id == self.interaction_id:
            self._looked.append((len(w.decisions), self._look(w, interaction, leg)))

    def took(self, w: World, event: Any, decisions: Sequence[Decision]) -> None:
        """An input was applied; `decisions` follow from it."""
        cause = decisions[0].cause if decisions else w.offset
        looked, self._looked = self._looked, []
        waited = dict(self._waits)
        for index, decision in enumerate(decisions):
            self._looks([one for at, one in looked if at == index])
            self._decision(w, event, decision, waited)
        self._looks([one for at, one in looked if at >= len(decisions)])
        interaction = w.interactions.get(self.interaction_id)
        if interaction is None:
            self.ended = self.known
            self._waits = {}
            return
        self._value = project.interaction_value(w, interaction)
        self._follow(w, interaction, decisions, cause)

    def trace(self, w: World) -> Trace:
        """All of it, as of now."""
        return Trace(
            workspace=w.workspace,
            interaction_id=self.interaction_id,
            interaction=self._value,
            moments=tuple(self._moments),
            ended=self.ended,
            until_ms=w.now_ms,
            until_offset=w.offset,
            engine_version=w.engine_version,
            time_zone=w.policy.settings.time_zone,
            left_out=self._left_out,
        )

    def _look(self, w: World, interaction: Interaction, leg: Leg) -> Looked:
        audience = w.audience(interaction, leg)
        key = audience.key
        found = {agent.agent_id: explain.reasons(w, interaction, leg, agent) for agent in considered(w, key)}
        self._waits[leg.number] = _Wait(key, w.policy.version, found)
        step = w.policy.queue(key.queue).steps[leg.step]
        able = ranked(w, interaction, leg, audience, [agent for agent, why in found.items() if not why])
        return Looked(
            at_ms=w.now_ms,
            offset=w.cause,
            leg_id=project.leg_id(interaction, leg),
            queue=key.queue,
            step=leg.step,
            class_=audience.class_,
            strategy=audience.strategy.value,
            requirements=dict(key.requirements),
            min_rank=key.min_rank,
            max_rank=key.max_rank,
            site=key.site,
            only=key.only,
            anyhow=key.anyhow,
            preferred=(leg.preferred or interaction.preferred_agent) if step.preferred else None,
            able=able,
            passed_over=grouped(found),
            not_serving=len(w.agents) - len(found),
            before=before(w, leg, w.agents[able[0].agent_id]) if able else (),
        )

    def _decision(self, w: World, event: Any, decision: Decision, waited: dict[int, _Wait]) -> None:
        leg, offer, value = decision.leg, decision.offer, decision.interaction
        named = [one.interaction_id for one in (leg, offer, value) if one is not None]
        held = getattr(decision, "interaction_id", None)
        concerned = self.known and not self.ended and isinstance(decision, WorkspaceStopped | WorkspaceResumed)
        if self.interaction_id in named or held == self.interaction_id or concerned:
            if value is not None:
                self._value = value
            if leg is not None:
                self.known = True
                self._last.pop(leg.leg_id, None)
            self._say([happened(w, event, decision, self.interaction_id)])
        elif isinstance(decision, OfferMade) and waited:
            self._say(self._went_first(w, decision, waited))

    def _went_first(self, w: World, made: OfferMade, waited: dict[int, _Wait]) -> list[AnyMoment]:
        interaction = w.interactions.get(self.interaction_id)
        agent = w.agents.get(made.agent.agent_id) if made.agent is not None else None
        if interaction is None or agent is None or made.leg is None:
            return []
        found: list[AnyMoment] = []
        for leg in interaction.all_legs():
            if leg.state is not LegState.QUEUED or leg.number not in waited:
                continue
            audience = w.audience(interaction, leg)
            if agent.agent_id not in audience.members:
                continue
            found.append(
                WentFirst(
                    at_ms=made.at_ms,
                    offset=made.cause,
                    leg_id=project.leg_id(interaction, leg),
                    agent_id=agent.agent_id,
                    interaction_id=made.leg.interaction_id,
                    queue=made.leg.queue,
                    because=because(w, interaction, leg, audience, made, agent),
                    earlier_ms=leg.virtual_arrival_ms - (made.leg.virtual_arrival_ms or 0),
                )
            )
        return found

    def _follow(self, w: World, interaction: Interaction, decisions: Sequence[Decision], cause: int) -> None:
        waits = {leg.number: leg for leg in interaction.all_legs() if leg.state is LegState.QUEUED}
        self._waits = {number: wait for number, wait in self._waits.items() if number in waits}
        at_ms = {one.agent.agent_id: one.at_ms for one in decisions if one.agent is not None}
        for number, leg in waits.items():
            wait = self._waits.get(number)
            key = w.audience(interaction, leg).key
            if wait is None or wait.key != key or wait.version != w.policy.version:
                self._looks([self._look(w, interaction, leg)])
                continue
            changed = []
            for name in dict.fromkeys([*at_ms, *(interaction.passed or ())]):
                agent = w.agents.get(name)
                if agent is None or name not in wait.reasons:
                    continue
                before, now = wait.reasons[name], explain.reasons(w, interaction, leg, agent)
                if before != now:
                    wait.reasons[name] = now
                    changed.append(ChangedAgent(agent_id=name, before=before, now=now))
            if changed:
                moment = max((at_ms[one.agent_id] for one in changed if one.agent_id in at_ms), default=w.now_ms)
                name = project.leg_id(interaction, leg)
                self._last.pop(name, None)
                self._say([Changed(at_ms=moment, offset=cause, leg_id=name, agents=tuple(changed))])

    def _looks(self, found: Sequence[Looked]) -> None:
        """A look that found what the last one did is not said again."""
        for look in found:
            last = self._last.get(look.leg_id)
            if last is None or msgspec.structs.replace(last, at_ms=look.at_ms, offset=look.offset) != look:
                self._last[look.leg_id] = look
                self._say([look])

    def _say(self, moments: Sequence[AnyMoment]) -> None:
        room = self._at_most - len(self._moments)
        self._moments += moments[: max(0, room)]
        self._left_out += max(0, len(moments) - max(0, room))


def considered(w: World, key: AudienceKey) -> list[Agent]:
    """Whom a leg of that audience looks at: who serves the queue, and the one agent it is for."""
    serving = w.serving.get(key.queue, [])
    only = w.agents.get(key.only or "")
    return list(serving) if only is None or only in serving else [*serving, only]


def grouped(found: dict[str, Reasons]) -> tuple[PassedAgents, ...]:
    """Agents by equal reasons: the largest groups first."""
    groups: dict[Reasons, list[str]] = {}
    for agent_id, reasons in found.items():
        if reasons:
            groups.setdefault(reasons, []).append(agent_id)
    ordered = sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))
    return tuple(PassedAgents(reasons=reasons, agents=tuple(sorted(names))) for reasons, names in ordered)


def before(w: World, leg: Leg, agent: Agent) -> tuple[PassedWork, ...]:
    """What waits before the leg in its queue, by what keeps it from the agent, the most first; of many a part."""
    earlier = islice(_standing_before(w, leg.queue, (leg.virtual_arrival_ms, leg.place)), BEFORE_AT_MOST)
    counts = Counter(explain.reasons(w, interaction, other, agent) for interaction, other in earlier)
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return tuple(PassedWork(reasons=reasons, count=count) for reasons, count in ordered)


def because(w: World, interaction: Interaction, leg: Leg, audience: Audience, made: OfferMade, agent: Agent) -> Because:
    """Why the offer `made` went before this leg, which the agent may serve by the configuration."""
    other = made.leg
    if made.explanation.relaxations:
        return Because.TAKEN_ON_PURPOSE
    if agent.agent_id in blocked(w, interaction, leg, audience):
        return Because.PASSED_OVER_HERE
    class_ = w.policy.queue((other.queue if other else None) or "").class_
    if class_ != audience.class_:
        return Because.LOWER_CLASS if class_ < audience.class_ else _no_room(w, interaction, made)
    arrival = (other.virtual_arrival_ms if other else None) or 0
    if arrival <= leg.virtual_arrival_ms:
        before = other is not None and other.arrived_ms <= leg.arrived_ms
        return Because.ARRIVED_BEFORE if before else Because.HEAD_START
    return Because.RANK_FIRST if w.policy.settings.rank_first else _no_room(w, interaction, made)


def _no_room(w: World, interaction: Interaction, made: OfferMade) -> Because:
    other = w.interactions.get(made.leg.interaction_id if made.leg else "")
    same = other is not None and w.profile(other).channel == w.profile(interaction).channel
    return Because.UNEXPLAINED if same else Because.NO_ROOM_FOR_CHANNEL


def happened(w: World, event: Any, decision: Decision, interaction_id: str) -> Happened:
    """The decision as a moment of the trace. What was due before the input came is nobody's wish."""
    leg, offer = decision.leg, decision.offer
    asked = event if decision.at_ms == w.now_ms and _explains(event, decision, interaction_id) else None
    command = asked if isinstance(asked, Command) else None
    return Happened(
        at_ms=decision.at_ms,
        offset=decision.cause,
        leg_id=leg.leg_id if leg is not None else offer.leg_id if offer is not None else interaction_id,
        epoch=decision.epoch,
        seq=decision.seq,
        decision=wire_type(decision),
        leg=None if leg is None else leg.kind,
        state=None if leg is None else leg.state,
        queue=None if leg is None else leg.queue,
        step=0 if leg is None else leg.step,
        agent_id=offer.agent_id if offer is not None else None if leg is None else leg.agent_id,
        reason=None if leg is None else leg.reason,
        rescind_reason=None if offer is None else offer.rescind_reason,
        virtual_arrival_ms=None if leg is None else leg.virtual_arrival_ms,
        due_ms=_due_ms(decision),
        ahead=_ahead(w, decision),
        waited_ms=0 if leg is None else leg.waited_ms,
        explanation=decision.explanation if isinstance(decision, OfferMade) else None,
        command=None if command is None else wire_type(command),
        by=None if command is None else command.actor or _asker(command),
        asked_because=None if command is None else getattr(command, "reason", None) or None,
        callback=leg is not None and leg.callback_ms == decision.at_ms and leg.state in _CALLED_BACK,
        callback_of=None if leg is None else leg.preferred_agent,
        asked_queue=_asked_queue(asked, decision),
        resumed=leg is not None and _is_resumed(w, leg),
        priority=None if decision.interaction is None else decision.interaction.priority,
        join_mode=None if leg is None else leg.join_mode,
    )


_CALLED_BACK: Final = frozenset({LegState.QUEUED, LegState.SCHEDULED})


def _due_ms(decision: Decision) -> int | None:
    if decision.leg is not None and decision.leg.wrap_up_ends_ms is not None:
        return decision.leg.wrap_up_ends_ms
    if decision.leg is not None and decision.leg.state is LegState.SCHEDULED:
        return decision.leg.scheduled_for_ms
    return None if decision.offer is None else decision.offer.due_ms


def _asker(command: Command) -> str | None:
    """The agent who asks; whom a promise names may be another."""
    return command.by_agent if isinstance(command, RequestCallback) else getattr(command, "agent_id", None)


def _asked_queue(asked: Any, decision: Decision) -> str | None:
    if not isinstance(decision, LegQueued) or decision.leg is None:
        return None
    named = getattr(asked, "queue", None) or getattr(asked, "to_queue", None)
    return None if named == decision.leg.queue else named


def _is_resumed(w: World, value: LegValue) -> bool:
    interaction = w.interactions.get(value.interaction_id)
    leg = None if interaction is None else interaction.leg(value.number)
    return leg is not None and leg.own_place is not None


def _explains(event: Any, decision: Decision, interaction_id: str) -> bool:
    """Whether the input speaks of the interaction, or is a supervisor's about the agent whom the decision takes it from."""
    if isinstance(event, ForceStatus):
        return any(one.agent_id == event.agent_id for one in (decision.offer, decision.leg) if one is not None)
    if isinstance(event, HandOverAgent):
        return not isinstance(decision, OfferMade)
    if getattr(event, "interaction_id", None) == interaction_id:
        return True
    named = getattr(event, "offer_id", None) or getattr(event, "leg_id", None)
    return named is not None and interaction_of(named) == interaction_id


def _ahead(w: World, decision: Decision) -> int | None:
    """How many wait before a leg that enters its queue. Goes through all work, so only then."""
    mine = decision.leg
    if not isinstance(decision, LegQueued) or mine is None or mine.virtual_arrival_ms is None:
        return None
    own = w.interactions.get(mine.interaction_id)
    leg = None if own is None else own.leg(mine.number)
    place = (mine.virtual_arrival_ms, w.place if leg is None else leg.place)
    return sum(1 for _ in _standing_before(w, mine.queue, place))


def _standing_before(w: World, queue: str | None, place: tuple[int, int]) -> Iterator[tuple[Interaction, Leg]]:
    for interaction in w.interactions.values():
        for other in interaction.all_legs():
            if other.state is not LegState.QUEUED or other.queue != queue:
                continue
            if (other.virtual_arrival_ms, other.place) < place:
                yield interaction, other
