"""Callbacks that are scheduled, by the queue that they will enter: kept up to date leg by leg."""

from __future__ import annotations

from collections.abc import Iterator

from schemas.values import LegValue
from schemas.vocabulary import LegState


class Promised:
    """The scheduled legs of a workspace."""

    __slots__ = ("_queues",)

    def __init__(self) -> None:
        self._queues: dict[str, dict[str, int]] = {}

    def put(self, old: LegValue | None, new: LegValue) -> set[str]:
        """A leg's value is `new` now; returns the queues whose promises are others than before."""
        before, after = _promise(old), _promise(new)
        if before == after:
            return set()
        if before is not None:
            entries = self._queues[before[0]]
            del entries[new.leg_id]
            if not entries:
                del self._queues[before[0]]
        if after is not None:
            self._queues.setdefault(after[0], {})[new.leg_id] = after[1]
        return {promise[0] for promise in (before, after) if promise is not None}

    def queues(self) -> Iterator[str]:
        """The queues that somebody is promised a place in."""
        return iter(self._queues)

    def count(self, queue: str) -> int:
        """How many will enter the queue."""
        return len(self._queues.get(queue, ()))

    def of(self, queue: str) -> list[str]:
        """Their ids, the earliest first."""
        entries = self._queues.get(queue, {})
        return sorted(entries, key=lambda leg_id: (entries[leg_id], leg_id))


def _promise(leg: LegValue | None) -> tuple[str, int] | None:
    """The queue that the leg will enter, and when."""
    if leg is None or leg.state is not LegState.SCHEDULED or leg.queue is None:
        return None
    return leg.queue, leg.scheduled_for_ms or 0
