"""When the owner of a workspace appends a tick: pure.

Every second, at each due moment, and at once when the first timer is set, while any timer is pending; but only while
the owner keeps up. A tick that is on its way and not seen again for `LAG_LIMIT_MS` says that it does not.
"""

from __future__ import annotations

from typing import Final

LAG_LIMIT_MS: Final = 2_000


class TickSchedule:
    """The ticks of one workspace: which were sent and came back, and whether another is wanted."""

    __slots__ = ("_had_timers", "_last_sent_ms", "_on_the_way", "_tick_ms")

    def __init__(self, tick_ms: int) -> None:
        self._tick_ms = tick_ms
        self._last_sent_ms: int | None = None
        self._on_the_way: list[int] = []
        self._had_timers = False

    def wanted(self, now_ms: int, due_ms: int | None, lag_ms: int) -> bool:
        """Whether to append a tick at `now_ms`; `due_ms` is the engine's next due moment, None without timers."""
        if due_ms is None:
            self._had_timers = False
            return False
        if lag_ms >= LAG_LIMIT_MS or self._overdue(now_ms):
            return False
        first = not self._had_timers and not self._on_the_way
        due = now_ms >= due_ms and not self._on_the_way
        late = self._last_sent_ms is None or now_ms - self._last_sent_ms >= self._tick_ms
        return first or due or late

    def sent(self, now_ms: int) -> None:
        """A tick was handed to the broker."""
        self._had_timers = True
        self._last_sent_ms = now_ms
        self._on_the_way.append(now_ms)

    def seen(self) -> None:
        """A tick of this workspace was applied: its own oldest, or an earlier owner's."""
        if self._on_the_way:
            self._on_the_way.pop(0)

    def _overdue(self, now_ms: int) -> bool:
        return bool(self._on_the_way) and now_ms - self._on_the_way[0] >= LAG_LIMIT_MS
