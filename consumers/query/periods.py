"""Figures of quarters of an hour added up to hours and days by a wall clock. Pure.

A span's figures are the sums of its quarters: days of 23 and 25 hours come out right, and an hour that the clock shows
twice is two hours. What is divided follows from the sums, never from averages.
"""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Final, NamedTuple

import msgspec

from consumers.query.answers import Span
from consumers.query.parameters import By
from schemas.metrics import INTERVAL_MS, Counts, Dimension
from schemas.metrics_derived import ANSWERING, derive, formula_of

DEFAULT_ZONE: Final = "UTC"
_SUMMED: Final = tuple(field.name for field in msgspec.structs.fields(Counts) if field.name != "status_ms")


class Quarter(NamedTuple):
    """One group's counts of the interval that begins at `starts_ms`, counted up to `to_ms`."""

    dimension: Dimension
    id: str
    starts_ms: int
    to_ms: int
    within_ms: int | None
    counts: Counts


class Bounds(NamedTuple):
    """From `starts_ms`, included, to `ends_ms`."""

    starts_ms: int
    ends_ms: int


class Calendar:
    """Spans of one length by the clock of one time zone."""

    def __init__(self, by: By, time_zone: str) -> None:
        self._by = by
        self._zone = zoneinfo.ZoneInfo(time_zone)
        self._known: dict[int, Bounds] = {}

    def around(self, at_ms: int) -> Bounds:
        """The span that this moment lies in."""
        starts_ms = self._start(at_ms)
        bounds = self._known.get(starts_ms)
        if bounds is None:
            ends_ms = starts_ms - starts_ms % INTERVAL_MS + INTERVAL_MS
            while self._start(ends_ms) == starts_ms:
                ends_ms += INTERVAL_MS
            bounds = self._known[starts_ms] = Bounds(starts_ms, ends_ms)
        return bounds

    def widened(self, from_ms: int, to_ms: int) -> Bounds:
        """Whole spans, all that touch the moments from `from_ms` up to `to_ms`."""
        last_ms = max(from_ms, to_ms - 1)
        return Bounds(self.around(from_ms).starts_ms, self.around(last_ms).ends_ms)

    def _start(self, at_ms: int) -> int:
        if self._by is By.INTERVAL:
            return at_ms - at_ms % INTERVAL_MS
        local = datetime.fromtimestamp(at_ms // 1000, UTC).astimezone(self._zone)
        floor = local.replace(minute=0, second=0, microsecond=0)
        if self._by is By.DAY:
            floor = floor.replace(hour=0, fold=0)
        return int(floor.timestamp()) * 1000


def spans(quarters: Iterable[Quarter], calendar: Calendar, formulas: Mapping[str, str]) -> tuple[Span, ...]:
    """The quarters added up, in order of time, then dimension and id. `formulas`: the service level's of each queue."""
    groups: dict[tuple[Bounds, str, str], list[Quarter]] = {}
    for quarter in quarters:
        key = (calendar.around(quarter.starts_ms), quarter.dimension.value, quarter.id)
        groups.setdefault(key, []).append(quarter)
    return tuple(_span(key[0], groups[key], formulas) for key in sorted(groups))


def total(counts: Iterable[Counts]) -> Counts:
    """The sums."""
    found = list(counts)
    numbers = {name: sum(getattr(one, name) for one in found) for name in _SUMMED}
    statuses = sorted({status for one in found for status in one.status_ms})
    status_ms = {status: sum(one.status_ms.get(status, 0) for one in found) for status in statuses}
    return Counts(**numbers, status_ms=status_ms)


def _span(bounds: Bounds, quarters: list[Quarter], formulas: Mapping[str, str]) -> Span:
    dimension, group = quarters[0].dimension, quarters[0].id
    formula = formulas.get(group) if dimension is Dimension.QUEUE else formula_of(dimension)
    counts = total(quarter.counts for quarter in quarters)
    thresholds = {quarter.within_ms for quarter in quarters}
    within_ms = thresholds.pop() if len(thresholds) == 1 else None
    return Span(
        dimension=dimension,
        id=group,
        starts_ms=bounds.starts_ms,
        ends_ms=bounds.ends_ms,
        complete_to_ms=max(quarter.to_ms for quarter in quarters),
        counts=counts,
        derived=derive(counts, formula=formula, within_ms=within_ms, waits=dimension not in ANSWERING),
    )
