"""Agents who hand over, written a second time, obviously: every contact is looked at, and who took over is a list."""

from __future__ import annotations

import msgspec

from schemas import inputs, interactions
from schemas.configuration import RoutingConfiguration
from tests.support.naive_callbacks import NaiveCallbacks

STILL_NAMED_MS = 300_000


class NaiveSuccession(NaiveCallbacks):
    """The naive router, and who took over from whom."""

    def __init__(self, configuration: RoutingConfiguration) -> None:
        super().__init__(configuration)
        self.took_over: list[tuple[str, str, int]] = []

    def now_named(self, agent: str | None) -> str | None:
        for left, heir, at in self.took_over:
            if left == agent and (agent not in self.people or self.now <= at + STILL_NAMED_MS):
                return heir
        return agent

    def _on_HandOverAgent(self, event: inputs.HandOverAgent, _: int) -> None:
        old, new = event.agent_id, event.to_agent
        if new not in self.people or new == old:
            return
        for contact in self.contacts.values():
            if contact.preferred == old:
                contact.preferred = new
            if contact.wished == old:
                contact.wished = new
        for leg in self.beside:
            if leg.target == old:
                leg.target = new
        later = [(left, new if heir == old else heir, at) for left, heir, at in self.took_over]
        self.took_over = [entry for entry in later if entry[0] not in (old, new)] + [(old, new, self.now)]

    def _on_InteractionIdentified(self, event: inputs.InteractionIdentified, place: int) -> None:
        if event.interaction_id in self.held_wishes:
            at, agent = self.held_wishes[event.interaction_id]
            self.held_wishes[event.interaction_id] = (at, self.now_named(agent))
        named = self.now_named(event.preferred_agent)
        super()._on_InteractionIdentified(msgspec.structs.replace(event, preferred_agent=named), place)

    def _on_CallbackRequested(self, event: interactions.CallbackRequested, place: int) -> None:
        if event.interaction_id in self.contacts:
            event = msgspec.structs.replace(event, agent_id=self.now_named(event.agent_id))
        super()._on_CallbackRequested(event, place)
