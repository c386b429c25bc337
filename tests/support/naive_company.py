"""The naive router's several agents with one contact: consults, conferences and joined supervisors."""

from __future__ import annotations

from dataclasses import replace

from schemas import inputs, interactions
from schemas.vocabulary import ConsultEnd, Fault
from tests.support.naive_router import NaiveRouter
from tests.support.naive_rules import Contact

TOGETHER = ("connected", "on_hold")


class NaiveCompany(NaiveRouter):
    """`beside` holds consults, joined legs, and former owners who wrap up."""

    # Who is there

    def _companions(self, main: Contact) -> list[Contact]:
        found = [leg for leg in self.beside if leg.name == main.name and leg.kind != "main" and leg.state != "wrap_up"]
        return sorted(found, key=lambda leg: leg.number)

    def _consult(self, main: Contact) -> Contact | None:
        found = [leg for leg in self._companions(main) if leg.kind == "consult" and leg.mode is None]
        return found[0] if found else None

    def _heir(self, main: Contact) -> Contact | None:
        found = [leg for leg in self._companions(main) if leg.mode == "barge" and leg.state in TOGETHER]
        return found[0] if found else None

    # Inputs

    def _on_StartConsult(self, event: inputs.StartConsult, place: int) -> None:
        main = self._owners(event)
        if main is None or self._consult(main) or (event.to_queue is None) == (event.to_agent is None):
            return
        if event.to_queue is not None:
            if event.to_queue in self.rules.queues:
                self._wake(self._another(main, "consult", place, queue=event.to_queue))
            return
        person = self.people.get(event.to_agent or "")
        if person is not None and self.on_queue(person) and person.name not in self.with_it(main.name):
            self._another(main, "consult", place, target=person.name)

    def _on_FinishConsult(self, event: inputs.FinishConsult, _: int) -> None:
        main = self._owners(event)
        consult = self._consult(main) if main else None
        if main is None or consult is None:
            return
        if event.how is ConsultEnd.CANCEL:
            self._dismiss(consult)
        elif consult.state in TOGETHER and event.how is ConsultEnd.COMPLETE:
            self._end_part(self._take_over(main, consult))
        elif consult.state in TOGETHER:
            if main.state == "on_hold":
                if self._channel(main.channel).hold_frees_units and not self._has_units(event.agent_id, main.channel):
                    return
                self._state(main, "connected")
            consult.mode = "barge"

    def _on_LeaveConference(self, event: inputs.LeaveConference, _: int) -> None:
        leg = self._owned(event)
        if leg is None or leg.state not in TOGETHER:
            return
        main = self.contacts[leg.name]
        if leg is main and self._heir(main) is None:
            return
        if leg is not self._consult(main):
            self._part_ends(leg)

    def _on_JoinInteraction(self, event: inputs.JoinInteraction, place: int) -> None:
        main, person = self.contacts.get(event.interaction_id), self.people[event.agent_id]
        if main is None or main.state not in TOGETHER:
            return
        for leg in (main, *self._companions(main)):
            if leg.agent == person.name:
                if leg.kind == "join" and leg.state in TOGETHER:
                    leg.mode = event.mode.value
                return
        if self.on_queue(person) and self._fits(person.name, main.channel):
            leg = self._another(main, "join", place)
            leg.mode = event.mode.value
            self._offer(leg, person.name)

    def _on_ChannelEnded(self, event: interactions.ChannelEnded, _: int) -> None:
        leg = self._spoken_of(event.leg_id)
        if leg is not None and leg.state == "connecting":
            self._missed(leg)
        elif leg is not None and leg.state in TOGETHER:
            self._part_ends(leg)

    def _on_CustomerLeft(self, event: interactions.CustomerLeft, place: int) -> None:
        main = self.contacts.get(event.interaction_id)
        for leg in self._companions(main) if main else ():
            self._dismiss(leg)
        super()._on_CustomerLeft(event, place)

    # What happens to legs

    def match(self) -> None:
        self._drain()
        for leg in list(self.beside):
            if leg.state == "queued" and leg.target is not None and not self.on_queue(self.people[leg.target]):
                self._drop(leg, "failed")
        super().match()

    def _owners(self, event: inputs.LegCommand) -> Contact | None:
        leg = self._owned(event)
        return leg if leg is not None and leg is self.contacts.get(leg.name) and leg.state in TOGETHER else None

    def _another(
        self, main: Contact, kind: str, place: int, *, queue: str | None = None, target: str | None = None
    ) -> Contact:
        main.legs += 1
        leg = Contact(
            main.name, queue, main.channel, main.priority, main.tier, main.require, main.wished, main.confirms,
            self.now, place, since=self.now, number=main.legs, kind=kind, target=target,
        )  # fmt: skip
        leg.head_start = self._step(leg).head_start_ms or 0
        self.beside.append(leg)
        return leg

    def _part_ends(self, contact: Contact) -> None:
        main = self.contacts[contact.name]
        heir = self._heir(main)
        if contact is main and heir is not None:
            consult = self._consult(main)
            if consult is not None:
                self._dismiss(consult)
            contact = self._take_over(main, heir)
        elif contact is main:
            self._dissolve(main)
        self._end_part(contact)

    def _take_over(self, main: Contact, heir: Contact) -> Contact:
        """The heir's agent owns the contact; returns the former owner's leg, whose part has still to end."""
        former = replace(main)
        self.beside.append(former)
        self._drop(heir, "completed")
        main.legs += 1
        main.number, main.offers, main.continues = main.legs, 0, heir.number
        main.agent, main.preferred = heir.agent, main.wished
        main.failed = False
        self._state(main, heir.state)
        return former

    def _dissolve(self, main: Contact) -> None:
        for leg in self._companions(main):
            self._dismiss(leg)

    def _dismiss(self, leg: Contact) -> None:
        if leg.state in TOGETHER:
            self._end_part(leg)
        else:
            self._over(leg)

    def _over(self, leg: Contact) -> None:
        was_connecting = leg.state == "connecting"
        self._drop(leg, "cancelled")
        if was_connecting:
            self._idle(self.people[leg.agent or ""])

    def _back(self, contact: Contact) -> None:
        if contact.kind == "main":
            super()._back(contact)
        else:
            self._over(contact)

    def _pass(self, contact: Contact) -> None:
        if contact.kind == "main":
            super()._pass(contact)

    def _failed(self, contact: Contact, fault: Fault) -> None:
        main = self.contacts[contact.name]
        if contact is main and (fault is Fault.CHANNEL or self._heir(main) is None):
            self._dissolve(main)
            super()._failed(contact, fault)
        else:
            self._part_ends(contact)

    def _lost(self, contact: Contact) -> None:
        main = self.contacts[contact.name]
        heir = self._heir(main)
        if contact is not main:
            self._finish(contact)
        elif heir is not None:
            consult = self._consult(main)
            if consult is not None:
                self._dismiss(consult)
            self._finish(self._take_over(main, heir))
        else:
            self._dissolve(main)
            super()._lost(contact)

    def _drop(self, contact: Contact, state: str) -> None:
        if self.contacts.get(contact.name) is contact:
            super()._drop(contact, state)
            return
        for kind in ("offer", "connect", "waiting", "wrap_up"):
            self.cancel(kind, contact)
        self.beside.remove(contact)
