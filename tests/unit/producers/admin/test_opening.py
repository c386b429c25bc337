from __future__ import annotations

from producers.admin.calendar import Calendar, Span
from producers.admin.opening import Schedule, Statement, statements
from runtime.events import from_record
from runtime.records import Record
from schemas.inputs import QueueClosed, QueueOpened
from schemas.interactions import Source
from schemas.topics import ROUTING_INPUTS

HOUR_MS = 3_600_000
MORNING = Calendar(time_zone="UTC", week=((Span(9 * 60, 12 * 60),),) * 7)
NIGHT = Calendar(time_zone="UTC", week=((Span(22 * 60, 30 * 60),),) * 7)


def test_each_queue_is_said_to_be_as_its_calendar_has_it_until_the_first_change() -> None:
    calendars = {"service": MORNING, "night": NIGHT, "sales": None}
    schedule = Schedule(workspace="w", version=3, calendars=calendars)
    found, next_ms = statements(schedule, 50 * HOUR_MS)
    assert [(one.queue, one.open, one.since_ms, one.version) for one in found] == [
        ("service", False, 36 * HOUR_MS, 3),
        ("night", True, 46 * HOUR_MS, 3),
        ("sales", True, 0, 3),
    ]
    assert next_ms == 54 * HOUR_MS


def test_without_a_change_to_come_there_is_no_next_moment() -> None:
    assert statements(Schedule(workspace="w", version=1, calendars={"sales": None}), 0)[1] is None


def test_a_statement_has_the_same_place_and_id_whoever_makes_it() -> None:
    closed = Statement(workspace="w", queue="service", version=3, since_ms=36 * HOUR_MS, open=False)
    source = Source(name="hours/service", partition=0, offset=3, index=36 * HOUR_MS)
    assert closed.event() == QueueClosed(workspace="w", queue="service", source=source)
    output = closed.output()
    assert output.key == b"w"
    event, envelope = from_record(
        Record(output.topic, 0, 0, 0, output.key, output.value, output.headers), ROUTING_INPUTS
    )
    assert event == closed.event()
    assert envelope.id == "hours/w/service/3/129600000"
    opened = Statement(workspace="w", queue="service", version=3, since_ms=0, open=True)
    assert isinstance(opened.event(), QueueOpened)
