"""What opening hours say of queues, as statements for the routing log. Pure.

A statement's place is (version of the document, moment of the change): the same document says the same of the same
moment, whoever says it and however often, and the engine ignores what is not above the last one of its queue. So several
processes may say it, late, twice, and in any order.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from producers.admin.calendar import ALWAYS_OPEN, Calendar, Standing, standing
from runtime.events import to_output
from runtime.records import Output
from schemas.inputs import QueueClosed, QueueOpened
from schemas.interactions import Source
from schemas.topics import ROUTING_INPUTS

SOURCE: Final = "hubline/admin"
MARK: Final = "hours/"
"""The source of a queue's statements is this and the queue's name."""


class Schedule(msgspec.Struct, frozen=True, kw_only=True):
    """The hours of one version: queues to calendars; None = had hours once and has none any more: open."""

    workspace: str
    version: int
    calendars: Mapping[str, Calendar | None]


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """That a queue is open, or closed, since a moment; 0 = since ever."""

    workspace: str
    queue: str
    version: int
    since_ms: int
    open: bool

    @property
    def place(self) -> tuple[int, int]:
        """What orders the statements of a queue."""
        return self.version, self.since_ms

    def event(self) -> QueueOpened | QueueClosed:
        """The input."""
        kind = QueueOpened if self.open else QueueClosed
        source = Source(name=f"{MARK}{self.queue}", partition=0, offset=self.version, index=self.since_ms)
        return kind(workspace=self.workspace, queue=self.queue, source=source)

    def output(self) -> Output:
        """Its record; the same statement has the same id."""
        return to_output(
            self.event(),
            ROUTING_INPUTS,
            key=self.workspace,
            event_id=f"hours/{self.workspace}/{self.queue}/{self.version}/{self.since_ms}",
            source=SOURCE,
            subject=self.workspace,
        )


def statements(schedule: Schedule, at_ms: int) -> tuple[list[Statement], int | None]:
    """What holds at `at_ms` for each queue, and until when nothing of it changes; None = for ever."""
    found: list[Statement] = []
    next_ms: int | None = None
    known: dict[int, Standing] = {}
    for queue, calendar in schedule.calendars.items():
        if calendar is None:
            stands = ALWAYS_OPEN
        else:
            stands = known.get(id(calendar)) or known.setdefault(id(calendar), standing(calendar, at_ms))
        if stands.until_ms is not None and (next_ms is None or stands.until_ms < next_ms):
            next_ms = stands.until_ms
        found.append(
            Statement(
                workspace=schedule.workspace,
                queue=queue,
                version=schedule.version,
                since_ms=max(0, stands.since_ms or 0),
                open=stands.open,
            )
        )
    return found, next_ms
