"""The router that is obviously right: a list of contacts, sorted each time, and every agent looked at. Pure.

It knows queues, skills and who waits longest; no channels, steps, deadlines or explanations.
"""

from __future__ import annotations

import msgspec

from bench.crowd import Person, Size, Wish, Wishes, people


class Contact(msgspec.Struct):
    """A contact that waits, `agent` None, or that an agent has."""

    number: int
    wish: Wish
    agent: int | None = None


class NaiveRouter:
    """The same center as `bench.crowd.Crowd`, step by step."""

    def __init__(self, size: Size, seed: int = 1) -> None:
        self._staff = people(size.agents, seed)
        self._wishes = Wishes(self._staff, seed)
        self.contacts: list[Contact] = []
        self._arrived = 0
        for _ in range(size.waiting + size.agents):
            self._arrive()
        self._match()

    def step(self) -> None:
        """One contact's worth of work: an end with the offer and the acceptance that follow, and an arrival with its own."""
        ended = next(contact for contact in self.contacts if contact.agent is not None)
        self.contacts.remove(ended)
        self._match()
        self._arrive()
        self._match()

    def _arrive(self) -> None:
        self._arrived += 1
        self.contacts.append(Contact(self._arrived, self._wishes.next()))

    def _match(self) -> None:
        busy = {contact.agent for contact in self.contacts}
        for contact in sorted(self.contacts, key=lambda one: one.number):
            if contact.agent is None:
                able = [
                    number
                    for number, person in enumerate(self._staff)
                    if number not in busy and may_take(person, contact.wish)
                ]
                if able:
                    contact.agent = min(able)
                    busy.add(contact.agent)


def may_take(person: Person, wish: Wish) -> bool:
    """Whether the agent serves the queue and has the skill."""
    return wish.queue in person.queues and (wish.skill is None or wish.skill in person.skills)
