"""Dead letters: records that cannot be processed, kept with their original bytes and the reason.

A dead letter lies in `dlq.<topic>` with the record's own key, value and headers, and five `dlq_` headers that say
where it came from and why. Replaying it appends the original bytes to the original topic.
"""

from __future__ import annotations

from typing import Final

import msgspec

from runtime.records import Headers, Output, Record, header

PREFIX: Final = "dlq."
REASON: Final = "dlq_reason"
TOPIC: Final = "dlq_topic"
PARTITION: Final = "dlq_partition"
OFFSET: Final = "dlq_offset"
STAGE: Final = "dlq_stage"
REPLAYED: Final = "dlq_replayed_from"
_OWN: Final = frozenset({REASON, TOPIC, PARTITION, OFFSET, STAGE})


class DeadLetter(msgspec.Struct, frozen=True):
    """A record that a stage refused for ever, with the reason in words."""

    record: Record
    reason: str


class Origin(msgspec.Struct, frozen=True):
    """Where a dead letter came from and why it died."""

    topic: str
    partition: int
    offset: int
    stage: str
    reason: str


def to_output(dead: DeadLetter, stage: str) -> Output:
    """The record for the topic of dead letters."""
    record = dead.record
    origin: Headers = (
        (REASON, dead.reason.encode()),
        (TOPIC, record.topic.encode()),
        (PARTITION, str(record.partition).encode()),
        (OFFSET, str(record.offset).encode()),
        (STAGE, stage.encode()),
    )
    kept = tuple(pair for pair in record.headers if pair[0] not in _OWN)
    return Output(PREFIX + record.topic, record.key, record.value, kept + origin, partition=0)


def origin_of(letter: Record) -> Origin | None:
    """What the headers of a dead letter say; None when they are not a dead letter's."""
    topic, partition, offset = (header(letter.headers, name) for name in (TOPIC, PARTITION, OFFSET))
    if topic is None or partition is None or offset is None or not (partition.isdigit() and offset.isdigit()):
        return None
    reason, stage = header(letter.headers, REASON) or b"", header(letter.headers, STAGE) or b""
    return Origin(
        topic=topic.decode(errors="replace"),
        partition=int(partition),
        offset=int(offset),
        stage=stage.decode(errors="replace"),
        reason=reason.decode(errors="replace"),
    )


def replay_output(letter: Record, origin: Origin) -> Output:
    """The original bytes for the original topic and partition, with a header that names the dead letter."""
    kept = tuple(pair for pair in letter.headers if pair[0] not in _OWN and pair[0] != REPLAYED)
    named = f"{letter.topic}/{letter.partition}/{letter.offset}".encode()
    return Output(origin.topic, letter.key, letter.value, (*kept, (REPLAYED, named)), partition=origin.partition)
