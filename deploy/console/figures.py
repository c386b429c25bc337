"""The figures that one client has: a fold of the frames that carry them, each group with its latest values. Pure."""

from __future__ import annotations

from schemas.live import ExpectedWait, MetricsShown, MetricsStale, WaitsShown
from schemas.metrics import Dimension, LiveGroup


class Figures:
    """`head` is the last frame of figures (None = none came yet), `stale` says that they have stopped coming.
    `waits`: the last frame of expected waits.
    """

    def __init__(self) -> None:
        self.head: MetricsShown | None = None
        self.stale: MetricsStale | None = None
        self.waits: WaitsShown | None = None
        self._groups: dict[tuple[Dimension, str], LiveGroup] = {}

    @property
    def is_told(self) -> bool:
        """Whether the gateway has said all that it has, be it nothing."""
        return self.stale is not None or (self.head is not None and not self.head.more)

    def take(self, frame: MetricsShown | MetricsStale | WaitsShown) -> None:
        """Takes a frame in."""
        if isinstance(frame, WaitsShown):
            self.waits = frame
            return
        if isinstance(frame, MetricsStale):
            self.stale = frame
            return
        self.head, self.stale = frame, None
        if frame.whole:
            self._groups.clear()
        self._groups.update(((group.dimension, group.id), group) for group in frame.groups)
        for one in frame.removed:
            self._groups.pop((one.dimension, one.id), None)

    def group(self, dimension: Dimension, name: str) -> LiveGroup | None:
        """The figures of that group; None = no data."""
        return self._groups.get((dimension, name))

    def expected_wait(self, queue: str) -> ExpectedWait | None:
        """Of somebody who enters the queue now; None = nothing was said of it."""
        told = () if self.waits is None else self.waits.queues
        return next((one for one in told if one.queue == queue), None)

    def groups(self, dimension: Dimension) -> list[LiveGroup]:
        """All of a dimension, by name."""
        return sorted((group for (one, _), group in self._groups.items() if one is dimension), key=lambda one: one.id)
