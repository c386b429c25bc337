"""Work as it comes out of a snapshot: each contact is touched once, while it is still near, and then stands in its lane.

A million may wait: whoever asks the same of the same queue and step on the same channel shares a lane, which is found
once for all of them.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable

from schemas.vocabulary import LegState
from streams.routing import matching
from streams.routing.lanes import Waiting
from streams.routing.model import Interaction, Leg
from streams.routing.world import World

Kind = tuple[int, str | None, int]
"""A profile's number, a queue, a step: all that decides the lane of a leg that nobody was passed over for."""


class Restored:
    """The interactions read so far, in their order. `naming`: those that name an agent."""

    def __init__(self) -> None:
        self.interactions: dict[str, Interaction] = {}
        self.naming: list[Interaction] = []
        self._alike: dict[Kind, list[Waiting]] = {}
        self._others: list[tuple[Interaction, Leg]] = []

    def take(self, interactions: Iterable[Interaction]) -> None:
        """Takes a batch in; the names of queues become one object each."""
        queued, intern = LegState.QUEUED, sys.intern
        known, alike, others = self.interactions, self._alike, self._others
        for interaction in interactions:
            known[interaction.interaction_id] = interaction
            leg = interaction.main
            queue = leg.queue
            if queue is not None:
                queue = leg.queue = intern(queue)
            if interaction.preferred_agent is not None or interaction.owner is not None or leg.preferred is not None:
                self.naming.append(interaction)
            if interaction.others:
                self._older(interaction)
            if leg.state is not queued:
                continue
            if interaction.passed or leg.only is not None or leg.target is not None:
                others.append((interaction, leg))
                continue
            kind = (interaction.profile, queue, leg.step)
            entries = alike.get(kind)
            if entries is None:
                entries = alike[kind] = []
            entries.append((leg.virtual_arrival_ms, leg.place, leg.turn, interaction, leg))

    def stand(self, w: World) -> None:
        """Every queued leg stands where freed agents look; the agents are there already."""
        for entries in self._alike.values():
            *_, interaction, leg = entries[0]
            number = w.profiles.channel_numbers[interaction.profile]
            w.audience(interaction, leg).lane(number).enter_all(entries)
        for interaction, leg in self._others:
            matching.stand_in_lane(w, interaction, leg)

    def _older(self, interaction: Interaction) -> None:
        for leg in interaction.others:
            if leg.queue is not None:
                leg.queue = sys.intern(leg.queue)
            if leg.state is LegState.QUEUED:
                self._others.append((interaction, leg))
