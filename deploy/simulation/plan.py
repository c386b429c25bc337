"""What is to happen in a simulation: who comes when, and which agents are there when. Pure values.

Everything follows from the plan's seed: the same plan is the same arrivals, patience and handling times.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from deploy.simulation.contacts import Contact
from deploy.simulation.draws import between


class Arrival(msgspec.Struct, frozen=True):
    """A contact, and when it comes: milliseconds of real time since the start."""

    due_ms: int
    contact: Contact


class Shift(msgspec.Struct, frozen=True):
    """From when to when an agent takes new work; `to_ms` None = until all is done."""

    agent_id: str
    from_ms: int
    to_ms: int | None


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """Arrivals in their order, and shifts; an agent may have several."""

    arrivals: tuple[Arrival, ...]
    shifts: tuple[Shift, ...]

    @property
    def agents(self) -> tuple[str, ...]:
        """All who have a shift, by name."""
        return tuple(sorted({shift.agent_id for shift in self.shifts}))

    @property
    def length_ms(self) -> int:
        """Until the last contact comes."""
        return max((arrival.due_ms for arrival in self.arrivals), default=0)


def at_rate(contacts: Iterable[Contact], rate_per_s: float, seconds: float | None) -> Iterator[Arrival]:
    """Contacts at that rate, each a little before or after its turn, for so long (None = without end)."""
    due_s = 0.0
    for contact in contacts:
        due_s += between(0.5, 1.5, contact.interaction_id, "gap") / rate_per_s
        if seconds is not None and due_s >= seconds:
            return
        yield Arrival(round(due_s * 1000), contact)


def all_day(agents: Iterable[str]) -> tuple[Shift, ...]:
    """Everybody is there from the beginning until all is done."""
    return tuple(Shift(agent, 0, None) for agent in agents)
