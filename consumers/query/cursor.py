"""Cursors of timelines: a place in one customer's history and the direction from there. Pure.

Opaque to clients and bound to the customer and filters that they were given for. What follows a cursor is the same
however often it is asked, but for what came in between.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from enum import StrEnum
from typing import Final

import msgspec

LONGEST: Final = 512


class Direction(StrEnum):
    """Which way a page goes from its cursor."""

    OLDER = "o"
    NEWER = "n"


class Place(msgspec.Struct, frozen=True, array_like=True):
    """An entry's place in the order of a timeline."""

    at_ms: int
    place: int
    entry_id: str


class Cursor(msgspec.Struct, frozen=True, array_like=True):
    """Below (older) or above (newer) a place; `mark`: of which question."""

    direction: Direction
    place: Place
    mark: str


class BadCursor(ValueError):
    """Not a cursor, or one of another question."""


_DECODER: Final = msgspec.json.Decoder(Cursor)
_MOST_MS: Final = 2**53


def mark_of(*parts: object) -> str:
    """A short name of a question."""
    text = "\x1f".join("" if part is None else str(part) for part in parts)
    return hashlib.blake2b(text.encode(), digest_size=6).hexdigest()


def encode(cursor: Cursor) -> str:
    """The cursor as clients get it."""
    return base64.urlsafe_b64encode(msgspec.json.encode(cursor)).rstrip(b"=").decode()


def decode(text: str, mark: str) -> Cursor:
    """The cursor of a text. Raises BadCursor."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        cursor = _DECODER.decode(raw)
    except (binascii.Error, ValueError, msgspec.MsgspecError) as error:
        raise BadCursor("is not a cursor") from error
    if cursor.mark != mark:
        raise BadCursor("belongs to another customer or another filter")
    if (
        not (0 <= cursor.place.at_ms < _MOST_MS and abs(cursor.place.place) < _MOST_MS)
        or "\x00" in cursor.place.entry_id
    ):
        raise BadCursor("is not a cursor")
    return cursor
