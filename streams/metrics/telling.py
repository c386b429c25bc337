"""What is published of a workspace, and when: live figures each time, intervals when they close or change.

A start tells everything once more, as what had been told is not remembered: whoever follows replaces what is known by
what is not older.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from schemas.metrics import INTERVAL_MS, Counts, IntervalCounted, LiveGroup, MetricsMeasured
from streams.metrics.fold import KEEP_MS
from streams.metrics.measure import interval_groups, intervals_counts, is_anything, measure, oldest_ms
from streams.metrics.spans import UTC, day_starts_ms, interval_of
from streams.metrics.state import CellKey, State

WHOLE_EVERY_MS: Final = 30_000
CURRENT_EVERY_MS: Final = 10_000
MOST_TOLD: Final = 100_000
PART_GROUPS: Final = 200
"""A live message holds at most so many groups: about 600 KB at the very most."""


class Teller:
    """Decides for one state what is to be told at a moment. While a record is ahead of the mark nothing is told."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._at_ms: int | None = None
        self._whole_ms = 0
        self._current_ms = 0
        self._closed_ms: int | None = None
        self._told: dict[CellKey, tuple[Counts, int | None]] = {}

    def live(self, now_ms: int) -> list[MetricsMeasured]:
        """The figures of all groups at the start, at an interval's border and every 30 s, else of those that changed:
        a message without groups says that nothing did.
        """
        state = self._state
        if not state.is_whole():
            return []
        at_ms = self._moment(now_ms)
        before_ms, self._at_ms = self._at_ms, at_ms
        touched, state.standing.touched = state.standing.touched, {}
        if (
            before_ms is None
            or interval_of(before_ms) != interval_of(at_ms)
            or at_ms - self._whole_ms >= WHOLE_EVERY_MS
        ):
            self._whole_ms = at_ms
            return self._messages(at_ms, measure(state, at_ms), whole=True)
        midnight_ms = day_starts_ms(at_ms, state.head.time_zone)
        changed = [group for group in touched if is_anything(state, group, midnight_ms)]
        return self._messages(at_ms, measure(state, at_ms, changed), whole=False)

    def intervals(self, now_ms: int) -> Iterator[list[IntervalCounted]]:
        """Intervals that closed, closed ones that changed, and every ten seconds the present one; at a start, all. A portion
        is exact to the decision that it names, and decisions may be folded before the next: all at once would hold up a
        large center's stage for seconds.
        """
        state = self._state
        if not state.is_whole():
            return
        at_ms = self._moment(now_ms)
        present_ms = interval_of(at_ms)
        first = self._closed_ms is None
        since_ms = present_ms if self._closed_ms is None else self._closed_ms
        if first:
            since_ms = max(interval_of(at_ms - KEEP_MS), oldest_ms(state, present_ms))
            state.untold.update(((group, one), None) for group, cells in state.cells.items() for one in cells)
        untold, state.untold = state.untold, {}
        self._closed_ms = present_ms
        whole = range(0)
        if first or since_ms != present_ms or at_ms - self._current_ms >= CURRENT_EVERY_MS:
            self._current_ms = at_ms
            whole = range(since_ms, present_ms + 1, INTERVAL_MS)
        changed = [key for key in untold if key[1] < present_ms and key[1] not in whole]
        at_ms = self._moment(now_ms)
        yield self._news(intervals_counts(state, changed, at_ms), at_ms)
        for starts_ms in whole:
            at_ms = self._moment(now_ms)
            groups = interval_groups(state, starts_ms, at_ms)
            yield self._news({(group, starts_ms): counts for group, counts in groups.items()}, at_ms)

    def _moment(self, now_ms: int) -> int:
        return max(now_ms, self._state.head.at_ms)

    def _news(self, found: Mapping[CellKey, Counts], at_ms: int) -> list[IntervalCounted]:
        return [self._event(key, counts, at_ms) for key, counts in found.items() if self._is_news(key, counts)]

    def _messages(self, at_ms: int, groups: tuple[LiveGroup, ...], *, whole: bool) -> list[MetricsMeasured]:
        state = self._state
        parts = max(1, -(-len(groups) // PART_GROUPS))
        return [
            MetricsMeasured(
                workspace=state.workspace,
                epoch=state.place[0],
                seq=state.place[1],
                at_ms=at_ms,
                day_starts_ms=day_starts_ms(at_ms, state.head.time_zone),
                time_zone=state.head.time_zone or UTC,
                interval_starts_ms=interval_of(at_ms),
                whole=whole,
                part=part + 1,
                parts=parts,
                groups=groups[part * PART_GROUPS : (part + 1) * PART_GROUPS],
            )
            for part in range(parts)
        ]

    def _is_news(self, key: CellKey, counts: Counts) -> bool:
        """Whether it was not told before, as far as is remembered: the last two intervals."""
        news = (counts, self._within_ms(key))
        if self._told.get(key) == news:
            return False
        self._told[key] = news
        oldest_ms = (self._closed_ms or 0) - INTERVAL_MS
        if len(self._told) > MOST_TOLD:
            self._told = {known: told for known, told in self._told.items() if known[1] >= oldest_ms}
        return True

    def _within_ms(self, key: CellKey) -> int | None:
        cell = self._state.cell(*key)
        return None if cell is None else cell.within_ms

    def _event(self, key: CellKey, counts: Counts, at_ms: int) -> IntervalCounted:
        (dimension, name), starts_ms = key
        return IntervalCounted(
            workspace=self._state.workspace,
            epoch=self._state.place[0],
            seq=self._state.place[1],
            starts_ms=starts_ms,
            to_ms=min(at_ms, starts_ms + INTERVAL_MS),
            dimension=dimension,
            id=name,
            counts=counts,
            within_ms=self._within_ms(key),
        )
