"""What a follower knows who only sets the values that decisions carry; and clocks and memory, as the inputs have them."""

from __future__ import annotations

from schemas.decisions import AgentRemoved, Decision, EpochStarted, QueueRemoved
from schemas.inputs import Command, ConfigurationPublished, InputsTopicEvent
from schemas.interactions import InteractionEvent
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


REMEMBERED_MS = 48 * 3_600_000
FORGOTTEN_MS = 60 * 3_600_000
"""A command is known for as long at least, and for as long at most."""


class Repetitions:
    """Which inputs the engine has to know again: commands by their id, what stages made by its source."""

    def __init__(self) -> None:
        self._marks: dict[str, tuple[int, int]] = {}
        self._commands: dict[str, int | None] = {}

    def is_repeated(self, event: InputsTopicEvent, now_ms: int) -> bool | None:
        """Whether this is a repetition, which is noted; None = it came at a time when it may count as either."""
        if isinstance(event, Command):
            part = f"#{event.part}" if isinstance(event, ConfigurationPublished) else ""
            return self._command(event.command_id + part, now_ms)
        source = event.source if isinstance(event, InteractionEvent) else None
        if source is None:
            return False
        name, mark = f"{source.name}/{source.partition}", (source.offset, source.index)
        if mark <= self._marks.get(name, (-1, -1)):
            return True
        self._marks[name] = mark
        return False

    def _command(self, name: str, now_ms: int) -> bool | None:
        known = self._commands.setdefault(name, -FORGOTTEN_MS - 1)
        if known is None:
            return None
        age = now_ms - known
        if REMEMBERED_MS < age <= FORGOTTEN_MS:
            self._commands[name] = None
            return None
        if age > FORGOTTEN_MS:
            self._commands[name] = now_ms
        return age <= REMEMBERED_MS


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
