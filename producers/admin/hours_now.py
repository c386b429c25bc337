"""What a document's opening hours mean at a moment, for a person. Pure.

Moments are local times of the hours' own zone, as ISO 8601 with the offset: `2026-11-25T21:00:00+08:00`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec

from producers.admin.calendar import Calendar, standing

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class QueueHours(msgspec.Struct, frozen=True, kw_only=True):
    """A queue that has hours: open or closed `since` until `until`; None = for ever."""

    queue: str
    hours: str
    time_zone: str
    open: bool
    since: str | None
    until: str | None


def hours_now(document: Mapping[str, Any], calendars: Mapping[str, Calendar], at_ms: int) -> list[QueueHours]:
    """The queues of a document that was checked, as far as they have hours."""
    found: list[QueueHours] = []
    for queue, entry in (document.get("queues") or {}).items():
        name = (entry or {}).get("hours")
        if name is not None:
            calendar = calendars[name]
            stands = standing(calendar, at_ms)
            found.append(
                QueueHours(
                    queue=queue,
                    hours=name,
                    time_zone=calendar.time_zone,
                    open=stands.open,
                    since=_local(stands.since_ms, calendar.time_zone),
                    until=_local(stands.until_ms, calendar.time_zone),
                )
            )
    return found


def _local(at_ms: int | None, time_zone: str) -> str | None:
    if at_ms is None:
        return None
    return (_EPOCH + timedelta(milliseconds=at_ms)).astimezone(ZoneInfo(time_zone)).isoformat(timespec="seconds")
