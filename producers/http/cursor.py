"""The opaque cursor of a poll: how far its adapter has seen each partition. Pure.

It holds the next offset of the workspace's partition of decisions and of every partition of messages, and whose it is:
a cursor serves only the adapter that it was given to. Good on every instance and after any restart.
"""

from __future__ import annotations

import base64
import binascii
from typing import Final

import msgspec

from producers.http.problems import invalid
from runtime.problems import Problem
from runtime.validation import FieldError

FIRST: Final = "first"
"""What to ask for instead of a cursor to get everything from the log's beginning."""
_FORM: Final = 1


class Cursor(msgspec.Struct, frozen=True, array_like=True):
    """`mark`: `schemas.ids.adapter_mark`; `decisions`, `messages`: next offsets, messages by partition."""

    form: int
    mark: str
    decisions: int
    messages: tuple[int, ...]


def new(mark: str, decisions: int, messages: tuple[int, ...]) -> Cursor:
    """A cursor of the present form."""
    return Cursor(_FORM, mark, decisions, messages)


def encode(cursor: Cursor) -> str:
    """The cursor as it stands in a URL."""
    return base64.urlsafe_b64encode(msgspec.msgpack.encode(cursor)).rstrip(b"=").decode()


def decode(text: str, mark: str, message_partitions: int) -> Cursor:
    """Raises Problem (422) for what is not a cursor of this adapter."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        cursor = msgspec.msgpack.decode(raw, type=Cursor)
    except (binascii.Error, ValueError, msgspec.MsgspecError):
        raise _not_ours() from None
    whole = cursor.form == _FORM and len(cursor.messages) == message_partitions
    if not whole or cursor.mark != mark or min(cursor.decisions, *cursor.messages) < 0:
        raise _not_ours()
    return cursor


def _not_ours() -> Problem:
    return invalid([FieldError("query after", f"is not a cursor of this adapter; leave it out or say {FIRST}")])
