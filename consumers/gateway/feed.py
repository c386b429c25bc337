"""The changes of one scope, told to all sessions that share it.

A feed keeps its latest changes in a bounded ring. Who is behind (a slow socket, or a client that came back with a
cursor) gets one delta merged from the ring; who is further behind than the ring reaches gets a fresh snapshot. So a
backlog costs a client one number, and is bounded for all together.
"""

from __future__ import annotations

from collections import deque
from typing import Final, NamedTuple

from consumers.gateway.changes import Change, delta
from consumers.gateway.scopes import Scope, keys_of, scope_mark, snapshot
from schemas.live import encode
from schemas.view import View

RING_CHANGES: Final = 256
RING_VALUES: Final = 4_096


class _Told(NamedTuple):
    after: int
    seq: int
    change: Change


class Feed:
    """One scope of one workspace."""

    __slots__ = ("_floor", "_pending", "_ring", "_ring_values", "_snapshot", "epoch", "keys", "mark", "scope", "seq")

    def __init__(self, scope: Scope, view: View) -> None:
        self.scope = scope
        self.mark = scope_mark(view.workspace, scope)
        self.keys = keys_of(scope, view)
        self.epoch = view.epoch
        self.seq = view.seq
        self._floor = view.seq
        self._pending: Change | None = None
        self._ring: deque[_Told] | None = None
        self._ring_values = 0
        self._snapshot: bytes | None = None

    def change(self) -> Change:
        """What this scope will be told next."""
        if self._pending is None:
            self._pending = Change()
        return self._pending

    def restart(self, view: View) -> None:
        """Deltas from before do not lead here: everyone needs a snapshot."""
        self.keys = keys_of(self.scope, view)
        self.epoch, self.seq, self._floor = view.epoch, view.seq, view.seq
        self._pending = self._ring = self._snapshot = None
        self._ring_values = 0

    def close_change(self, view: View, told_now: bool) -> bytes | None:
        """Puts what is pending into the ring; its frame when `told_now`, and None when there is nothing to tell."""
        self._snapshot = None
        change, self._pending = self._pending, None
        if not change:
            return None
        told = _Told(self.seq, view.seq, change)
        self.seq = view.seq
        self._keep(told)
        if not told_now:
            return None
        return delta(view, change, after=told.after, seq=told.seq, at_ms=view.at_ms, mark=self.mark)

    def reaches(self, epoch: int, seq: int) -> bool:
        """Whether a client at that place can be brought up to date from the ring."""
        return epoch == self.epoch and seq >= self._floor

    def since(self, seq: int, view: View) -> bytes | None:
        """One delta from `seq` to now; None = nothing has changed for this scope. Only where the ring `reaches`."""
        merged = Change()
        last = seq
        for told in self._ring or ():
            if told.seq > seq:
                merged.merge(told.change)
                last = told.seq
        if last == seq:
            return None
        return delta(view, merged, after=seq, seq=last, at_ms=view.at_ms, mark=self.mark)

    def fresh(self, view: View) -> bytes:
        """The frame of a snapshot; made once for all who ask at one moment."""
        if self._snapshot is None:
            self._snapshot = encode(snapshot(view, self.scope, self.mark))
        return self._snapshot

    def _keep(self, told: _Told) -> None:
        if self._ring is None:
            self._ring = deque()
        self._ring.append(told)
        self._ring_values += len(told.change.values)
        while len(self._ring) > RING_CHANGES or (self._ring_values > RING_VALUES and len(self._ring) > 1):
            gone = self._ring.popleft()
            self._floor = gone.seq
            self._ring_values -= len(gone.change.values)
