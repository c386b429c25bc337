"""Recorded calls, whatever log they come from. Values only.

Moments are milliseconds since 1970 of the log's own clock, taken as it stands: no time zone is looked up.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from typing import Final

import msgspec

MS: Final = 1_000
NEUTRAL: Final = 5
_EPOCH: Final = datetime.date(1970, 1, 1).toordinal()
_ODD: Final = re.compile(r"[^a-z0-9_.\-]")
_LONGEST_NAME: Final = 64


class RecordedCall(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One caller who asked for an agent.

    `day`: the day in whose figures and shifts the call counts, `2027-02-06`. `priority`: from 1, the most urgent, to 10;
    `recorded_priority`: as the log has it, to tell groups apart. `waited_ms` None = the log does not say. `patience_ms`:
    how long the caller was ready to wait, None = not known. `begun_ms`, `service_ms` None = not served, or not recorded.
    """

    call_id: str
    day: str
    asked_ms: int
    queue: str
    skill: str | None = None
    type: str
    priority: int = NEUTRAL
    recorded_priority: str = ""
    answered: bool
    queued: bool = True
    waited_ms: int | None = None
    patience_ms: int | None = None
    begun_ms: int | None = None
    service_ms: int | None = None
    agent_id: str | None = None


class RecordedLog(msgspec.Struct, frozen=True, kw_only=True):
    """The calls in the order in which they asked. `lines` were read; `quirks`: how often each oddity was met."""

    calls: tuple[RecordedCall, ...]
    quirks: Mapping[str, int]
    lines: int

    def between(self, first: str | None, last: str | None) -> tuple[RecordedCall, ...]:
        """The calls of these days, both included; None = without a limit."""
        return tuple(
            call for call in self.calls if (first is None or call.day >= first) and (last is None or call.day <= last)
        )


def day_ms(day: str) -> int:
    """The midnight that begins the day. Raises ValueError."""
    return (datetime.date.fromisoformat(day).toordinal() - _EPOCH) * 86_400 * MS


def day_of(at_ms: int) -> str:
    """The day of a moment."""
    return datetime.date.fromordinal(_EPOCH + at_ms // (86_400 * MS)).isoformat()


def hour_of(at_ms: int) -> str:
    """The hour of the day of a moment, `00` to `23`."""
    return f"{at_ms // (3_600 * MS) % 24:02d}"


def name_of(text: str) -> str:
    """A name of the log as the id of an agent, a queue or a skill: small letters, `_` for what an id cannot hold."""
    found = _ODD.sub("_", text.strip().lower())[:_LONGEST_NAME]
    return found if found[:1].isalnum() else f"_{found}"[:_LONGEST_NAME]
