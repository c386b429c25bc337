"""Intervals and days. Intervals begin at multiples of their length since 1970; a day begins at local midnight."""

from __future__ import annotations

import datetime as dt
import functools
import zoneinfo
from collections.abc import Iterator
from typing import Final

from schemas.metrics import INTERVAL_MS

UTC: Final = "UTC"
SECOND_MS: Final = 1000


def interval_of(at_ms: int) -> int:
    """When the interval begins that this moment belongs to."""
    return at_ms - at_ms % INTERVAL_MS


def pieces(from_ms: int, to_ms: int) -> Iterator[tuple[int, int]]:
    """A span of time cut at the intervals' borders: where each interval begins, and how much of the span lies in it."""
    while from_ms < to_ms:
        starts_ms = interval_of(from_ms)
        ends_ms = min(to_ms, starts_ms + INTERVAL_MS)
        yield starts_ms, ends_ms - from_ms
        from_ms = ends_ms


def overlap_ms(from_ms: int, to_ms: int, low_ms: int, high_ms: int) -> int:
    """How much of one span lies in another."""
    return max(0, min(to_ms, high_ms) - max(from_ms, low_ms))


def day_starts_ms(at_ms: int, time_zone: str | None) -> int:
    """The last midnight in that time zone (None = UTC), whatever its clocks did since then. Where clocks skip midnight,
    the moment at which they do; where midnight comes twice, the first. A zone that nobody knows counts as UTC.
    """
    zone = _zone(time_zone or UTC)
    local = dt.datetime.fromtimestamp(at_ms // SECOND_MS, zone)
    midnight = dt.datetime(local.year, local.month, local.day, tzinfo=zone)
    return int(midnight.timestamp()) * SECOND_MS


@functools.cache
def _zone(name: str) -> dt.tzinfo:
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return dt.UTC
