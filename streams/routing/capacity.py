"""What an agent has room for: units of capacity, and limits per channel.

Checked at the moment of each offer: the units of work in hand and offered, without what the arriving channel
interrupts, plus the new units, within the capacity; the number of interactions of that channel within its limit.
"""

from __future__ import annotations

from typing import Final

from schemas.vocabulary import LegState as S
from streams.routing.model import Agent, Room
from streams.routing.policy import Channels

HOLDS: Final = frozenset({S.OFFERED, S.CONNECTING, S.CONNECTED, S.ON_HOLD})
"""States in which a leg counts against the limit of its channel; wrap-up does where it holds units."""

Load = tuple[tuple[int, bool], ...]
"""Of each leg that counts, in order: its channel's number, and whether it holds units."""


class Capacity:
    """Answers what an agent with a certain load has room for; remembers answers, as loads repeat."""

    __slots__ = ("_channels", "_remembered", "channel_of")

    def __init__(self, channels: Channels, channel_of: list[int]) -> None:
        self._channels = channels
        self._remembered: dict[tuple[Load, int, tuple[int, ...]], Room] = {}
        self.channel_of = channel_of

    def load(self, agent: Agent) -> Load:
        """What counts of the agent's work."""
        if not agent.work:
            return ()
        found: list[tuple[int, bool]] = []
        for interaction, leg in agent.work.values():
            number = self.channel_of[interaction.profile]
            settings = self._channels.settings[number]
            if leg.state in HOLDS:
                found.append((number, not (leg.state is S.ON_HOLD and settings.hold_frees_units)))
            elif leg.state is S.WRAP_UP and settings.wrap_up_holds_units:
                found.append((number, True))
        found.sort()
        return tuple(found)

    def room(self, agent: Agent) -> Room:
        """What the agent has room for; looked at once after each time that the agent was touched."""
        found = agent.room
        if found is None:
            found = agent.room = self.room_of(self.load(agent), agent.settings.capacity, agent.settings.max)
        return found

    def room_of(self, load: Load, capacity: int, limits: dict[str, int]) -> Room:
        """As `room`, of any load."""
        bounds = tuple(limits.get(name, -1) for name in self._channels.names) if limits else ()
        key = (load, capacity, bounds)
        known = self._remembered.get(key)
        if known is None:
            if len(self._remembered) > _REMEMBERED_AT_MOST:
                self._remembered.clear()
            known = self._remembered[key] = self._compute(load, capacity, bounds)
        return known

    def is_at_limit(self, agent: Agent, number: int) -> bool:
        """Whether the agent has as many interactions of the channel as `max` lets him have."""
        limit = agent.settings.max.get(self._channels.names[number])
        return limit is not None and sum(1 for held, _ in self.load(agent) if held == number) >= limit

    def _compute(self, load: Load, capacity: int, bounds: tuple[int, ...]) -> Room:
        fits = take = 0
        for number, units in enumerate(self._channels.units):
            if units_against(self._channels, load, number) + units <= capacity:
                fits |= 1 << number
                limit = bounds[number] if bounds else -1
                if limit < 0 or sum(1 for held, _ in load if held == number) < limit:
                    take |= 1 << number
        return fits, take, units_in_use(self._channels, load)


_REMEMBERED_AT_MOST: Final = 20_000


def units_against(channels: Channels, load: Load, arriving: int) -> int:
    """The units that an arrival of channel `arriving` is checked against."""
    return sum(channels.units[held] for held, holds in load if holds and not channels.interrupted[held][arriving])


def units_in_use(channels: Channels, load: Load) -> int:
    """The units in use: work that other work in hand interrupts counts 0 while that lasts."""
    total = 0
    for index, (held, holds) in enumerate(load):
        by_others = any(
            channels.interrupted[held][other] and other_holds
            for position, (other, other_holds) in enumerate(load)
            if position != index
        )
        if holds and not by_others:
            total += channels.units[held]
    return total
