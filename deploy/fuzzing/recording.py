"""An input log as a file: a gzip of lines `{"offset", "stamp_ms", "event"}`, the form of the recordings in tests."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Sequence

import msgspec

from deploy.fuzzing.life import Line
from schemas import codec
from schemas.topics import ROUTING_INPUTS


class Unreadable(Exception):
    """The bytes are not such a file; the message says why."""


class _Written(msgspec.Struct):
    offset: int
    stamp_ms: int
    event: msgspec.Raw


def written(log: Sequence[Line]) -> bytes:
    """The file's bytes: equal logs give equal bytes."""
    lines = [_Written(offset, stamp_ms, msgspec.Raw(codec.encode(event))) for offset, stamp_ms, event in log]
    return gzip.compress(b"\n".join(msgspec.json.encode(line) for line in lines), mtime=0)


def read(data: bytes) -> list[Line]:
    """The log of a file.

    Raises:
        Unreadable: not a gzip, empty, or a line in it is not an input.
    """
    try:
        found = [msgspec.json.decode(line, type=_Written) for line in gzip.decompress(data).splitlines()]
        if not found:
            raise Unreadable("no line in it")
        return [(line.offset, line.stamp_ms, codec.decode(ROUTING_INPUTS, bytes(line.event))) for line in found]
    except (OSError, EOFError, zlib.error, msgspec.MsgspecError, codec.Undecodable) as error:
        raise Unreadable(str(error)) from error
