"""What waits for a slow socket: a few frames of its own, and the place in its feed from which it is behind.

Changes are not queued: once there is room again they come as one delta merged from the feed's ring, or as a snapshot.
Frames that cannot be merged (results, messages) wait up to a limit; beyond it the socket is closed as too slow.
"""

from __future__ import annotations

from collections import deque
from typing import Final, Protocol

FRAMES: Final = 64
BYTES: Final = 512 * 1024


class Sink(Protocol):
    """Where frames leave; a socket."""

    def has_room(self) -> bool:
        """False while more than a bounded amount has not left yet."""
        ...

    def write(self, data: bytes) -> None: ...


class Backlog:
    """Exists only while a socket is slow."""

    __slots__ = ("_bytes", "_frames", "behind_from")

    def __init__(self) -> None:
        self.behind_from: int | None = None
        self._frames: deque[bytes] = deque()
        self._bytes = 0

    def fall_behind(self, seq: int) -> None:
        """The client has everything up to `seq`, or to an earlier one that is known."""
        if self.behind_from is None:
            self.behind_from = seq

    def hold(self, data: bytes) -> bool:
        """Keeps a frame for later; False when there are too many."""
        if len(self._frames) >= FRAMES or self._bytes + len(data) > BYTES:
            return False
        self._frames.append(data)
        self._bytes += len(data)
        return True

    def release(self, sink: Sink) -> bool:
        """Writes held frames while there is room; True when none is left and there is room for more."""
        while self._frames and sink.has_room():
            data = self._frames.popleft()
            self._bytes -= len(data)
            sink.write(data)
        return not self._frames and sink.has_room()
