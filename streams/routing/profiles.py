"""Attributes that many interactions share, kept once and counted, so that unused ones are forgotten.

A free number is the lowest that nobody uses: numbering is a function of the log, not of when a snapshot was taken.
"""

from __future__ import annotations

import heapq

from streams.routing.model import Profile
from streams.routing.policy import Channels


class Profiles:
    """Profiles by number. `channel_numbers` follows the channels of the configuration."""

    __slots__ = ("_free", "_numbers", "channel_numbers", "table", "uses")

    def __init__(self) -> None:
        self.table: list[Profile | None] = []
        self.uses: list[int] = []
        self.channel_numbers: list[int] = []
        self._numbers: dict[Profile, int] = {}
        self._free: list[int] = []

    def __getitem__(self, number: int) -> Profile:
        """The profile of that number."""
        found = self.table[number]
        if found is None:
            raise LookupError(f"no profile {number}")
        return found

    def take(self, profile: Profile, channels: Channels) -> int:
        """One more interaction has these attributes; returns their number."""
        number = self._numbers.get(profile)
        if number is None:
            number = self._place(profile)
            self.channel_numbers[number] = channels.number(profile.channel)
        self.uses[number] += 1
        return number

    def release(self, number: int) -> None:
        """One interaction fewer has them."""
        self.uses[number] -= 1
        if self.uses[number] == 0:
            del self._numbers[self[number]]
            self.table[number] = None
            heapq.heappush(self._free, number)

    def renumber(self, channels: Channels) -> None:
        """The configuration's channels have changed."""
        self.channel_numbers[:] = [0 if profile is None else channels.number(profile.channel) for profile in self.table]

    def restore(self, table: list[Profile | None], uses: list[int], channels: Channels) -> None:
        """Take over a snapshot's table."""
        self.table, self.uses = table, uses
        self.channel_numbers[:] = [0] * len(table)
        self._numbers = {profile: number for number, profile in enumerate(table) if profile is not None}
        self._free = [number for number, profile in enumerate(table) if profile is None]
        self.renumber(channels)

    def _place(self, profile: Profile) -> int:
        if self._free:
            number = heapq.heappop(self._free)
            self.table[number] = profile
        else:
            number = len(self.table)
            self.table.append(profile)
            self.uses.append(0)
            self.channel_numbers.append(0)
        self._numbers[profile] = number
        return number
