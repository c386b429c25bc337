"""The months that the table is made of, and which of them are wanted. Pure; months are those of UTC.

A month is made for rows from the oldest moment that retention keeps to `AHEAD_DAYS` after now: a sender's clock that is
wrong makes no thousands of tables. A month goes when all of it is older than retention.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

TABLE: Final = "timeline_entries"
AHEAD_DAYS: Final = 366
READY_DAYS: Final = 40
_DAY_MS: Final = 24 * 60 * 60 * 1000
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_NAME: Final = re.compile(rf"{TABLE}_(\d{{4}})_(\d{{2}})")


class Month(NamedTuple):
    """A month of a year; later ones are greater."""

    year: int
    month: int

    @property
    def table(self) -> str:
        """The partition's name."""
        return f"{TABLE}_{self.year:04}_{self.month:02}"

    @property
    def first_ms(self) -> int:
        """Its first moment."""
        return round((datetime(self.year, self.month, 1, tzinfo=UTC) - _EPOCH).total_seconds() * 1000)

    @property
    def end_ms(self) -> int:
        """The first moment after it."""
        return self.next.first_ms

    @property
    def next(self) -> Month:
        """The month after it."""
        return Month(self.year + self.month // 12, self.month % 12 + 1)


class Window(NamedTuple):
    """The moments that have months of their own: from `first_ms` on, below `end_ms`."""

    first_ms: int
    end_ms: int


def month_of(at_ms: int) -> Month:
    """The month in which a moment lies."""
    moment = _EPOCH + timedelta(milliseconds=at_ms)
    return Month(moment.year, moment.month)


def named(table: str) -> Month | None:
    """The month that a partition is for; None for another name."""
    match = _NAME.fullmatch(table)
    return None if match is None else Month(int(match[1]), int(match[2]))


def window(now_ms: int, keep_days: int) -> Window:
    """Which moments have months, now."""
    return Window(month_of(max(0, oldest_kept_ms(now_ms, keep_days))).first_ms, now_ms + AHEAD_DAYS * _DAY_MS)


def oldest_kept_ms(now_ms: int, keep_days: int) -> int:
    """What happened before this moment need not be kept."""
    return now_ms - keep_days * _DAY_MS


def needed(moments: Iterable[int], within: Window) -> list[Month]:
    """The months that rows of these moments need, in order."""
    days = {at_ms // _DAY_MS for at_ms in moments if within.first_ms <= at_ms < within.end_ms}
    return sorted({month_of(day * _DAY_MS) for day in days})


def ahead(now_ms: int) -> list[Month]:
    """The months that are made before a row needs them."""
    return sorted({month_of(now_ms), month_of(now_ms + READY_DAYS * _DAY_MS), month_of(now_ms).next})


def past(tables: Iterable[str], oldest_ms: int) -> list[Month]:
    """Of these partitions the months that lie wholly before `oldest_ms`, oldest first."""
    months = (named(table) for table in tables)
    return sorted(month for month in months if month is not None and month.end_ms <= oldest_ms)
