"""The frames that carry figures to who asked for them in `hello`; docs/live-protocol.md shows one of each.

Every group is a whole new value of `schemas.metrics`, in its units. There is no cursor: each `hello` brings everything.
"""

from __future__ import annotations

from schemas.frame import Frame, Part
from schemas.metrics import Dimension, LiveGroup


class GroupId(Part, frozen=True, kw_only=True):
    """A group of figures by its name."""

    dimension: Dimension
    id: str


class MetricsShown(Frame, frozen=True, kw_only=True, tag="metrics"):
    """Figures as of `at_ms`, complete up to decision `(epoch, seq)`; without `whole`, the groups that changed since the
    last such frame, and `removed` those that are no more. A whole replaces all groups that the client had.

    `more`: the rest of the same follows at once in a frame that is not whole.
    """

    at_ms: int
    epoch: int
    seq: int
    day_starts_ms: int
    interval_starts_ms: int
    time_zone: str
    whole: bool = False
    more: bool = False
    groups: tuple[LiveGroup, ...] = ()
    removed: tuple[GroupId, ...] = ()


class ExpectedWait(Part, frozen=True, kw_only=True):
    """Somebody who would enter the queue now, as a contact without a head start: the place in line, and how long until an
    agent takes it. Left out = not known. `low_ms` to `high_ms` hold `range_percent` of such waits.
    """

    queue: str
    position: int = 1
    expected_ms: int | None = None
    low_ms: int | None = None
    high_ms: int | None = None


class WaitsShown(Frame, frozen=True, kw_only=True, tag="waits"):
    """Expected waits of all queues that this client may see, as the view stood at `at_ms`; each frame replaces the last.
    Who asked for them in `hello` gets them when they change, each second at most, and every few seconds.
    """

    at_ms: int
    epoch: int
    seq: int
    range_percent: int
    queues: tuple[ExpectedWait, ...] = ()


class MetricsStale(Frame, frozen=True, kw_only=True, tag="metrics_stale"):
    """Figures do not come: what the client has is from `since_ms`; None = there are none at all. The next `metrics`
    ends it. The rest of the screen goes on.
    """

    at_ms: int
    since_ms: int | None = None
