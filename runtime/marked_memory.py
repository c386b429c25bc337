"""The marked store in memory: the twin of PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Generic

from runtime.marked_writer import Advance, MarkMoved, Row
from runtime.postgres_session import NoAnswer


class MemoryMarkedStore(Generic[Row]):
    """See `runtime.marked_writer.MarkedStore`; `identity` tells what a row is a repetition of.

    While `away` is set nobody answers. With `loses_answers` what is asked is done, but nobody hears of it.
    """

    def __init__(self, identity: Callable[[Row], Hashable]) -> None:
        self.rows: dict[Hashable, Row] = {}
        self.marks: dict[int, int] = {}
        self.away = False
        self.loses_answers = False
        self._identity = identity

    async def begin(self, partition: int, first: int) -> int:
        """See MarkedStore."""
        if self.away:
            raise NoAnswer("planted")
        return self.marks.setdefault(partition, first)

    async def append(self, rows: Sequence[Row], advance: Advance) -> int:
        """See MarkedStore."""
        if self.away:
            raise NoAnswer("planted")
        added = self._append(rows, advance)
        if self.loses_answers:
            raise NoAnswer("planted after the commit")
        return added

    def _append(self, rows: Sequence[Row], advance: Advance) -> int:
        mark = self.marks[advance.partition]
        if mark == advance.end:
            return 0
        if mark != advance.first:
            raise MarkMoved(f"{mark} instead of {advance.first}")
        before = len(self.rows)
        for row in rows:
            self.rows.setdefault(self._identity(row), row)
        self.marks[advance.partition] = advance.end
        return len(self.rows) - before
