"""Waiting work that the same agents may take, by channel: a lane is ordered, so only its head is ever looked at.

An entry is stale when its leg has left (accepted, abandoned, moved) or entered a lane again since; stale entries are
dropped when they come to the top, or all at once when the lane has doubled.
"""

from __future__ import annotations

import heapq
from typing import Final

from schemas.vocabulary import LegState
from streams.routing.model import Interaction, Leg

Waiting = tuple[int, int, int, Interaction, Leg]
"""(virtual arrival, place, turn, interaction, leg); the first three are unique."""
_SWEEP_ABOVE: Final = 64


class Lane:
    """A lane; `head` is the waiting leg that goes first."""

    __slots__ = ("_sweep_at", "heap")

    def __init__(self) -> None:
        self.heap: list[Waiting] = []
        self._sweep_at = _SWEEP_ABOVE

    def enter(self, interaction: Interaction, leg: Leg) -> None:
        """The leg, which is queued, waits here from now on."""
        if len(self.heap) >= self._sweep_at:
            self.heap = [entry for entry in self.heap if is_waiting(entry)]
            heapq.heapify(self.heap)
            self._sweep_at = 2 * len(self.heap) + _SWEEP_ABOVE
        heapq.heappush(self.heap, (leg.virtual_arrival_ms, leg.place, leg.turn, interaction, leg))

    def enter_all(self, entries: list[Waiting]) -> None:
        """These wait here too from now on."""
        self.heap.extend(entries)
        heapq.heapify(self.heap)
        self._sweep_at = 2 * len(self.heap) + _SWEEP_ABOVE

    def head(self) -> Waiting | None:
        """The first that waits, left in place."""
        heap = self.heap
        while heap:
            entry = heap[0]
            if entry[4].state is LegState.QUEUED and entry[4].turn == entry[2]:
                return entry
            heapq.heappop(heap)
        return None


def is_waiting(entry: Waiting) -> bool:
    """Whether the entry still stands for a leg that waits in this lane."""
    return entry[4].state is LegState.QUEUED and entry[4].turn == entry[2]
