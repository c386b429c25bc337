"""Callbacks and resumed places, written a second time, obviously: a set of legs that are callbacks, a list of places.

Nothing is shared with the engine but the contracts.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

import msgspec

from schemas import inputs, interactions
from schemas.configuration import RoutingConfiguration
from tests.support.naive_company import NaiveCompany
from tests.support.naive_rules import Contact, Timer

YEAR_MS = 366 * 86_400_000
ON_THE_WAY = ("scheduled", "queued", "offered", "connecting")


@dataclass
class Place:
    """What an abandoned contact left behind."""

    at: int
    queue: str
    customer: str
    arrived: int
    place: int
    head_start: int


class NaiveCallbacks(NaiveCompany):
    """The naive router, and who is to be called back."""

    def __init__(self, configuration: RoutingConfiguration) -> None:
        super().__init__(configuration)
        self.callbacks: set[tuple[str, int]] = set()
        self.held_wishes: dict[str, tuple[int | None, str | None]] = {}
        self.customers: dict[str, str | None] = {}
        self.own: dict[str, tuple[int, int]] = {}
        self.came: dict[str, int] = {}
        self.entered: dict[str, int] = {}
        self.places: list[Place] = []

    def set(self, kind: str, due: int, of: Any, order: int = 0) -> None:
        if kind != "scheduled":
            super().set(kind, due, of, order)
            return
        self.order += 1
        self.log_timers.append(Timer(due, self.order, kind, of))

    def _fire(self, timer: Timer) -> None:
        if timer.kind == "scheduled":
            self._enter(timer.of)
        else:
            super()._fire(timer)

    # Inputs

    def _on_InteractionIdentified(self, event: inputs.InteractionIdentified, place: int) -> None:
        name = event.interaction_id
        if name in self.contacts or name in self.ended:
            return
        wish = self.held_wishes.pop(name, None)
        if wish is None and event.callback_at_ms is not None:
            wish = (event.callback_at_ms, None)
        if wish is not None:
            self.left.discard(name)
            event = msgspec.structs.replace(event, channel="callback")
        super()._on_InteractionIdentified(event, place)
        contact = self.contacts.get(name)
        if contact is None:
            return
        self.customers[name] = event.customer_id
        self.came[name] = self.entered[name] = self.now
        if wish is not None:
            at, agent = wish
            self.callbacks.add((name, 1))
            if agent is not None and agent in self.people:
                contact.preferred = agent
            if at is not None and self.now < at <= self.now + YEAR_MS:
                self._schedule(contact, at, place)
                return
        self._resume(contact)

    def _on_InteractionUpdated(self, event: inputs.InteractionUpdated, _: int) -> None:
        contact = self.contacts.get(event.interaction_id)
        if contact is None or event.customer_id is None or self.customers[contact.name] == event.customer_id:
            return
        self.customers[contact.name] = event.customer_id
        if contact.state in ("queued", "offered"):
            self._resume(contact)

    def _on_CustomerLeft(self, event: interactions.CustomerLeft, place: int) -> None:
        contact = self.contacts.get(event.interaction_id)
        if contact is not None and contact.state in ON_THE_WAY:
            if (contact.name, contact.number) in self.callbacks:
                return
            self._leave_place(contact)
        super()._on_CustomerLeft(event, place)

    def _on_RequestCallback(self, event: inputs.RequestCallback, place: int) -> None:
        contact = self.contacts.get(event.interaction_id)
        if contact is not None and (event.agent_id is None or event.agent_id in self.people):
            self._call_back(contact, event.at_ms, event.agent_id, place)

    def _on_CallbackRequested(self, event: interactions.CallbackRequested, place: int) -> None:
        agent = event.agent_id if event.agent_id in self.people else None
        contact = self.contacts.get(event.interaction_id)
        if contact is not None:
            self._call_back(contact, event.at_ms, agent, place)
        elif event.interaction_id not in self.ended:
            self.held_wishes[event.interaction_id] = (event.at_ms, event.agent_id)

    # Callbacks

    def _call_back(self, contact: Contact, at: int | None, agent: str | None, place: int) -> None:
        if at is not None and at > self.now + YEAR_MS:
            return
        if contact.state in ("offered", "connecting"):
            self._back(contact)
        elif contact.state in ("connected", "on_hold", "wrap_up"):
            self._leave_a_part(contact)
        self.callbacks.add((contact.name, contact.number))
        if agent is not None:
            contact.preferred = agent
            contact.passed.pop(agent, None)
        for one in (contact, *self.beside):
            if one.name == contact.name:
                one.channel = "callback"
        if at is not None and at > self.now:
            self._schedule(contact, at, place)
        elif contact.state != "queued":
            contact.place = place
            self._enter(contact)

    def _leave_a_part(self, contact: Contact) -> None:
        """The agent wraps up, and whoever was beside him; the contact itself goes on as a new leg."""
        self._dissolve(contact)
        part = dataclasses.replace(contact, passed={})
        self.beside.append(part)
        for timer in self.timers:
            if timer.kind == "wrap_up" and timer.of is contact:
                timer.of = part
        contact.legs += 1
        contact.number = contact.legs
        contact.continues = contact.offers = contact.step = contact.waited = 0
        contact.agent = None
        contact.failed = False
        self.own.pop(contact.name, None)
        contact.preferred = contact.wished
        self._state(contact, "created")
        if part.state != "wrap_up":
            self._end_part(part)

    def _schedule(self, contact: Contact, at: int, place: int) -> None:
        self.cancel("waiting", contact)
        self.cancel("scheduled", contact)
        contact.place = place
        self._state(contact, "scheduled")
        self.set("scheduled", at, contact)

    def _enter(self, contact: Contact) -> None:
        self.cancel("scheduled", contact)
        self._state(contact, "queued")
        contact.arrived = self.entered[contact.name] = self.now
        contact.waited = contact.step = 0
        contact.head_start = self._step(contact).head_start_ms or 0
        self._wake(contact)

    # Places that were abandoned

    def _leave_place(self, contact: Contact) -> None:
        customer = self.customers[contact.name]
        if not self.rules.settings.resume_within_ms or customer is None or contact.queue is None:
            return
        arrived, place, head_start = contact.arrived, contact.place, contact.head_start
        if contact.name in self.own:
            arrived, place = self.own[contact.name]
            head_start = self._step(contact).head_start_ms or 0
        self.places = [one for one in self.places if (one.queue, one.customer) != (contact.queue, customer)]
        self.places.append(Place(self.now, contact.queue, customer, arrived, place, head_start))

    def _resume(self, contact: Contact) -> None:
        within = self.rules.settings.resume_within_ms
        for one in self.places:
            fits = (one.queue, one.customer) == (contact.queue, self.customers[contact.name])
            in_time = one.at <= self.entered[contact.name] and self.now <= one.at + within
            first = contact.number == 1 and self.came[contact.name] == self.entered[contact.name]
            if within and fits and in_time and first and contact.name not in self.own:
                self.places.remove(one)
                self.own[contact.name] = (contact.arrived, contact.place)
                contact.arrived, contact.place = one.arrived, one.place
                contact.head_start = one.head_start or contact.head_start
                return
