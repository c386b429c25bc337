"""What one client knows: a fold of the frames that it got, with no rules of routing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from deploy.console.figures import Figures
from schemas import live
from schemas.messages import Author, MessagePosted
from schemas.shown import ShownOffer, ShownQueue, Stopped
from schemas.values import AgentValue, InteractionValue, LegValue
from schemas.vocabulary import LegKind, LegState

TYPING_MS: Final = 6_000
"""How long a sign that somebody writes holds."""


class Missed(Exception):
    """A delta does not follow from what is here: connect again, without a cursor."""


class Mirror:
    """The screen's state. `seq` and `cursor` are those of the last snapshot or delta; None = nothing came yet."""

    def __init__(self) -> None:
        self.epoch = 0
        self.seq = 0
        self.at_ms = 0
        self.cursor: str | None = None
        self.configuration_version = 0
        self.stopped: Stopped | None = None
        self.interactions: dict[str, InteractionValue] = {}
        self.legs: dict[str, LegValue] = {}
        self.offers: dict[str, ShownOffer] = {}
        self.agents: dict[str, AgentValue] = {}
        self.queues: dict[str, ShownQueue] = {}
        self.details: dict[str, live.Details] = {}
        self.messages: dict[str, dict[int, MessagePosted]] = {}
        self.typing: dict[str, live.TypingShown] = {}
        self.complete_to: dict[str, int] = {}
        self.figures = Figures()
        self.not_live: live.NotLive | None = None
        self.heard_ms = 0

    def take(self, frame: live.ServerFrame) -> None:
        """Takes a frame in.

        Raises:
            Missed: something between is missing.
        """
        self.heard_ms = max(self.heard_ms, frame.at_ms)
        match frame:
            case live.Snapshot():
                self._replace(frame)
            case live.Delta():
                self._change(frame)
            case live.Details():
                self.details[frame.interaction_id] = frame
            case live.Transcript():
                for message in frame.messages:
                    self._message(frame.interaction_id, message.offset, message.message)
                if frame.complete:
                    self.complete_to[frame.interaction_id] = frame.complete_to
            case live.MessageShown():
                self._message(frame.interaction_id, frame.offset, frame.message)
                self.typing.pop(frame.interaction_id, None)
            case live.TypingShown(author=Author.CUSTOMER):
                self.typing[frame.interaction_id] = frame
            case live.MetricsShown() | live.MetricsStale() | live.WaitsShown():
                self.figures.take(frame)
            case live.NotLive():
                self.not_live = frame
            case live.Live():
                self.not_live = None

    def transcript(self, interaction_id: str) -> list[MessagePosted]:
        """The messages in their order; a repetition is the same message and shown once."""
        known = self.messages.get(interaction_id, {})
        unique: dict[str, MessagePosted] = {}
        for offset in sorted(known):
            unique.setdefault(known[offset].message_id, known[offset])
        return list(unique.values())

    def is_typing(self, interaction_id: str, now_ms: int) -> bool:
        """Whether the customer writes just now; `now_ms` by the gateway's clock."""
        shown = self.typing.get(interaction_id)
        return shown is not None and shown.active and now_ms - shown.at_ms < TYPING_MS

    def last_offset(self, interaction_id: str) -> int:
        """Above which a transcript is still wanted; -1 = all of it."""
        return self.complete_to.get(interaction_id, 0) - 1

    def legs_of(self, agent_id: str) -> list[LegValue]:
        """The legs that the agent owns, oldest first."""
        mine = (leg for leg in self.legs.values() if leg.agent_id == agent_id)
        return sorted(mine, key=lambda leg: (leg.connected_ms or leg.since_ms, leg.leg_id))

    def open_consult(self, owner: LegValue) -> LegValue | None:
        """The consult that the owner of this leg has begun and not finished."""
        for leg in self.legs.values():
            of_owner = leg.interaction_id == owner.interaction_id and owner.kind is LegKind.MAIN
            if of_owner and leg.kind is LegKind.CONSULT and leg.join_mode is None and leg.state is not LegState.WRAP_UP:
                return leg
        return None

    def callbacks_of(self, agent_id: str) -> list[LegValue]:
        """The scheduled callbacks that are the agent's, the next one first."""
        legs = self.legs.values()
        mine = (leg for leg in legs if leg.state is LegState.SCHEDULED and leg.preferred_agent == agent_id)
        return sorted(mine, key=lambda leg: (leg.scheduled_for_ms or 0, leg.leg_id))

    def offers_to(self, agent_id: str) -> list[ShownOffer]:
        """The pending offers to the agent, oldest first."""
        mine = (offer for offer in self.offers.values() if offer.agent_id == agent_id)
        return sorted(mine, key=lambda offer: (offer.made_ms, offer.offer_id))

    def _replace(self, frame: live.Snapshot) -> None:
        self._place(frame)
        self.interactions = {one.interaction_id: one for one in frame.interactions}
        self.legs = {one.leg_id: one for one in frame.legs}
        self.offers = {one.offer_id: one for one in frame.offers}
        self.agents = {one.agent_id: one for one in frame.agents}
        self.queues = {one.queue: one for one in frame.queues}
        self._forget(set(self.messages) - set(self.interactions))

    def _change(self, frame: live.Delta) -> None:
        if self.cursor is None or frame.epoch != self.epoch or frame.after > self.seq:
            raise Missed(f"at {self.epoch}/{self.seq}, a delta from {frame.epoch}/{frame.after}")
        if frame.seq <= self.seq:
            return
        self._place(frame)
        self.interactions.update((one.interaction_id, one) for one in frame.interactions)
        self.legs.update((one.leg_id, one) for one in frame.legs)
        self.offers.update((one.offer_id, one) for one in frame.offers)
        self.agents.update((one.agent_id, one) for one in frame.agents)
        self.queues.update((one.queue, one) for one in frame.queues)
        gone = frame.removed
        removals: tuple[tuple[dict[str, Any], tuple[str, ...]], ...] = (
            (self.interactions, gone.interactions),
            (self.legs, gone.legs),
            (self.offers, gone.offers),
            (self.agents, gone.agents),
            (self.queues, gone.queues),
        )
        for known, ids in removals:
            for one in ids:
                known.pop(one, None)
        self._forget(gone.interactions)

    def _place(self, frame: live.Snapshot | live.Delta) -> None:
        self.epoch, self.seq, self.at_ms, self.cursor = frame.epoch, frame.seq, frame.at_ms, frame.cursor
        self.configuration_version, self.stopped = frame.configuration_version, frame.stopped

    def _message(self, interaction_id: str, offset: int, message: MessagePosted) -> None:
        self.messages.setdefault(interaction_id, {})[offset] = message

    def _forget(self, interaction_ids: Iterable[str]) -> None:
        for interaction_id in interaction_ids:
            self.details.pop(interaction_id, None)
            self.messages.pop(interaction_id, None)
            self.typing.pop(interaction_id, None)
            self.complete_to.pop(interaction_id, None)
