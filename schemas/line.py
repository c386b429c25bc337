"""Who waits in a queue, as figures: kept up to date leg by leg, without looking at the others.

A leg waits while it is queued or offered. Oldest moments come from heaps whose entries are left behind when a leg
goes and thrown away when they reach the top.
"""

from __future__ import annotations

import heapq
from typing import Final

from schemas.values import LegValue
from schemas.vocabulary import JoinMode, LegKind, LegState

_SLACK: Final = 64

_Entry = tuple[int, str]


def waits(leg: LegValue) -> bool:
    """Whether the leg stands in its queue's line."""
    return leg.queue is not None and (leg.state is LegState.QUEUED or leg.state is LegState.OFFERED)


def is_with_customer(leg: LegValue) -> bool:
    """Whether the leg's agent and the customer are together: the owner, and whoever takes part in the conference. Who is
    only consulted, or monitors or whispers, is not.
    """
    together = leg.state is LegState.CONNECTED or leg.state is LegState.ON_HOLD
    return together and (leg.kind is LegKind.MAIN or leg.join_mode is JoinMode.BARGE)


class Line:
    """The line of one queue. `queued` wait for an agent, `offered` ring at one; both are in the line."""

    __slots__ = ("_arrived", "_legs", "_waiting_since", "offered", "queued")

    def __init__(self) -> None:
        self.queued = 0
        self.offered = 0
        self._legs: dict[str, tuple[int, int, bool]] = {}
        self._arrived: list[_Entry] = []
        self._waiting_since: list[_Entry] = []

    def put(self, leg: LegValue) -> None:
        """The leg waits here, with these values from now on."""
        self.stand(leg.leg_id, leg.arrived_ms, leg.since_ms - leg.waited_ms, offered=leg.state is LegState.OFFERED)

    def stand(self, leg_id: str, arrived_ms: int, since_ms: int, *, offered: bool) -> None:
        """The leg waits here since `since_ms`, its time in other states left out, and rings if `offered`."""
        before = self._legs.get(leg_id)
        self._count(before, -1)
        self._legs[leg_id] = after = (arrived_ms, since_ms, offered)
        self._count(after, 1)
        if before is None or before[0] != arrived_ms:
            heapq.heappush(self._arrived, (arrived_ms, leg_id))
        if before is None or before[1] != since_ms:
            heapq.heappush(self._waiting_since, (since_ms, leg_id))

    def remove(self, leg_id: str) -> None:
        """The leg waits here no longer."""
        self._count(self._legs.pop(leg_id, None), -1)

    def oldest_arrived_ms(self) -> int | None:
        """When the one who came to the company first arrived; None = nobody waits."""
        return self._oldest(self._arrived, 0)

    def oldest_waiting_since_ms(self) -> int | None:
        """Since when the one waits who has waited longest in this queue; None = nobody waits."""
        return self._oldest(self._waiting_since, 1)

    def _count(self, entry: tuple[int, int, bool] | None, by: int) -> None:
        if entry is None:
            return
        if entry[2]:
            self.offered += by
        else:
            self.queued += by

    def _oldest(self, heap: list[_Entry], field: int) -> int | None:
        if len(heap) > 2 * len(self._legs) + _SLACK:
            heap[:] = [(entry[field], leg_id) for leg_id, entry in self._legs.items()]
            heapq.heapify(heap)
        while heap:
            moment_ms, leg_id = heap[0]
            entry = self._legs.get(leg_id)
            if entry is not None and entry[field] == moment_ms:
                return moment_ms
            heapq.heappop(heap)
        return None
