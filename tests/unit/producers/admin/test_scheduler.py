from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from typing import Any, cast

import pytest
import structlog

from producers.admin.calendar import Calendar, Span
from producers.admin.opening import Schedule
from producers.admin.problems import InvalidDocument
from producers.admin.scheduler import Scheduler
from runtime.clock import ManualClock
from runtime.events import from_record
from runtime.memory import MemoryBroker, records_of
from runtime.metrics import Metrics
from runtime.validation import FieldError
from schemas.inputs import QueueClosed, QueueOpened
from schemas.topics import ROUTING_INPUTS, WORKSPACE_PARTITIONS
from tests.support.waiting import eventually

HOUR_MS = 3_600_000
MORNING = Calendar(time_zone="UTC", week=((Span(9 * 60, 12 * 60),),) * 7)
START_MS = 20_000 * 24 * HOUR_MS + 8 * HOUR_MS
"""Eight o'clock."""


class Documents:
    """The documents in force, and a database that may be away."""

    def __init__(self) -> None:
        self.schedules: dict[str, Schedule] = {}
        self.opened_queues: list[tuple[str, int]] = []
        self.is_away = False

    def put(self, version: int, **calendars: Calendar | None) -> None:
        self.schedules["w"] = Schedule(workspace="w", version=version, calendars=calendars)

    async def in_force(self) -> Mapping[str, int]:
        if self.is_away:
            raise OSError("away")
        return {name: schedule.version for name, schedule in self.schedules.items()}

    async def schedule(self, workspace: str, version: int) -> Schedule:
        if version == 13:
            raise InvalidDocument([FieldError("hours", "cannot be read")])
        found = self.schedules[workspace]
        assert found.version == version
        return found

    async def opened(self, workspace: str, queues: list[str], version: int) -> None:
        if self.is_away:
            raise OSError("away")
        self.opened_queues.extend((queue, version) for queue in queues)


class Day:
    """A scheduler over memory, and a clock that is moved by hand."""

    def __init__(self) -> None:
        self.clock = ManualClock(START_MS)
        self.documents = Documents()
        self.broker = MemoryBroker({ROUTING_INPUTS.name: WORKSPACE_PARTITIONS}, self.clock)
        self.metrics = Metrics()

    def scheduler(self) -> Scheduler:
        logger = cast(Any, structlog.get_logger())
        return Scheduler(self.documents, self.broker, self.clock, logger, self.metrics)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[Scheduler]:
        made = self.scheduler()
        task = asyncio.create_task(made.run())
        try:
            yield made
        finally:
            task.cancel()
            await asyncio.wait({task})

    def said(self) -> list[str]:
        found = []
        for record in records_of(self.broker, ROUTING_INPUTS.name):
            event, _ = from_record(record, ROUTING_INPUTS)
            assert isinstance(event, QueueOpened | QueueClosed)
            assert event.source is not None
            hour = (event.source.index - START_MS) // HOUR_MS + 8
            word = "open" if isinstance(event, QueueOpened) else "closed"
            found.append(f"{event.queue} {word} v{event.source.offset}" + (f" {hour}:00" if event.source.index else ""))
        return found

    async def expect(self, *said: str) -> None:
        await eventually(lambda: self.said() == list(said), what=f"{said}, not {self.said()}")

    async def until(self, hour: float, left_ms: int = 2_000) -> None:
        """Goes to that o'clock: at one leap, but for the last seconds, in which everybody wakes when due."""
        await settled()
        to_ms = START_MS + int((hour - 8) * HOUR_MS)
        self.clock.advance_ms(max(0, to_ms - left_ms - self.clock.now_ms()))
        await settled()
        while (left_ms := to_ms - self.clock.now_ms()) > 0:
            self.clock.advance_ms(min(left_ms, max(1, self.clock.until_next_ms or left_ms)))
            await settled()

    def metric(self, name: str, **labels: str) -> float | None:
        return self.metrics.registry.get_sample_value(name, labels)


