"""Records as they come from a topic and as they go to one.

Both are frozen and hold bytes: what the bytes mean is decided in `runtime.events` over `schemas.codec`.
"""

from __future__ import annotations

from typing import NamedTuple

import msgspec

Headers = tuple[tuple[str, bytes], ...]


class TopicPartition(NamedTuple):
    """One partition of a topic; equal to aiokafka's own pair of the same values."""

    topic: str
    partition: int


class Record(msgspec.Struct, frozen=True, gc=False):
    """One consumed record; `timestamp_ms` is the broker's where the topic uses LogAppendTime."""

    topic: str
    partition: int
    offset: int
    timestamp_ms: int
    key: bytes | None
    value: bytes | None
    headers: Headers


class Output(msgspec.Struct, frozen=True, gc=False):
    """One record to send; `partition` None = chosen by the key's murmur2 hash, as every Kafka client does."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Headers = ()
    partition: int | None = None


def header(headers: Headers, name: str) -> bytes | None:
    """The value of the first header called `name`, or None."""
    for key, value in headers:
        if key == name:
            return value
    return None
