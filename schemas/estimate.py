"""How far ahead a customer is, and how long it may take: what a waiting customer is told. Pure.

`position` counts from 1 in the order in which a queue is served: by virtual arrival (arrival minus head starts), then by
arrival. `expected wait = position x observed time / departures` of that queue, over at most the last ten minutes of the
engine's time: a departure is anybody who waits in it no longer, whatever became of them. With fewer than three
departures nothing is known. By Little's law this is right on average for a queue in balance, and it corrects itself
within the window when the staff changes.
"""

from __future__ import annotations

import bisect
from collections import deque
from typing import Final

from schemas.line import waits
from schemas.values import LegValue

WINDOW_MS: Final = 600_000
FEWEST_DEPARTURES: Final = 3

_Place = tuple[int, int, str]


def expected_wait_ms(position: int, departures: int, observed_ms: int) -> int | None:
    """The formula; None = too few departures to say."""
    if departures < FEWEST_DEPARTURES or observed_ms <= 0:
        return None
    return position * observed_ms // departures


class QueueOrder:
    """Who waits in one queue, in order, and who left it lately; `began_ms`: since when it is observed."""

    __slots__ = ("_began_ms", "_left", "_line", "_places")

    def __init__(self, began_ms: int) -> None:
        self._began_ms = began_ms
        self._line: list[_Place] = []
        self._places: dict[str, _Place] = {}
        self._left: deque[int] = deque()

    def put(self, leg: LegValue) -> None:
        """The leg waits here, with these values from now on."""
        self._take_out(leg.leg_id)
        arrived_ms = leg.arrived_ms
        virtual_ms = arrived_ms if leg.virtual_arrival_ms is None else leg.virtual_arrival_ms
        place = self._places[leg.leg_id] = (virtual_ms, arrived_ms, leg.leg_id)
        bisect.insort(self._line, place)

    def depart(self, leg_id: str, at_ms: int) -> None:
        """The leg waits here no longer; nothing when it did not."""
        if self._take_out(leg_id):
            self._left.append(at_ms)

    def position(self, leg_id: str) -> int | None:
        """From 1; None = it does not wait here."""
        place = self._places.get(leg_id)
        return None if place is None else bisect.bisect_left(self._line, place) + 1

    def expected_wait_ms(self, position: int, now_ms: int) -> int | None:
        """How long somebody at `position` may wait from `now_ms` on; None = not known."""
        since_ms = max(self._began_ms, now_ms - WINDOW_MS)
        while self._left and self._left[0] < since_ms:
            self._left.popleft()
        return expected_wait_ms(position, len(self._left), now_ms - since_ms)

    def _take_out(self, leg_id: str) -> bool:
        place = self._places.pop(leg_id, None)
        if place is None:
            return False
        del self._line[bisect.bisect_left(self._line, place)]
        return True


class QueueOrders:
    """The lines of one workspace, kept up to date leg by leg."""

    __slots__ = ("_began_ms", "_queue_of", "_queues")

    def __init__(self, began_ms: int) -> None:
        self._began_ms = began_ms
        self._queues: dict[str, QueueOrder] = {}
        self._queue_of: dict[str, str] = {}

    def take(self, leg: LegValue, at_ms: int) -> None:
        """A leg's new value."""
        before = self._queue_of.get(leg.leg_id)
        after = leg.queue if waits(leg) else None
        if before is not None and before != after:
            self._queues[before].depart(leg.leg_id, at_ms)
            del self._queue_of[leg.leg_id]
        if after is not None:
            self._queues.setdefault(after, QueueOrder(self._began_ms)).put(leg)
            self._queue_of[leg.leg_id] = after

    def standing(self, leg_id: str, now_ms: int) -> tuple[int | None, int | None]:
        """`(position, expected wait)` of a leg; None = not known."""
        queue = self._queue_of.get(leg_id)
        if queue is None:
            return None, None
        order = self._queues[queue]
        position = order.position(leg_id)
        return position, None if position is None else order.expected_wait_ms(position, now_ms)
