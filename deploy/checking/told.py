"""What a follower knows who only sets the values that decisions carry, and the clocks that follow from the inputs."""

from __future__ import annotations

from schemas.decisions import AgentRemoved, Decision, EpochStarted, QueueRemoved
from schemas.values import AgentValue, InteractionValue, LegValue, OfferValue, QueueValue
from schemas.vocabulary import ENDED, OfferState

ATTENDS_FOR_MS = 2_000


class Told:
    """Live work, agents and queues as decisions told them."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """A new epoch: everything is told again."""
        self.interactions: dict[str, InteractionValue] = {}
        self.legs: dict[str, LegValue] = {}
        self.offers: dict[str, OfferValue] = {}
        self.agents: dict[str, AgentValue] = {}
        self.queues: dict[str, QueueValue] = {}
        self._legs_of: dict[str, set[str]] = {}
        self._left: set[str] = set()

    def set(self, decision: Decision) -> None:
        """Take over every value of the decision."""
        if isinstance(decision, EpochStarted):
            self.forget()
        elif isinstance(decision, AgentRemoved):
            self.agents.pop(decision.agent_id, None)
        elif isinstance(decision, QueueRemoved):
            self.queues.pop(decision.queue_id, None)
        if decision.interaction is not None:
            self.interactions[decision.interaction.interaction_id] = decision.interaction
        if decision.leg is not None:
            self._set_leg(decision.leg)
        if decision.offer is not None:
            self._set_offer(decision.offer)
        if decision.agent is not None:
            self.agents[decision.agent.agent_id] = decision.agent
        if decision.queue is not None:
            self.queues[decision.queue.queue] = decision.queue

    def settle(self) -> None:
        """An input is over: who has no live leg now is over too (in between, a new one may follow an ended one)."""
        for name in self._left:
            if not self._legs_of[name]:
                del self._legs_of[name]
                self.interactions.pop(name, None)
        self._left = set()

    def legs_of(self, interaction_id: str) -> list[LegValue]:
        """The live legs of an interaction, oldest first."""
        return sorted((self.legs[name] for name in self._legs_of.get(interaction_id, ())), key=lambda leg: leg.number)

    def _set_leg(self, leg: LegValue) -> None:
        mine = self._legs_of.setdefault(leg.interaction_id, set())
        if leg.state not in ENDED:
            self.legs[leg.leg_id] = leg
            mine.add(leg.leg_id)
            return
        self.legs.pop(leg.leg_id, None)
        mine.discard(leg.leg_id)
        self._left.add(leg.interaction_id)

    def _set_offer(self, offer: OfferValue) -> None:
        if offer.state is OfferState.PENDING:
            self.offers[offer.offer_id] = offer
        else:
            self.offers.pop(offer.offer_id, None)


class TwoClocks:
    """Log time, and attended time as ticks allow it: counted here a second time."""

    def __init__(self) -> None:
        self.now_ms = 0
        self.attended_ms = 0
        self.attends_until_ms = 0

    def attended_at(self, moment_ms: int) -> int:
        """Attended time at a moment that is not before the last."""
        return self.attended_ms + max(0, min(moment_ms, self.attends_until_ms) - self.now_ms)

    def advance(self, to_ms: int) -> None:
        """Time passes; never back."""
        self.attended_ms = self.attended_at(to_ms)
        self.now_ms = max(self.now_ms, to_ms)

    def tick(self) -> None:
        """The router attends for a while from now on."""
        self.attends_until_ms = self.now_ms + ATTENDS_FOR_MS
