"""What the naive router knows, and the rules that need no change of it: who may take what, and who is best."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from schemas.configuration import ChannelSettings, RoutingConfiguration, StepSettings
from schemas.vocabulary import Strategy

WAITS = ("queued", "offered")
HOLDS = ("require", "relax", "min_rank", "max_rank", "ignore_rank", "same_site", "head_start_ms", "overflow_to")
HELD = ("connecting", "connected", "on_hold")


@dataclass
class Timer:
    due: int
    order: int
    kind: str
    of: Any


@dataclass(eq=False)
class Contact:
    """A leg: of those of one name, the one in `contacts` is the newest main leg."""

    name: str
    queue: str | None
    channel: str
    priority: int
    tier: str | None
    require: dict[str, int]
    preferred: str | None
    confirms: bool
    arrived: int
    place: int
    state: str = "queued"
    agent: str | None = None
    since: int = 0
    waited: int = 0
    step: int = 0
    head_start: int = 0
    passed: dict[str, int] = field(default_factory=dict)
    offers: int = 0
    number: int = 1
    wrap: int = 0
    failed: bool = False
    kind: str = "main"
    mode: str | None = None
    target: str | None = None
    legs: int = 1
    continues: int = 0
    wished: str | None = None
    site: str | None = None
    tried: tuple[str, ...] = ()
    skipped: bool = False
    declined: set[str] = field(default_factory=set)


@dataclass
class Person:
    name: str
    status: str = "offline"
    next_status: str | None = None
    sessions: set[str] = field(default_factory=set)
    not_responding: bool = False
    idle_since: int = 0
    last_accepted: int = 0
    handled: dict[str, int] = field(default_factory=dict)
    last_offered: dict[str, int] = field(default_factory=dict)


class NaiveRules:
    """What is known of one workspace, under one configuration that does not change, and what follows from it."""

    def __init__(self, configuration: RoutingConfiguration) -> None:
        self.rules = configuration
        self.now = 0
        self.attended = 0
        self.attends_until = 0
        self.contacts: dict[str, Contact] = {}
        self.beside: list[Contact] = []
        self.ended: dict[str, str] = {}
        self.left: set[str] = set()
        self.people: dict[str, Person] = {name: Person(name) for name in configuration.agents}
        self.timers: list[Timer] = []
        self.log_timers: list[Timer] = []
        self.order = 0
        self.offers: list[tuple[str, str]] = []

    def every(self) -> list[Contact]:
        return [*self.contacts.values(), *self.beside]

    def with_it(self, name: str) -> set[str | None]:
        """Who holds a leg of the contact or is offered one."""
        return {leg.agent for leg in self.every() if leg.name == name and leg.state != "wrap_up"}

    def _work(self, person: Person) -> list[Contact]:
        return [contact for contact in self.every() if contact.agent == person.name]

    def _in_hand(self, person: Person) -> bool:
        return any(contact.state != "offered" for contact in self._work(person))

    def _routable(self, status: str) -> bool | None:
        if status in self.rules.statuses:
            return self.rules.statuses[status].routable
        return {"available": True, "offline": False}.get(status)

    def on_queue(self, person: Person) -> bool:
        return bool(
            self._routable(person.status)
            and person.sessions
            and not person.not_responding
            and person.next_status is None
        )

    def routing_status(self, person: Person) -> str:
        if not self._routable(person.status):
            return "off_queue"
        if person.not_responding:
            return "not_responding"
        states = [contact.state for contact in self._work(person)]
        if any(state in HELD for state in states):
            return "interacting"
        return "wrap_up" if "wrap_up" in states else "idle"

    def virtual_arrival(self, contact: Contact) -> int:
        tier = self.rules.tiers.get(contact.tier or "")
        of_tier = tier.head_start_ms if tier else 0
        of_priority = (5 - contact.priority) * self.rules.settings.priority_step_ms
        return contact.arrived - of_tier - of_priority - contact.head_start

    def _best(self, contact: Contact) -> str | None:
        free = [
            name
            for name in self.people
            if self.on_queue(self.people[name])
            and (contact.target == name or (contact.target is None and self._meets(name, contact)))
            and self._fits(name, contact.channel)
            and not self._is_passed(name, contact)
        ]
        return min(free, key=lambda name: self._score(name, contact), default=None)

    def _score(self, name: str, contact: Contact) -> tuple[Any, ...]:
        person, agent = self.people[name], self.rules.agents[name]
        if contact.queue is None or contact.target is not None:
            return (name,)
        strategy = self.rules.queues[contact.queue].strategy
        value = {
            Strategy.LONGEST_IDLE: 0,
            Strategy.MOST_SKILLED: -sum(agent.skills.get(skill, 0) for skill in self._required(contact)),
            Strategy.LEAST_LOADED: self.units(name) * 1_000_000 // agent.capacity,
            Strategy.ROUND_ROBIN: person.last_offered.get(contact.queue, -1),
            Strategy.FEWEST_HANDLED: person.handled.get(contact.queue, 0),
        }[strategy]
        busy = self._in_hand(person)
        since = person.last_accepted if busy else person.idle_since
        return (name != contact.preferred, agent.queues[contact.queue], value, busy, since, name)

    def _is_passed(self, name: str, contact: Contact) -> bool:
        there = self.with_it(contact.name) if contact.kind == "consult" else set()
        passed = {} if contact.target is not None and contact.kind != "main" else self.contacts[contact.name].passed
        if name in there or name not in passed:
            return name in there
        settings = self.rules.settings
        others = contact.target is None and any(
            self.on_queue(person) and self._meets(person.name, contact) and person.name not in {*passed, *there}
            for person in self.people.values()
        )
        wait = settings.reoffer_after_ms if others else min(settings.reoffer_pause_ms, settings.reoffer_after_ms)
        return self.attended < passed[name] + wait

    def _meets(self, name: str, contact: Contact) -> bool:
        agent = self.rules.agents[name]
        if contact.queue is None or contact.queue not in agent.queues:
            return False
        step = self._step(contact)
        rank = agent.queues[contact.queue]
        if (step.min_rank is not None and rank < step.min_rank) or (step.max_rank is not None and rank > step.max_rank):
            return False
        if step.same_site and contact.site is not None and agent.site != contact.site:
            return False
        return all(agent.skills.get(skill, 0) >= level for skill, level in self._required(contact).items())

    def _required(self, contact: Contact) -> dict[str, int]:
        step = self._step(contact)
        wanted = {} if step.relax else dict(contact.require)
        for skill, level in (step.require or {}).items():
            wanted[skill] = max(level, wanted.get(skill, 0))
        return wanted

    def _steps(self, contact: Contact) -> list[StepSettings]:
        steps = [] if contact.queue is None else list(self.rules.queues[contact.queue].steps)
        return steps if steps and steps[0].at_ms == 0 else [StepSettings(), *steps]

    def _step(self, contact: Contact) -> StepSettings:
        found: dict[str, Any] = {}
        for step in self._steps(contact)[: contact.step + 1]:
            for key in HOLDS:
                if getattr(step, key) is not None:
                    found[key] = getattr(step, key)
        if found.get("ignore_rank"):
            found["min_rank"] = found["max_rank"] = None
        return StepSettings(preferred=self._steps(contact)[contact.step].preferred, **found)

    # Capacity

    def _channel(self, name: str) -> ChannelSettings:
        known = self.rules.channels.get(name)
        return known or ChannelSettings(requeue_on_disconnect=name not in ("phone", "in_store"))

    def _counting(self, name: str) -> list[tuple[str, bool]]:
        """Of each contact that counts for the agent: the channel, and whether it holds units."""
        found = []
        for contact in self._work(self.people[name]):
            channel = self._channel(contact.channel)
            if contact.state == "wrap_up":
                if channel.wrap_up_holds_units:
                    found.append((contact.channel, True))
            else:
                found.append((contact.channel, not (contact.state == "on_hold" and channel.hold_frees_units)))
        return found

    def _fits(self, name: str, arriving: str) -> bool:
        limit = self.rules.agents[name].max.get(arriving)
        within = limit is None or sum(1 for channel, _ in self._counting(name) if channel == arriving) < limit
        return within and self._has_units(name, arriving)

    def _has_units(self, name: str, arriving: str) -> bool:
        used = sum(
            self._channel(channel).units
            for channel, holds in self._counting(name)
            if holds and arriving not in self._channel(channel).interrupted_by
        )
        return used + self._channel(arriving).units <= self.rules.agents[name].capacity

    def units(self, name: str) -> int:
        total = 0
        counting = self._counting(name)
        for index, (channel, holds) in enumerate(counting):
            others = [other for at, (other, held) in enumerate(counting) if at != index and held]
            if holds and not any(other in self._channel(channel).interrupted_by for other in others):
                total += self._channel(channel).units
        return total
