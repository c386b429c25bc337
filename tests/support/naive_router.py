"""The routing rules written a second time, obviously: a list of contacts, sorted each time, everybody looked at.

Nothing is shared with the engine but the contracts. It takes the engine's inputs and tells its offers in order and
what it knows of contacts and agents; what it does not know (explanations, values) is not compared.
"""

from __future__ import annotations

from typing import Any

from schemas import inputs, interactions
from schemas.vocabulary import Fault
from tests.support.naive_rules import HELD, WAITS, Contact, Person, Timer
from tests.support.naive_time import NaiveTime


class NaiveRouter(NaiveTime):
    """One workspace: inputs in, offers and states to be looked at."""

    def _fire(self, timer: Timer) -> None:
        of = timer.of
        if timer.kind == "offer":
            self._missed(of)
        elif timer.kind == "connect":
            self._back(of)
        elif timer.kind == "wrap_up":
            self._finish(of)
        elif timer.kind == "grace":
            self._offline(of)
        elif timer.kind == "responds":
            self._respond(of)
        elif timer.kind == "waiting":
            self._woken(of, timer.order)
        elif timer.kind == "pass":
            after = self.rules.settings.reoffer_after_ms
            of.passed = {agent: at for agent, at in of.passed.items() if self.attended < at + after}
            self._look_again(of)

    # Inputs

    def take(self, event: Any, place: int, stamp: int) -> None:
        self.advance(max(self.now, stamp))
        if isinstance(event, inputs.TimeAdvanced):
            self.attends_until = self.now + 2_000
            self.advance(self.now)
            return
        if isinstance(event, inputs.GatewayAlive | inputs.ConfigurationPublished):
            return
        getattr(self, "_on_" + type(event).__name__)(event, place)
        self.match()

    def _on_InteractionIdentified(self, event: inputs.InteractionIdentified, place: int) -> None:
        name = event.interaction_id
        if name in self.contacts or name in self.ended:
            return
        queue = event.queue if event.queue in self.rules.queues else self.rules.settings.default_queue
        if name in self.left:
            self.ended[name] = "abandoned"
            return
        if queue is None:
            self.ended[name] = "failed"
            return
        contact = Contact(
            name, queue, event.channel, event.priority, event.tier, dict(event.requirements), event.preferred_agent,
            event.confirms_connection, self.now, place, since=self.now, wished=event.preferred_agent,
        )  # fmt: skip
        contact.head_start = self._step(contact).head_start_ms or 0
        self.contacts[name] = contact
        self._wake(contact)

    def _on_CustomerLeft(self, event: interactions.CustomerLeft, _: int) -> None:
        contact = self.contacts.get(event.interaction_id)
        if contact is None:
            if event.interaction_id not in self.ended:
                self.left.add(event.interaction_id)
            return
        if contact.state in WAITS or contact.state == "connecting":
            was = contact.state
            self._drop(contact, "abandoned")
            if was == "connecting":
                self._idle(self.people[contact.agent or ""])
        elif contact.state in HELD:
            self._end_part(contact)

    def _on_AcceptOffer(self, event: inputs.AcceptOffer, _: int) -> None:
        contact = self._offered(event)
        if contact is None:
            return
        self._stop_waiting(contact)
        self.cancel("offer", contact)
        self._state(contact, "connecting" if contact.confirms else "connected")
        if contact.confirms:
            self.set("connect", self.attended + self.rules.settings.connect_timeout_ms, contact)
        person = self.people[event.agent_id]
        person.last_accepted = self.now
        if contact.queue is not None:
            person.handled[contact.queue] = person.handled.get(contact.queue, 0) + 1
        self._respond(person)

    def _on_RejectOffer(self, event: inputs.RejectOffer, _: int) -> None:
        contact = self._offered(event)
        if contact is not None:
            self._pass(contact)
            self._back(contact)

    def _on_ChannelConnected(self, event: interactions.ChannelConnected, _: int) -> None:
        contact = self._spoken_of(event.leg_id)
        if contact is not None and contact.state == "connecting":
            self.cancel("connect", contact)
            self._state(contact, "connected")

    def _on_ChannelFailed(self, event: interactions.ChannelFailed, _: int) -> None:
        contact = self._spoken_of(event.leg_id)
        if contact is None:
            return
        if contact.state == "connecting":
            if event.fault is Fault.AGENT:
                self._missed(contact)
            else:
                self._back(contact)
        elif contact.state in HELD:
            self._failed(contact, event.fault)

    def _failed(self, contact: Contact, _: Fault) -> None:
        contact.failed = True
        self._end_part(contact)

    def _on_HoldInteraction(self, event: inputs.HoldInteraction, _: int) -> None:
        contact = self._owned(event)
        if contact is not None and contact.state == "connected":
            self._state(contact, "on_hold")

    def _on_ResumeInteraction(self, event: inputs.ResumeInteraction, _: int) -> None:
        contact = self._owned(event)
        if contact is None or contact.state != "on_hold":
            return
        channel = self._channel(contact.channel)
        if channel.hold_frees_units and not self._has_units(event.agent_id, contact.channel):
            return
        self._state(contact, "connected")

    def _on_EndInteraction(self, event: inputs.EndInteraction, _: int) -> None:
        contact = self._owned(event)
        if contact is not None and contact.state in ("connected", "on_hold"):
            self._part_ends(contact)

    def _part_ends(self, contact: Contact) -> None:
        self._end_part(contact)

    def _on_FinishWrapUp(self, event: inputs.FinishWrapUp, _: int) -> None:
        contact = self._owned(event)
        if contact is not None and contact.state == "wrap_up":
            self._finish(contact)

    def _on_AgentSessionOpened(self, event: inputs.AgentSessionOpened, _: int) -> None:
        person = self.people[event.agent_id]
        person.sessions.add(event.session)
        self.cancel("grace", person)
        if person.status == "offline":
            person.handled = {}
            self._set_status(person, event.status or "available")

    def _on_AgentSessionClosed(self, event: inputs.AgentSessionClosed, _: int) -> None:
        person = self.people[event.agent_id]
        if event.session not in person.sessions:
            return
        person.sessions.discard(event.session)
        if not person.sessions and person.status != "offline":
            self.set("grace", self.attended + self.rules.settings.reconnect_grace_ms, person)
            self._rescind(person)

    def _on_SetStatus(self, event: inputs.SetStatus, _: int) -> None:
        person = self.people[event.agent_id]
        if self._routable(event.status) is None:
            return
        if event.status == "offline":
            self._offline(person)
        elif person.status != "offline" or person.sessions:
            self._set_status(person, event.status)

    def _on_SetNextStatus(self, event: inputs.SetNextStatus, _: int) -> None:
        person = self.people[event.agent_id]
        if person.status != "offline" and self._routable(event.status) is not None:
            person.next_status = event.status

    def _on_LogOut(self, event: inputs.LogOut, _: int) -> None:
        person = self.people[event.agent_id]
        person.sessions = set()
        self._offline(person)

    # What happens to contacts

    def _state(self, contact: Contact, state: str) -> None:
        contact.state = state
        contact.since = self.now

    def _stop_waiting(self, contact: Contact) -> None:
        contact.waited += self.now - contact.since
        contact.since = self.now
        self.cancel("waiting", contact)

    def _missed(self, contact: Contact) -> None:
        person = self.people[contact.agent or ""]
        self._pass(contact)
        person.not_responding = True
        self.cancel("responds", person)
        lasts = self.rules.settings.not_responding_for_ms
        if lasts is not None:
            self.set("responds", self.attended + lasts, person)
        self._back(contact)

    def _pass(self, contact: Contact) -> None:
        contact.passed[contact.agent or ""] = self.attended
        self._look_again(contact)

    def _look_again(self, contact: Contact) -> None:
        settings = self.rules.settings
        waits = (settings.reoffer_pause_ms, settings.reoffer_after_ms)
        moments = [at + wait for at in contact.passed.values() for wait in waits if at + wait > self.attended]
        self.cancel("pass", contact)
        if moments:
            self.set("pass", min(moments), contact)

    def _back(self, contact: Contact) -> None:
        """Queued again, in its place."""
        self.cancel("offer", contact)
        self.cancel("connect", contact)
        was_held = contact.state in HELD
        if not was_held:
            contact.waited += self.now - contact.since
        agent, contact.agent = contact.agent, None
        self._state(contact, "queued")
        if was_held:
            self._idle(self.people[agent or ""])
            self._wake(contact)

    def _end_part(self, contact: Contact) -> None:
        settings = self.rules
        own = settings.agents[contact.agent or ""].wrap_up_ms
        of_queue = None if contact.queue is None else settings.queues[contact.queue].wrap_up_ms
        length = next(x for x in (own, of_queue, self._channel(contact.channel).wrap_up_ms) if x is not None)
        self._state(contact, "wrap_up")
        if length:
            self.set("wrap_up", self.attended + length, contact)
        else:
            self._finish(contact)

    def _finish(self, contact: Contact) -> None:
        self.cancel("wrap_up", contact)
        self._drop(contact, "failed" if contact.failed else "completed")
        self._idle(self.people[contact.agent or ""])

    def _drop(self, contact: Contact, state: str) -> None:
        for kind in ("offer", "connect", "waiting", "wrap_up", "pass"):
            self.cancel(kind, contact)
        del self.contacts[contact.name]
        self.ended[contact.name] = state

    def _woken(self, contact: Contact, order: int) -> None:
        waited = contact.waited + self.now - contact.since
        expiry = None if contact.queue is None else self.rules.queues[contact.queue].expire_after_ms
        if expiry is not None and waited >= expiry:
            self._drop(contact, "expired")
            return
        steps = self._steps(contact)
        if contact.step + 1 < len(steps) and steps[contact.step + 1].at_ms <= waited:
            contact.step += 1
            named = self._step(contact).head_start_ms
            contact.head_start = contact.head_start if named is None else named
        self._wake(contact, order)

    def _wake(self, contact: Contact, order: int = 0) -> None:
        steps = self._steps(contact)
        moments = [steps[contact.step + 1].at_ms] if contact.step + 1 < len(steps) else []
        expiry = None if contact.queue is None else self.rules.queues[contact.queue].expire_after_ms
        if expiry is not None:
            moments.append(expiry)
        if moments:
            waited = contact.waited + self.now - contact.since
            self.set("waiting", self.now + min(moments) - waited, contact, order)

    # What happens to agents

    def _idle(self, person: Person) -> None:
        if not self._in_hand(person):
            person.idle_since = self.now

    def _respond(self, person: Person) -> None:
        if person.not_responding:
            person.not_responding = False
            person.idle_since = self.now
        self.cancel("responds", person)

    def _set_status(self, person: Person, status: str) -> None:
        was_on = self._routable(person.status)
        self._respond(person)
        person.next_status = None
        person.status = status
        if self._routable(status) and not was_on:
            person.idle_since = self.now
        if not self._routable(status):
            self._rescind(person)

    def _offline(self, person: Person) -> None:
        self.cancel("grace", person)
        person.next_status = None
        person.status = "offline"
        self._respond(person)
        self._rescind(person)
        for contact in self._work(person):
            if not self._channel(contact.channel).requeue_on_disconnect:
                continue
            if contact.state == "connecting":
                contact.preferred = person.name
                self._back(contact)
            elif contact.state in HELD:
                self._lost(contact)

    def _lost(self, contact: Contact) -> None:
        contact.preferred = contact.agent
        contact.legs += 1
        contact.number = contact.legs
        contact.offers = contact.continues = 0
        self._back(contact)

    def _rescind(self, person: Person) -> None:
        for contact in self._work(person):
            if contact.state == "offered":
                self._back(contact)

    # Matching

    def match(self) -> None:
        self._drain()
        while True:
            pairs = []
            for contact in self.every():
                agent = self._best(contact) if contact.state == "queued" else None
                if agent is not None:
                    rank = class_ = 0
                    if contact.queue is not None:
                        asked = self.rules.settings.rank_first and contact.target is None
                        rank = self.rules.agents[agent].queues[contact.queue] if asked else 0
                        class_ = self.rules.queues[contact.queue].class_
                    pairs.append(((class_, rank, self.virtual_arrival(contact), contact.place), contact, agent))
            if not pairs:
                return
            _, contact, agent = min(pairs, key=lambda pair: pair[0])
            contact.waited += self.now - contact.since
            self._offer(contact, agent)

    def _offer(self, contact: Contact, agent: str) -> None:
        contact.offers += 1
        contact.agent = agent
        self._state(contact, "offered")
        self.set("offer", self.attended + self._channel(contact.channel).offer_timeout_ms, contact)
        self.offers.append((contact.name, agent))
        if contact.queue is not None:
            self.people[agent].last_offered[contact.queue] = len(self.offers)

    def _drain(self) -> None:
        for person in self.people.values():
            if person.next_status is not None and not self._work(person):
                self._set_status(person, person.next_status)

    # Whose is what

    def _offered(self, event: inputs.AcceptOffer | inputs.RejectOffer) -> Contact | None:
        """The contact whose pending offer is answered."""
        leg, _, number = event.offer_id.rpartition("/")
        contact = self._find(leg)
        if contact is None or contact.state != "offered" or contact.agent != event.agent_id:
            return None
        return contact if str(contact.offers) == number else None

    def _owned(self, event: inputs.LegCommand) -> Contact | None:
        contact = self._find(event.leg_id)
        if contact is None or contact.agent != event.agent_id or contact.state == "offered":
            return None
        return contact

    def _find(self, leg_id: str) -> Contact | None:
        return next((leg for leg in self.every() if f"{leg.name}.{leg.number}" == leg_id), None)

    def _spoken_of(self, leg_id: str) -> Contact | None:
        """The leg that the adapter's line serves: a new owner speaks on the line of the leg from which he goes on."""
        for leg in self.contacts.values():
            if leg.continues and f"{leg.name}.{leg.continues}" == leg_id:
                return leg
        return self._find(leg_id)
