"""The public view of a workspace: a fold of its decisions, with no rules of routing.

A decision carries whole new values; following means setting them. The mark is `(epoch, seq)`: what is not above it is
dropped, the next is applied, anything else is a `Gap`. What has ended leaves the view: a leg in a final state, an offer
that is not pending, an interaction without a leg.
`apply` says what it touched and whom that concerns (`schemas.concerned`), before and after, so that many screens can be
told cheaply.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from schemas.concerned import ALL, Concerned, agent, by_agent, by_offer, by_queue, watch
from schemas.decisions import (
    AgentRemoved,
    ConfigurationApplied,
    Decision,
    EpochStarted,
    OfferMade,
    QueueRemoved,
    WorkspaceResumed,
    WorkspaceStopped,
)
from schemas.line import Line, waits
from schemas.promised import Promised
from schemas.shown import (
    HeldInteraction,
    Kind,
    ShownOffer,
    ShownQueue,
    Stopped,
    ViewPart,
    shown_offer,
    shown_queue,
)
from schemas.values import AgentValue, InteractionValue, LegValue, OfferValue, QueueValue
from schemas.view_index import drop, interaction_of, leg_of
from schemas.vocabulary import ENDED, HANDED_ON, LegKind, LegState, OfferState

AnyValue = InteractionValue | LegValue | ShownOffer | AgentValue | ShownQueue


class Gap(Exception):
    """A decision is missing: the view must not go on."""


class Touch(NamedTuple):
    """One thing that a decision changed.

    `value` is its last value, also of what is gone (`live` False); None for a queue, whose figures are read when they
    are needed. `same`: only whom it concerns has changed.
    """

    kind: Kind
    id: str
    before: Concerned
    after: Concerned
    value: InteractionValue | LegValue | ShownOffer | AgentValue | None
    live: bool
    same: bool = False


class _Held:
    __slots__ = ("handed_on", "legs", "newest_main", "value")

    def __init__(self, value: InteractionValue | None = None, newest_main: int = 0, handed_on: bool = False) -> None:
        self.value = value
        self.newest_main = newest_main
        self.handed_on = handed_on
        self.legs: tuple[str, ...] = ()


class View:
    """One workspace as of its mark. Read the dictionaries; only `apply` changes them."""

    __slots__ = (
        "_held",
        "_legs_of_agent",
        "_lines",
        "_offers_of_agent",
        "_promised",
        "agents",
        "at_ms",
        "configuration_version",
        "epoch",
        "legs",
        "offers",
        "queues",
        "seq",
        "stopped",
        "workspace",
    )

    def __init__(self, workspace: str) -> None:
        self.workspace = workspace
        self.epoch = 1
        self.seq = 0
        self.at_ms = 0
        self._forget()

    def _forget(self) -> None:
        self.configuration_version = 0
        self.stopped: Stopped | None = None
        self.legs: dict[str, LegValue] = {}
        self.offers: dict[str, ShownOffer] = {}
        self.agents: dict[str, AgentValue] = {}
        self.queues: dict[str, QueueValue] = {}
        self._held: dict[str, _Held] = {}
        self._legs_of_agent: dict[str, dict[str, None]] = {}
        self._offers_of_agent: dict[str, dict[str, None]] = {}
        self._lines: dict[str, Line] = {}
        self._promised = Promised()

    # What is in it

    @property
    def mark(self) -> tuple[int, int]:
        """`(epoch, seq)` of the last decision applied."""
        return self.epoch, self.seq

    def interaction(self, interaction_id: str) -> InteractionValue | None:
        """The interaction, while it has a leg."""
        held = self._held.get(interaction_id)
        return None if held is None else held.value

    def interactions(self) -> Iterator[InteractionValue]:
        """All of them, in the order in which they came."""
        return (held.value for held in self._held.values() if held.value is not None)

    def legs_of(self, interaction_id: str) -> list[LegValue]:
        """The live legs of an interaction, oldest first."""
        held = self._held.get(interaction_id)
        return [] if held is None else [self.legs[leg_id] for leg_id in held.legs]

    def legs_of_agent(self, agent_id: str) -> list[LegValue]:
        """The live legs that the agent owns or is offered, and the scheduled callbacks that are the agent's."""
        return [self.legs[leg_id] for leg_id in self._legs_of_agent.get(agent_id, ())]

    def offers_of_agent(self, agent_id: str) -> list[ShownOffer]:
        """The pending offers to the agent."""
        return [self.offers[offer_id] for offer_id in self._offers_of_agent.get(agent_id, ())]

    def queue_names(self) -> list[str]:
        """The queues that are configured or waited in."""
        return list(dict.fromkeys((*self.queues, *self._lines, *self._promised.queues())))

    def scheduled_in(self, queue: str) -> list[LegValue]:
        """The callbacks that will enter the queue, the earliest first."""
        return [self.legs[leg_id] for leg_id in self._promised.of(queue)]

    def figures(self, queue: str) -> ShownQueue | None:
        """The queue with who waits in it; None = neither configured nor waited in."""
        value, standing = self.queues.get(queue), self._lines.get(queue)
        scheduled = self._promised.count(queue)
        if value is None and not scheduled and (standing is None or not (standing.queued or standing.offered)):
            return None
        return shown_queue(value or QueueValue(queue=queue), standing, scheduled)

    def concerned_by_leg(self, leg: LegValue) -> Concerned:
        """Whom a live leg concerns, those included whom other legs of its interaction concern."""
        held = self._held.get(leg.interaction_id)
        others = () if held is None else tuple(leg_id for leg_id in held.legs if leg_id != leg.leg_id)
        if not others:
            return self._concerned_alone(leg)
        every = (one for leg_id in others for one in self._concerned_alone(self.legs[leg_id]))
        return tuple(dict.fromkeys((*self._concerned_alone(leg), *every)))

    def concerned_by_interaction(self, interaction_id: str) -> Concerned:
        """Whom any of its live legs concerns."""
        held = self._held.get(interaction_id)
        if held is None or not held.legs:
            return ()
        return self.concerned_by_leg(self.legs[held.legs[0]])

    # Following

    def apply(self, decision: Decision) -> list[Touch]:
        """Sets what the decision says; nothing when it is not above the mark.

        Raises:
            Gap: the decision is not the next one.
        """
        if not self._moves_mark(decision):
            return []
        touches: list[Touch] = []
        self._apply_workspace(decision)
        self._apply_queue(decision, touches)
        self._apply_agent(decision, touches)
        self._apply_work(decision, touches)
        return touches

    # Snapshots

    def held(self) -> Iterator[HeldInteraction]:
        """The interactions as a snapshot keeps them, by id."""
        for interaction_id in sorted(self._held):
            held = self._held[interaction_id]
            yield HeldInteraction(
                interaction_id=interaction_id,
                value=held.value,
                newest_main=held.newest_main,
                handed_on=held.handed_on,
            )

    def put(self, piece: ViewPart) -> None:
        """Takes in a piece of a snapshot; `index` must follow the last one."""
        if piece.head is not None:
            head = piece.head
            self.epoch, self.seq, self.at_ms = head.epoch, head.seq, head.at_ms
            self.configuration_version, self.stopped = head.configuration_version, head.stopped
        for kept in piece.interactions:
            self._held[kept.interaction_id] = _Held(kept.value, kept.newest_main, kept.handed_on)
        self.legs.update((leg.leg_id, leg) for leg in piece.legs)
        self.offers.update((offer.offer_id, offer) for offer in piece.offers)
        self.agents.update((value.agent_id, value) for value in piece.agents)
        self.queues.update((value.queue, value) for value in piece.queues)

    def index(self) -> None:
        """Finds out anew what follows from the values."""
        for offer in self.offers.values():
            self._offers_of_agent.setdefault(offer.agent_id, {})[offer.offer_id] = None
        for leg in sorted(self.legs.values(), key=lambda leg: (leg.interaction_id, leg.number)):
            held = self._held.setdefault(leg.interaction_id, _Held())
            held.legs = (*held.legs, leg.leg_id)
            for agent_id in self._agents_of(leg):
                self._legs_of_agent.setdefault(agent_id, {})[leg.leg_id] = None
            if leg.queue is not None and waits(leg):
                self._lines.setdefault(leg.queue, Line()).put(leg)
            self._promised.put(None, leg)

    def _moves_mark(self, decision: Decision) -> bool:
        mark, place = (self.epoch, self.seq), (decision.epoch, decision.seq)
        if place <= mark:
            return False
        begins_anew = isinstance(decision, EpochStarted)
        if place != (self.epoch, self.seq + 1) and not begins_anew:
            raise Gap(f"{self.workspace}: decision {place} follows {mark}")
        if begins_anew:
            self._forget()
        self.epoch, self.seq = place
        self.at_ms = max(self.at_ms, decision.at_ms)
        return True

    def _apply_workspace(self, decision: Decision) -> None:
        match decision:
            case ConfigurationApplied():
                self.configuration_version = decision.version
            case WorkspaceStopped():
                self.stopped = Stopped(
                    invariant=decision.invariant,
                    offset=decision.offset,
                    at_ms=decision.at_ms,
                    detail=decision.detail,
                )
            case WorkspaceResumed():
                self.stopped = None

    def _apply_queue(self, decision: Decision, touches: list[Touch]) -> None:
        if isinstance(decision, QueueRemoved):
            if self.queues.pop(decision.queue_id, None) is not None:
                concerned = by_queue(decision.queue_id)
                live = self.figures(decision.queue_id) is not None
                touches.append(Touch(Kind.QUEUE, decision.queue_id, concerned, concerned, None, live))
        elif decision.queue is not None:
            queue = decision.queue.queue
            self.queues[queue] = decision.queue
            concerned = by_queue(queue)
            touches.append(Touch(Kind.QUEUE, queue, concerned, concerned, None, live=True))

    def _apply_agent(self, decision: Decision, touches: list[Touch]) -> None:
        if isinstance(decision, AgentRemoved):
            gone = self.agents.pop(decision.agent_id, None)
            if gone is not None:
                concerned = by_agent(gone)
                touches.append(Touch(Kind.AGENT, gone.agent_id, concerned, concerned, gone, live=False))
        elif decision.agent is not None:
            value = decision.agent
            before = self.agents.get(value.agent_id)
            self.agents[value.agent_id] = value
            was = () if before is None else by_agent(before)
            touches.append(Touch(Kind.AGENT, value.agent_id, was, by_agent(value), value, live=True))

    def _apply_work(self, decision: Decision, touches: list[Touch]) -> None:
        interaction_id = interaction_of(decision)
        if interaction_id is None:
            return
        was_concerned = self.concerned_by_interaction(interaction_id)
        held = self._held.get(interaction_id)
        if held is None:
            held = self._held[interaction_id] = _Held()
        if decision.interaction is not None:
            held.value = decision.interaction
        leg_id = leg_of(decision)
        old = None if leg_id is None else self.legs.get(leg_id)
        leg_concerned = () if old is None else self.concerned_by_leg(old)
        agents = () if old is None else self._agents_of(old)
        others = {one: self.concerned_by_leg(self.legs[one]) for one in held.legs if one != leg_id}
        if decision.offer is not None:
            self._set_offer(decision, decision.offer, touches)
        new = old if decision.leg is None else decision.leg
        if new is not None:
            for agent_id in agents:
                drop(self._legs_of_agent, agent_id, new.leg_id)
            self._set_leg(held, old, new, leg_concerned, touches)
            self._touch_others(others, touches)
        if not held.legs and not held.handed_on:
            del self._held[interaction_id]
        self._touch_interaction(interaction_id, held, was_concerned, decision.interaction is None, touches)

    def _set_offer(self, decision: Decision, value: OfferValue, touches: list[Touch]) -> None:
        pending = value.state is OfferState.PENDING
        known = self.offers.pop(value.offer_id, None)
        why = decision.explanation if isinstance(decision, OfferMade) else None
        shown = shown_offer(value, why if known is None else known.why)
        if known is not None:
            drop(self._offers_of_agent, known.agent_id, known.offer_id)
        if pending:
            self.offers[value.offer_id] = shown
            self._offers_of_agent.setdefault(value.agent_id, {})[value.offer_id] = None
        concerned = by_offer(shown)
        before = () if known is None else concerned
        touches.append(Touch(Kind.OFFER, value.offer_id, before, concerned, shown, pending))

    def _set_leg(
        self, held: _Held, old: LegValue | None, new: LegValue, was_concerned: Concerned, touches: list[Touch]
    ) -> None:
        live = new.state not in ENDED
        concerned = self.concerned_by_leg(new)
        self._set_line(old, new, touches)
        if new.kind is LegKind.MAIN and new.number >= held.newest_main:
            held.newest_main = new.number
            held.handed_on = not live and new.reason in HANDED_ON
        if live:
            self.legs[new.leg_id] = new
            if new.leg_id not in held.legs:
                held.legs = (*held.legs, new.leg_id)
            for agent_id in self._agents_of(new):
                self._legs_of_agent.setdefault(agent_id, {})[new.leg_id] = None
        else:
            self.legs.pop(new.leg_id, None)
            held.legs = tuple(leg_id for leg_id in held.legs if leg_id != new.leg_id)
        touches.append(Touch(Kind.LEG, new.leg_id, was_concerned, concerned, new, live, same=new is old))

    def _touch_others(self, before: dict[str, Concerned], touches: list[Touch]) -> None:
        """Legs beside one that changed may concern others now."""
        for leg_id, was in before.items():
            after = self.concerned_by_leg(self.legs[leg_id])
            if after != was:
                touches.append(Touch(Kind.LEG, leg_id, was, after, self.legs[leg_id], live=True, same=True))

    def _set_line(self, old: LegValue | None, new: LegValue, touches: list[Touch]) -> None:
        before = old.queue if old is not None and waits(old) else None
        after = new.queue if waits(new) else None
        if before is not None and before != after:
            self._lines[before].remove(new.leg_id)
        if after is not None:
            standing = self._lines.get(after)
            if standing is None:
                standing = self._lines[after] = Line()
            standing.put(new)
        for queue in ({before, after} | self._promised.put(old, new)) - {None}:
            concerned = by_queue(str(queue))
            live = self.figures(str(queue)) is not None
            touches.append(Touch(Kind.QUEUE, str(queue), concerned, concerned, None, live))

    def _touch_interaction(
        self, interaction_id: str, held: _Held, before: Concerned, same: bool, touches: list[Touch]
    ) -> None:
        live = interaction_id in self._held
        after = self.concerned_by_interaction(interaction_id) if live else before
        if held.value is None or (live and same and after == before):
            return
        if not live and not before:
            after = next((touch.after for touch in reversed(touches) if touch.kind is Kind.LEG), (ALL,))
        touches.append(Touch(Kind.INTERACTION, interaction_id, before, after, held.value, live, same))

    def _concerned_alone(self, leg: LegValue) -> Concerned:
        concerned = (ALL,) if leg.queue is None else (ALL, watch(leg.queue))
        return concerned + tuple(agent(agent_id) for agent_id in self._agents_of(leg))

    def _agents_of(self, leg: LegValue) -> tuple[str, ...]:
        offer = None if leg.offer_id is None else self.offers.get(leg.offer_id)
        offered = None if offer is None else offer.agent_id
        if leg.agent_id is None and offered is None and leg.state is LegState.SCHEDULED:
            return () if leg.preferred_agent is None else (leg.preferred_agent,)
        if leg.agent_id is None:
            return () if offered is None else (offered,)
        return (leg.agent_id,) if offered in (None, leg.agent_id) else (leg.agent_id, offered)
