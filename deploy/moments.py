"""Moments of a log as people write them: a decision's number, a time of day, or a date and time."""

from __future__ import annotations

import datetime
import re
import zoneinfo
from typing import Final

import msgspec

_PLACE: Final = re.compile(r"(?:(\d+)/)?(\d+)")
_OF_DAY: Final = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?")


class Unreadable(ValueError):
    """Not a moment; the message says what one looks like."""


class Place(msgspec.Struct, frozen=True):
    """A decision's place; `epoch` None: of whichever epoch has it first."""

    epoch: int | None
    seq: int

    def is_at(self, epoch: int, seq: int) -> bool:
        """Whether the decision is this one, or one behind it."""
        if self.epoch is None:
            return seq >= self.seq
        return (epoch, seq) >= (self.epoch, self.seq)


class Instant(msgspec.Struct, frozen=True):
    """A date and time, or a time of the day `of_day`; without a zone of its own it is the workspace's."""

    moment: datetime.datetime | None = None
    of_day: datetime.time | None = None

    def at_ms(self, zone: str | None, now_ms: int) -> int:
        """Milliseconds since 1970; a time of the day is the last one that is not after `now_ms`."""
        tz = zone_of(zone)
        if self.moment is not None:
            moment = self.moment if self.moment.tzinfo is not None else self.moment.replace(tzinfo=tz)
            return round(moment.timestamp() * 1000)
        now = datetime.datetime.fromtimestamp(now_ms / 1000, tz)
        found = datetime.datetime.combine(now.date(), self.of_day or datetime.time(), tz)
        if found > now:
            found -= datetime.timedelta(days=1)
        return round(found.timestamp() * 1000)


def read_place(text: str) -> Place:
    """`SEQ` or `EPOCH/SEQ`. Raises Unreadable."""
    found = _PLACE.fullmatch(text.strip())
    if found is None:
        raise Unreadable(f"{text!r} is no decision's number: SEQ, or EPOCH/SEQ")
    return Place(None if found[1] is None else int(found[1]), int(found[2]))


def read_instant(text: str) -> Instant:
    """`HH:MM`, `HH:MM:SS`, or a date and time as ISO 8601 writes it, with a zone or without. Raises Unreadable."""
    found = _OF_DAY.fullmatch(text.strip())
    if found is not None:
        return Instant(of_day=datetime.time(int(found[1]), int(found[2]), int(found[3] or 0)))
    try:
        return Instant(moment=datetime.datetime.fromisoformat(text.strip()))
    except ValueError:
        raise Unreadable(f"{text!r} is no time: 14:05, 14:05:30 or 2026-11-25T14:05:30+08:00") from None


def read(text: str) -> Place | Instant:
    """A decision's number or a time. Raises Unreadable."""
    return read_place(text) if _PLACE.fullmatch(text.strip()) else read_instant(text)


def zone_of(name: str | None) -> datetime.tzinfo:
    """The zone of that name; UTC for None (as the configuration has it), and for a name that this machine lacks."""
    try:
        return datetime.UTC if name is None else zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return datetime.UTC
