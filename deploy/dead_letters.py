"""Dead letters for an operator: what lies in the `dlq.` topics, and sending one back to where it came from.

A replay appends the original bytes to the original topic and partition. Nothing is removed, so a letter can be replayed
again; what reads the topic recognises a repetition by the event's own id.
"""

from __future__ import annotations

import base64
import contextlib
from collections.abc import AsyncIterator, Iterable

import msgspec

from runtime.broker import Broker, Reader
from runtime.dead_letters import PREFIX, Origin, origin_of, replay_output
from runtime.records import Record, TopicPartition
from schemas.topics import TOPICS, Topic


class Letter(msgspec.Struct, frozen=True):
    """One dead letter; `id` is what `show` and `replay` take."""

    id: str
    topic: str
    partition: int
    offset: int
    stage: str
    reason: str
    timestamp_ms: int
    key: str | None
    bytes: int


class Whole(msgspec.Struct, frozen=True):
    """A letter with its contents: text where the value is UTF-8, else base64."""

    letter: Letter
    headers: dict[str, str]
    text: str | None
    base64: str | None


class NoSuchLetter(Exception):
    """There is no dead letter of that id."""


def original_topics(topics: Iterable[Topic] = TOPICS) -> tuple[str, ...]:
    """The topics that have dead letters."""
    return tuple(topic.name.removeprefix(PREFIX) for topic in topics if topic.name.startswith(PREFIX))


async def letters(reader: Reader, topics: Iterable[str]) -> AsyncIterator[Letter]:
    """Every letter of these original topics, oldest first within each."""
    for topic in topics:
        async for record in _records(reader, PREFIX + topic):
            origin = origin_of(record)
            if origin is not None:
                yield _letter(record, origin)


async def find(reader: Reader, letter_id: str) -> tuple[Record, Origin]:
    """The record of a letter; raises NoSuchLetter."""
    topic, _, number = letter_id.rpartition("/")
    if topic not in original_topics() or not number.isdecimal():
        raise NoSuchLetter(f"no dead letter {letter_id}: an id is a topic and a number, as `dlq list` prints it")
    where, offset = TopicPartition(PREFIX + topic, 0), int(number)
    bounds = await reader.log_range(where)
    if bounds.first <= offset < bounds.end:
        async for batch in reader.read_range(*where, offset, offset + 1):
            for record in batch:
                origin = origin_of(record)
                if origin is not None:
                    return record, origin
    has = f"{bounds.first} to {bounds.end - 1}" if bounds.end > bounds.first else "none"
    raise NoSuchLetter(f"no dead letter {letter_id}: {topic} has {has}")


def whole(record: Record, origin: Origin) -> Whole:
    """Everything about a letter."""
    value = record.value or b""
    text: str | None = None
    with contextlib.suppress(UnicodeDecodeError):
        text = value.decode()
    return Whole(
        letter=_letter(record, origin),
        headers={name: raw.decode(errors="replace") for name, raw in record.headers},
        text=text,
        base64=None if text is not None else base64.b64encode(value).decode(),
    )


async def replay(broker: Broker, reader: Reader, letter_id: str) -> Letter:
    """Sends a letter back and returns it; raises NoSuchLetter."""
    record, origin = await find(reader, letter_id)
    producer = broker.producer()
    await producer.start()
    try:
        await producer.send([replay_output(record, origin)])
    finally:
        await producer.stop()
    return _letter(record, origin)


async def _records(reader: Reader, topic: str) -> AsyncIterator[Record]:
    bounds = await reader.log_range(TopicPartition(topic, 0))
    async for batch in reader.read_range(topic, 0, bounds.first, bounds.end):
        for record in batch:
            yield record


def _letter(record: Record, origin: Origin) -> Letter:
    return Letter(
        id=f"{origin.topic}/{record.offset}",
        topic=origin.topic,
        partition=origin.partition,
        offset=origin.offset,
        stage=origin.stage,
        reason=origin.reason,
        timestamp_ms=record.timestamp_ms,
        key=None if record.key is None else record.key.decode(errors="replace"),
        bytes=len(record.value or b""),
    )
