"""The message store in memory: the twin of PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence

from consumers.message_writer.rows import MessageRow
from consumers.message_writer.store import Advance, MarkMoved
from runtime.postgres_session import NoAnswer


class MemoryMessageStore:
    """See `consumers.message_writer.store.MessageStore`; while `away` is set nobody answers. With `loses_answers` what is
    asked is done, but nobody hears of it.
    """

    def __init__(self) -> None:
        self.rows: dict[tuple[str, str], MessageRow] = {}
        self.marks: dict[int, int] = {}
        self.away = False
        self.loses_answers = False

    async def begin(self, partition: int, first: int) -> int:
        """See MessageStore."""
        if self.away:
            raise NoAnswer("planted")
        return self.marks.setdefault(partition, first)

    async def append(self, rows: Sequence[MessageRow], advance: Advance) -> int:
        """See MessageStore."""
        if self.away:
            raise NoAnswer("planted")
        added = self._append(rows, advance)
        if self.loses_answers:
            raise NoAnswer("planted after the commit")
        return added

    def _append(self, rows: Sequence[MessageRow], advance: Advance) -> int:
        mark = self.marks[advance.partition]
        if mark == advance.end:
            return 0
        if mark != advance.first:
            raise MarkMoved(f"{mark} instead of {advance.first}")
        before = len(self.rows)
        for row in rows:
            self.rows.setdefault((row.workspace, row.message_id), row)
        self.marks[advance.partition] = advance.end
        return len(self.rows) - before
