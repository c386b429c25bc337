"""Where messages are kept, seen by the stage. PostgreSQL and its twin in memory pass the same suite."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import msgspec

from consumers.message_writer.rows import MessageRow


class Advance(msgspec.Struct, frozen=True):
    """A partition's mark moves from `first` to `end`: the rows between are all that it held."""

    partition: int
    first: int
    end: int


class MarkMoved(Exception):
    """The mark is not where this writer left it and not where it goes: rows are missing, or another writer is at it."""


class MessageStore(Protocol):
    """Raises `runtime.postgres_session.NoAnswer` when the database is away."""

    async def begin(self, partition: int, first: int) -> int:
        """The partition's mark; set to `first` when there is none."""
        ...

    async def append(self, rows: Sequence[MessageRow], advance: Advance) -> int:
        """Keeps rows and mark in one transaction and returns how many are new. A message kept before stays as it is.
        An advance that was made already does nothing. Raises MarkMoved.
        """
        ...
