"""Who enters which queue, who is waited for, transfers and what supervisors do, written a second time, obviously."""

from __future__ import annotations

from dataclasses import replace

import msgspec

from schemas import inputs
from schemas.configuration import RoutingConfiguration
from tests.support.naive_rules import WAITS, Contact
from tests.support.naive_succession import NaiveSuccession

TALKING = ("connected", "on_hold")
END = "end"


class NaiveSupervision(NaiveSuccession):
    """The naive router with everything that may happen to waiting work. `closed`: queues outside their hours."""

    def __init__(self, configuration: RoutingConfiguration) -> None:
        super().__init__(configuration)
        self.closed: set[str] = set()

    # Entering a queue

    def _route(self, asked: str | None, tried: tuple[str, ...] = ()) -> tuple[str | None, tuple[str, ...]]:
        """The queue to wait in, None = it ends; and the queues tried by then."""
        queue = asked if asked in self.rules.queues else self.rules.settings.default_queue
        if queue not in self.rules.queues:
            return None, tried
        passed = [*tried, queue]
        while True:
            rules = self.rules.queues[queue].overflow
            limit = self.rules.queues[queue].max_waiting
            waiting = sum(leg.state == "queued" and leg.queue == queue for leg in self.every())
            there = any(
                queue in self.rules.agents[name].queues and self.on_queue(self.people[name]) for name in self.people
            )
            asks = [
                rule
                for rule, applies in (
                    (rules.when_closed, queue in self.closed),
                    (rules.when_full, limit is not None and waiting >= limit),
                    (rules.when_no_agents, not there),
                )
                if applies and (rule.end is not None or rule.overflow_to is not None)
            ]
            if not asks:
                return queue, tuple(passed[:-1])
            if asks[0].end is not None:
                return None, tried
            to = asks[0].overflow_to
            if to is None or to in passed or to not in self.rules.queues:
                return queue, tuple(passed[:-1])
            passed.append(to)
            queue = to

    def _on_InteractionIdentified(self, event: inputs.InteractionIdentified, place: int) -> None:
        name = event.interaction_id
        if name in self.contacts or name in self.ended:
            return
        wish = self.held_wishes.get(name) or ((event.callback_at_ms, None) if event.callback_at_ms else None)
        later = wish is not None and wish[0] is not None and wish[0] > self.now
        tried: tuple[str, ...] = ()
        if not later and (name not in self.left or wish is not None):
            queue, tried = self._route(event.queue)
            if queue is None:
                self.held_wishes.pop(name, None)
                self.left.discard(name)
                self.ended[name] = "flowed_out"
                return
            event = msgspec.structs.replace(event, queue=queue)
        super()._on_InteractionIdentified(event, place)
        contact = self.contacts.get(name)
        if contact is not None:
            contact.tried, contact.site = tried, event.site

    def _enter(self, contact: Contact) -> None:
        queue, contact.tried = self._route(contact.queue)
        contact.target = None
        contact.skipped = False
        if queue is None:
            self._drop(contact, "flowed_out")
            return
        contact.queue = queue
        super()._enter(contact)

    def _shift(self, contact: Contact, queue: str) -> None:
        """Another queue, with the same place."""
        contact.queue = queue
        contact.since = self.now
        contact.waited = contact.step = 0
        contact.target = None
        contact.skipped = False
        if self.contacts.get(contact.name) is contact:
            self.entered[contact.name] = self.now
        head_start = self._step(contact).head_start_ms
        contact.head_start = contact.head_start if head_start is None else head_start
        self.cancel("waiting", contact)
        self._wake(contact)

    # What a step asks for before anybody is asked

    def match(self) -> None:
        self._drain()
        waiting = [leg for leg in self.every() if leg.state == "queued"]
        for leg in sorted(waiting, key=self._rank):
            if leg.state == "queued":
                self._stand(leg)
        super().match()

    def _rank(self, leg: Contact) -> tuple[int, int, int, int]:
        class_ = 0 if leg.queue is None else self.rules.queues[leg.queue].class_
        return class_, self.virtual_arrival(leg), leg.place, leg.number

    def _stand(self, leg: Contact) -> None:
        if leg.target is not None and self.on_queue(self.people[leg.target]):
            return
        if leg.kind == "main":
            leg.target = None
        if leg.target is not None:
            return
        to = self._step(leg).overflow_to
        tried = (*leg.tried, leg.queue or "")
        if to is not None and to not in tried and to in self.rules.queues:
            queue, leg.tried = self._route(to, tried)
            if queue is None:
                self._drop(leg, "flowed_out")
            else:
                self._shift(leg, queue)
                self._stand(leg)
        elif self._step(leg).preferred:
            leg.skipped = leg.skipped or not self._is_there(leg)

    def _is_there(self, leg: Contact) -> bool:
        name = leg.preferred
        if name not in self.people or not self.on_queue(self.people[name]):
            return False
        there = self.with_it(leg.name) if leg.kind == "consult" else set()
        declined = self.contacts[leg.name].declined
        return name not in declined and name not in there and super()._meets(name, leg)

    def _meets(self, name: str, contact: Contact) -> bool:
        if contact.queue is not None and self._step(contact).preferred and not contact.skipped:
            return name == contact.preferred and super()._meets(name, contact)
        return super()._meets(name, contact)

    def _pass(self, contact: Contact) -> None:
        super()._pass(contact)
        if contact.kind == "main":
            contact.declined.add(contact.agent or "")
            contact.target = None if contact.target == contact.agent else contact.target

    def _call_back(self, contact: Contact, at: int | None, agent: str | None, place: int) -> None:
        companions = bool(self._companions(contact))
        super()._call_back(contact, at, agent, place)
        if agent is not None and not companions and contact.preferred == agent:
            contact.declined.discard(agent)
            contact.skipped = False
            contact.target = None

    # Handing over

    def _on_TransferInteraction(self, event: inputs.TransferInteraction, place: int) -> None:
        main = self._owners(event)
        if main is None or (event.to_queue is None) == (event.to_agent is None) or self._heir(main) is not None:
            return
        to = self.people.get(event.to_agent or "")
        if event.to_queue is not None and event.to_queue not in self.rules.queues:
            return
        if event.to_agent is not None and (to is None or to.name == event.agent_id or not self.on_queue(to)):
            return
        self._dissolve(main)
        in_place = event.keep_place and event.to_queue is not None and event.to_queue == main.queue
        former = self._part_from(main, in_place=in_place, keep_place=event.keep_place, place=place)
        main.passed[event.agent_id] = self.attended
        self._look_again(main)
        self._end_part(former)
        if in_place:
            self._wait(main)
            return
        if event.to_queue is not None:
            queue, main.tried = self._route(event.to_queue)
            if queue is None:
                self._drop(main, "flowed_out")
                return
            main.queue = queue
        main.target = event.to_agent
        main.waited = main.step = 0
        head_start = self._step(main).head_start_ms
        main.head_start = main.head_start if head_start is None else head_start
        self._wait(main)

    def _part_from(self, main: Contact, *, in_place: bool, keep_place: bool, place: int) -> Contact:
        """The agent's part, which goes on beside; `main` is a new leg from now on."""
        former = replace(main, passed={})
        self.beside.append(former)
        main.legs += 1
        main.number = main.legs
        main.offers = main.continues = 0
        main.agent = main.target = None
        main.failed = False
        main.preferred = main.wished
        self._state(main, "created")
        if not in_place:
            main.skipped, main.tried = False, ()
        if not keep_place:
            main.arrived, main.place, main.head_start = self.now, place, 0
            self.own.pop(main.name, None)
        return former

    def _wait(self, main: Contact) -> None:
        self._state(main, "queued")
        self._wake(main)

    def _lost(self, contact: Contact) -> None:
        contact.target = None
        super()._lost(contact)

    def _leave_a_part(self, contact: Contact) -> None:
        super()._leave_a_part(contact)
        contact.target, contact.skipped, contact.tried = None, False, ()

    def _take_over(self, main: Contact, heir: Contact) -> Contact:
        former = super()._take_over(main, heir)
        main.target = None
        return former

    def _drop(self, contact: Contact, state: str) -> None:
        self.cancel("scheduled", contact)
        super()._drop(contact, state)

    # Supervisors, hours, and what is learnt later

    def _on_MoveInteraction(self, event: inputs.MoveInteraction, _: int) -> None:
        contact = self.contacts.get(event.interaction_id)
        if contact is None or contact.state not in WAITS or event.to_queue not in self.rules.queues:
            return
        if contact.state == "offered":
            self._back(contact)
        queue, contact.tried = self._route(event.to_queue, (*contact.tried, contact.queue or ""))
        if queue is None:
            self._drop(contact, "flowed_out")
        else:
            self._shift(contact, queue)

    def _on_AssignInteraction(self, event: inputs.AssignInteraction, _: int) -> None:
        contact = self.contacts.get(event.interaction_id)
        person = self.people[event.to_agent]
        if contact is None or contact.state not in WAITS or contact.agent == person.name:
            return
        if not self.on_queue(person) or not self._fits(person.name, contact.channel):
            return
        if contact.state == "offered":
            self._back(contact)
        contact.target = person.name
        contact.waited += self.now - contact.since
        self._offer(contact, person.name)

    def _on_ReprioritiseInteraction(self, event: inputs.ReprioritiseInteraction, _: int) -> None:
        contact = self.contacts.get(event.interaction_id)
        if contact is not None and contact.state in WAITS and 1 <= event.priority <= 10:
            contact.priority = event.priority

    def _on_CancelInteraction(self, event: inputs.CancelInteraction, _: int) -> None:
        contact = self.contacts.get(event.interaction_id)
        if contact is None or contact.state not in (*WAITS, "connecting", "scheduled"):
            return
        agent, was = contact.agent, contact.state
        self._drop(contact, "cancelled")
        if was == "connecting":
            self._idle(self.people[agent or ""])

    def _on_ForceStatus(self, event: inputs.ForceStatus, place: int) -> None:
        said = {"workspace": event.workspace, "command_id": event.command_id, "agent_id": event.agent_id}
        if event.status == "offline":
            self._on_LogOut(inputs.LogOut(**said), place)
        else:
            self._on_SetStatus(inputs.SetStatus(status=event.status, **said), place)

    def _on_ExtendWrapUp(self, event: inputs.ExtendWrapUp, _: int) -> None:
        leg = self._owned(event)
        if leg is None or leg.state != "wrap_up":
            return
        left = next(timer.due for timer in self.timers if timer.kind == "wrap_up" and timer.of is leg) - self.attended
        self.cancel("wrap_up", leg)
        self.set("wrap_up", self.attended + max(0, left) + (event.for_ms or 0), leg)

    def _on_QueueOpened(self, event: inputs.QueueOpened, _: int) -> None:
        self.closed.discard(event.queue)

    def _on_QueueClosed(self, event: inputs.QueueClosed, _: int) -> None:
        self.closed.add(event.queue)

    def _on_InteractionUpdated(self, event: inputs.InteractionUpdated, place: int) -> None:
        for leg in self.every():
            if leg.name == event.interaction_id and event.interaction_id in self.contacts:
                leg.priority = leg.priority if event.priority is None else event.priority
                leg.tier = leg.tier if event.tier is None else event.tier
                leg.require = leg.require if event.requirements is None else dict(event.requirements)
        super()._on_InteractionUpdated(event, place)
