"""The newest measurement of each workspace, put together from `metrics.live.v1`. Pure.

Nothing is there before the first whole measurement, nor after a part was missed until the next whole one.
"""

from __future__ import annotations

from consumers.query.answers import AsOf, MetricsLive
from schemas.measurement import Assembly
from schemas.metrics import Dimension, LiveGroup, MetricsMeasured

_Key = tuple[Dimension, str]


class Latest:
    """The figures of one workspace."""

    def __init__(self) -> None:
        self._groups: dict[_Key, LiveGroup] = {}
        self._head: MetricsMeasured | None = None
        self._assembly = Assembly()

    def take(self, measured: MetricsMeasured) -> None:
        """Takes a record in; what is not newer is passed over, a measurement counts with its last part."""
        parts = self._assembly.take(measured)
        if parts is None:
            return
        brought = {(group.dimension, group.id): group for part in parts for group in part.groups}
        self._groups = brought if measured.whole else self._groups | brought
        self._head = measured

    def figures(self, dimension: Dimension | None, group: str | None) -> MetricsLive | None:
        """What is asked for, complete up to its mark; None = nothing is known yet."""
        head = self._head
        if self._assembly.needs_whole or head is None:
            return None
        wanted = (
            one
            for (of, name), one in sorted(self._groups.items())
            if (dimension is None or of is dimension) and (group is None or name == group)
        )
        return MetricsLive(
            time_zone=head.time_zone,
            day_starts_ms=head.day_starts_ms,
            interval_starts_ms=head.interval_starts_ms,
            groups=tuple(wanted),
            as_of=AsOf(at_ms=head.at_ms, epoch=head.epoch, seq=head.seq),
        )
