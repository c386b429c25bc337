"""Two clocks and their timers.

Log time is the broker's stamp, made monotonic. Attended time advances with it for at most `ATTENDS_FOR_MS` after each
tick, then stands still: no ticks, no agent time-outs. Timers due at one moment fire in the order they were set.
A timer is never taken out of its heap: whoever set it keeps its number, and a timer whose number nobody keeps is dead
and dropped when it comes to the top.
"""

from __future__ import annotations

import enum
import heapq
from collections.abc import Callable, Container
from typing import Final

ATTENDS_FOR_MS: Final = 2_000


class TimerKind(enum.IntEnum):
    """What a timer is for; the subject is an interaction (with a leg's number), an agent or a gateway."""

    WAITING = 0
    OFFER = 1
    CONNECT = 2
    WRAP_UP = 3
    REOFFER = 4
    GRACE = 5
    NOT_RESPONDING = 6
    LEASE = 7
    SCHEDULED = 8


ON_LOG_TIME: Final = frozenset({TimerKind.WAITING, TimerKind.SCHEDULED})

Timer = tuple[int, int, int, str, int]
"""(due, the timer's number, kind, subject, leg's number)"""
Live = Callable[[Timer], bool]


class Clocks:
    """Log time and attended time; both are functions of the log."""

    __slots__ = ("attended_ms", "attends_until_ms", "now_ms")

    def __init__(self) -> None:
        self.now_ms = 0
        self.attended_ms = 0
        self.attends_until_ms = 0

    def advance(self, to_ms: int) -> None:
        """Move log time to `to_ms` (never back), and attended time as far as somebody attends."""
        if to_ms <= self.now_ms:
            return
        attended = min(to_ms, self.attends_until_ms) - self.now_ms
        if attended > 0:
            self.attended_ms += attended
        self.now_ms = to_ms

    def tick(self) -> None:
        """The router attends now."""
        self.attends_until_ms = self.now_ms + ATTENDS_FOR_MS

    def log_moment(self, due_attended_ms: int) -> int:
        """When attended time reaches `due_attended_ms` on the log clock, if somebody attends until then."""
        return self.now_ms + max(0, due_attended_ms - self.attended_ms)


class Timers:
    """Pending timers of both clocks."""

    __slots__ = ("_live", "attended", "log", "order")

    def __init__(self, live: Live) -> None:
        self._live = live
        self.log: list[Timer] = []
        self.attended: list[Timer] = []
        self.order = 0

    def set(self, kind: TimerKind, due_ms: int, subject: str, number: int = 0, *, turn: int = 0) -> int:
        """Fire at `due_ms` of the kind's clock; returns the timer's number, which its owner keeps while it is wanted.

        `turn`: the number of a timer that has fired and that this one goes on for, instead of a new one.
        """
        if not turn:
            self.order += 1
            turn = self.order
        heap = self.log if kind in ON_LOG_TIME else self.attended
        heapq.heappush(heap, (due_ms, turn, int(kind), subject, number))
        return turn

    def pop_due(self, clocks: Clocks, until_ms: int) -> tuple[int, Timer] | None:
        """Take out the earliest timer that is due by log time `until_ms`, with its due moment on the log clock."""
        if not self._may_be_due(clocks, until_ms):
            return None
        log, attended = self._head(self.log), self._head(self.attended)
        found: tuple[int, Timer] | None = None
        if log is not None and log[0] <= until_ms:
            found = (max(log[0], clocks.now_ms), log)
        if attended is not None:
            moment = clocks.log_moment(attended[0])
            reached = moment <= until_ms and (moment <= clocks.attends_until_ms or moment == clocks.now_ms)
            if reached and (found is None or (moment, attended[1]) < (found[0], found[1][1])):
                heapq.heappop(self.attended)
                return moment, attended
        if found is not None:
            heapq.heappop(self.log)
        return found

    def due_together(self, kind: TimerKind, attended_ms: int) -> list[Timer]:
        """The live timers of a kind of attended time that are due by `attended_ms`, in the order they were set; they
        stay."""
        found: list[Timer] = []
        looked = [0]
        while looked:
            at = looked.pop()
            if at < len(self.attended) and self.attended[at][0] <= attended_ms:
                timer = self.attended[at]
                if timer[2] == kind and self._live(timer):
                    found.append(timer)
                looked += (2 * at + 1, 2 * at + 2)
        return sorted(found)

    def next_due_ms(self, clocks: Clocks) -> int | None:
        """The earliest due moment on the log clock, assuming attendance from now on; None = no timer pending."""
        log, attended = self._head(self.log), self._head(self.attended)
        moments = [] if log is None else [log[0]]
        if attended is not None:
            moments.append(clocks.log_moment(attended[0]))
        return min(moments, default=None)

    def pending(self, kept: Container[int] | None = None) -> tuple[list[Timer], list[Timer]]:
        """The live timers of log and of attended time, earliest first.

        `kept`: the numbers that their owners keep; nothing but time is saved by naming them.
        """
        return self._pending(self.log, kept), self._pending(self.attended, kept)

    def _pending(self, heap: list[Timer], kept: Container[int] | None) -> list[Timer]:
        asked = heap if kept is None else [timer for timer in heap if timer[1] in kept]
        return sorted(timer for timer in asked if self._live(timer))

    def _may_be_due(self, clocks: Clocks, until_ms: int) -> bool:
        """Whether the first timer of either heap, dead or alive, is due by then: most often not, and nobody is asked."""
        log, attended = self.log, self.attended
        if log and log[0][0] <= until_ms:
            return True
        return bool(attended) and clocks.log_moment(attended[0][0]) <= until_ms

    def _head(self, heap: list[Timer]) -> Timer | None:
        while heap:
            if self._live(heap[0]):
                return heap[0]
            heapq.heappop(heap)
        return None