async def settled() -> None:
    """All who can go on have."""
    for _ in range(30):
        await asyncio.sleep(0)


@pytest.fixture
def day() -> Day:
    made = Day()
    made.documents.put(1, service=MORNING)
    return made


async def test_a_queue_is_opened_and_closed_as_its_hours_say(day: Day) -> None:
    async with day.running():
        await day.expect("service closed v1 -12:00")
        await day.until(8.99)
        assert len(day.said()) == 1
        await day.until(9)
        await day.expect("service closed v1 -12:00", "service open v1 9:00")
        await day.until(12)
        await day.expect("service closed v1 -12:00", "service open v1 9:00", "service closed v1 12:00")
    assert day.metric("hubline_hours_stated_total", state="closed") == 2
    assert day.metric("hubline_hours_late_seconds_count") == 3
    assert day.metric("hubline_hours_late_seconds_bucket", le="0.064") == 3


async def test_a_new_document_is_obeyed_at_once_and_what_lost_its_hours_is_opened(day: Day) -> None:
    async with day.running():
        await day.expect("service closed v1 -12:00")
        day.documents.put(2, service=None, sales=MORNING)
        await day.until(8.001)
        await day.expect("service closed v1 -12:00", "service open v2", "sales closed v2 -12:00")
        assert day.documents.opened_queues == [("service", 2)]


async def test_a_version_is_enforced_before_anybody_is_told_that_it_is_applied(day: Day) -> None:
    producer = day.broker.producer()
    await producer.start()
    made = day.scheduler()
    await made.enforce("w", 1, producer)
    assert day.said() == ["service closed v1 -12:00"]
    await made.enforce("w", 1, producer)
    assert len(day.said()) == 1


async def test_after_a_restart_it_says_what_is_now(day: Day) -> None:
    async with day.running():
        await day.expect("service closed v1 -12:00")
    day.clock.advance_ms(5 * HOUR_MS)
    async with day.running():
        await day.expect("service closed v1 -12:00", "service closed v1 12:00")


async def test_two_processes_say_the_same(day: Day) -> None:
    async with day.running(), day.running():
        await day.expect(*["service closed v1 -12:00"] * 2)
        await day.until(9)
        await eventually(lambda: day.said()[2:] == ["service open v1 9:00"] * 2)


async def test_without_the_database_the_last_known_document_holds(day: Day) -> None:
    async with day.running():
        await day.expect("service closed v1 -12:00")
        day.documents.is_away = True
        await day.until(9)
        await day.expect("service closed v1 -12:00", "service open v1 9:00")
        day.documents.put(2, service=None)
        day.documents.is_away = False
        await day.until(9.001)
        await eventually(lambda: day.said()[-1] == "service open v2")


async def test_without_the_broker_it_keeps_trying_and_says_what_is_not_what_was_missed(day: Day) -> None:
    async with day.running() as scheduler:
        await day.expect("service closed v1 -12:00")
        day.broker.faults.go_away()
        await day.until(9)
        await day.until(9.5)
        assert day.metric("hubline_hours_overdue_seconds") == pytest.approx(1_800, abs=2)
        day.broker.faults.come_back()
        await day.until(9.6)
        await day.expect("service closed v1 -12:00", "service open v1 9:00")
        assert day.metric("hubline_hours_overdue_seconds") == 0
        day.broker.faults.fail_next_send()
        await day.until(12)
        assert scheduler.trouble is not None
        assert "BrokerFault" in scheduler.trouble
        await day.until(12.001)
        await eventually(lambda: day.said()[-1] == "service closed v1 12:00")
        assert scheduler.trouble is None


async def test_hours_that_cannot_be_read_leave_everything_as_it_was(day: Day) -> None:
    async with day.running():
        await day.expect("service closed v1 -12:00")
        day.documents.put(13, service=None)
        await day.until(9.1)
        await day.expect("service closed v1 -12:00", "service open v1 9:00")
        day.documents.put(14, service=None)
        await day.until(9.2)
        await eventually(lambda: day.said()[-1] == "service open v14")
