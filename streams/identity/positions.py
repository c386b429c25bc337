"""Where a partition stands: what was sent to routing, and up to where everything is stored. Pure.

- `sent` is the next record of interactions.v1 to be taken; it is the group's position.
- `stored` is only ever moved past a record once its rows are committed and the broker has acknowledged what identity
  knows of it, so that it may be written down at any later moment. None = not read from the store yet.
- Records below `reread_below` may have been sent before this process began, perhaps unidentified: only the late pass
  moves `stored` past them.
"""

from __future__ import annotations

from runtime.errors import LogBroken
from runtime.stage import LogRange


class Positions:
    """The positions of one partition since it was opened."""

    def __init__(self, sent: int, log: LogRange) -> None:
        self.sent = sent
        self.reread_below = log.end
        self.stored: int | None = None
        self._written: int | None = None
        self._log = log

    def learn(self, mark: int | None) -> None:
        """The store's mark has been read; None = it has none, and the late pass begins with the log.

        Raises LogBroken when the mark lies beyond the log (recreated), or before it (records lost unstored).
        """
        if mark is not None and mark > self._log.end:
            raise LogBroken(f"interactions are stored up to {mark}, but the log ends at {self._log.end}")
        if mark is not None and mark < self._log.first:
            raise LogBroken(f"interactions are stored up to {mark}, but the log starts at {self._log.first}")
        self._written = mark
        self.stored = self._log.first if mark is None else mark

    def acknowledged(self, next_offset: int, *, settled: bool) -> None:
        """The outputs of all below `next_offset` are acknowledged; `settled` = their rows are committed and they went
        out with what identity knows.
        """
        follows = self.stored == self.sent and self.sent >= self.reread_below
        self.sent = next_offset
        if settled and follows:
            self.stored = next_offset

    def late_range(self, limit: int) -> tuple[int, int] | None:
        """The next records for the late pass, at most `limit`; None = nothing is left."""
        if self.stored is None or self.stored >= self.sent:
            return None
        return self.stored, min(self.sent, self.stored + limit)

    def late_acknowledged(self, next_offset: int) -> None:
        """The late pass has committed and sent everything below `next_offset`."""
        self.stored = next_offset

    @property
    def unwritten(self) -> int | None:
        """The mark that the store does not have yet, if any."""
        return None if self.stored is None or self.stored == self._written else self.stored

    def written(self, mark: int | None) -> None:
        """The store has committed that mark."""
        if mark is not None:
            self._written = mark

    @property
    def backlog(self) -> int:
        """Records sent, but not stored."""
        return 0 if self.stored is None else max(0, self.sent - self.stored)
