"""Where customers are kept, seen by the stage. PostgreSQL and its twin in memory pass the same suite.

`settle` is one transaction: look up, decide, write, and the mark of what was stored before. When somebody else has linked
one of the contact points meanwhile, nothing of it is kept and it is decided anew on what is there now.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import msgspec

from streams.identity.model import Contact, Outcome


class Mark(msgspec.Struct, frozen=True):
    """Everything of that partition of interactions.v1 below `stored_offset` is stored, and routing knows it."""

    partition: int
    stored_offset: int


class IdentityStore(Protocol):
    """Raises `runtime.postgres_session.NoAnswer` when the database is away, too busy or going; anything else is a fault of the program."""

    async def settle(self, contacts: Sequence[Contact], mark: Mark | None) -> Sequence[Outcome]:
        """Settles contacts in their order (see `streams.identity.settle`): one outcome each, committed."""
        ...

    async def mark_of(self, partition: int) -> int | None:
        """The stored mark of a partition; None = it has none."""
        ...

    async def move_mark(self, mark: Mark) -> None:
        """Moves a mark; it never goes back."""
        ...

    async def ping(self) -> None:
        """Returns when the database answers."""
        ...
