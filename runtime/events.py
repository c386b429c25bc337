"""Events on Kafka: CloudEvents in binary mode, from a Struct to an Output and from a Record back."""

from __future__ import annotations

from typing import TypeVar

from runtime.errors import Invalid
from runtime.records import Output, Record
from schemas.codec import Undecodable, decode, encode
from schemas.envelope import Envelope, from_headers, to_headers
from schemas.event import Event, wire_type
from schemas.topics import Topic

EventT = TypeVar("EventT", bound=Event)


def to_output(
    event: Event,
    topic: Topic,
    *,
    key: str,
    event_id: str,
    source: str,
    subject: str | None = None,
    traceparent: str | None = None,
    partition: int | None = None,
) -> Output:
    """The record of an event; `event_id` is unique within `source`."""
    envelope = Envelope(
        id=event_id,
        source=source,
        type=wire_type(event),
        version=event.VERSION,
        subject=subject,
        traceparent=traceparent,
    )
    return Output(topic.name, key.encode(), encode(event), to_headers(envelope), partition)


def event_of(record: Record, topic: Topic, kind: type[EventT]) -> EventT:
    """The event of a record of a topic that holds one kind only; raises Invalid as `from_record`."""
    event, _ = from_record(record, topic)
    if not isinstance(event, kind):
        raise TypeError(f"{topic.name} decodes to {type(event).__name__}")
    return event


def from_record(record: Record, topic: Topic) -> tuple[Event, Envelope]:
    """The event of a record and its envelope; raises Invalid with the reason when there is none to be had."""
    try:
        envelope = from_headers(record.headers)
        event = decode(topic, record.value or b"", envelope.version)
    except Undecodable as error:
        raise Invalid(str(error)) from error
    except ValueError as error:
        raise Invalid(f"{topic.name}: {error}") from error
    if not isinstance(event, Event) or wire_type(event) != envelope.type:
        raise Invalid(f"{topic.name}: the envelope says {envelope.type}, the value is another event")
    return event, envelope
