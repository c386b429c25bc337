"""The newest measurement of each workspace, put together from `metrics.live.v1`. Pure.

Nothing is there before the first whole measurement, nor after a part was missed until the next whole one.
"""

from __future__ import annotations

from collections.abc import Iterable

from consumers.query.answers import AsOf, MetricsLive
from schemas.metrics import Dimension, LiveGroup, MetricsMeasured

_Key = tuple[Dimension, str]


class Latest:
    """The figures of one workspace."""

    def __init__(self) -> None:
        self._groups: dict[_Key, LiveGroup] | None = None
        self._head: MetricsMeasured | None = None
        self._parts: list[MetricsMeasured] = []

    def take(self, measured: MetricsMeasured) -> None:
        """Takes a record in; what is not newer is passed over, a measurement counts with its last part."""
        if self._head is not None and (measured.epoch, measured.seq) < (self._head.epoch, self._head.seq):
            return
        if measured.part == 1:
            self._parts = []
        elif len(self._parts) != measured.part - 1 or not _belong(self._parts[-1], measured):
            self._parts, self._groups = [], None
            return
        self._parts.append(measured)
        if measured.part == measured.parts:
            self._apply(self._parts)
            self._parts = []

    def figures(self, dimension: Dimension | None, group: str | None) -> MetricsLive | None:
        """What is asked for, complete up to its mark; None = nothing is known yet."""
        head = self._head
        if self._groups is None or head is None:
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

    def _apply(self, parts: Iterable[MetricsMeasured]) -> None:
        brought = {(group.dimension, group.id): group for part in parts for group in part.groups}
        last = self._parts[-1]
        new_epoch = self._head is not None and last.epoch != self._head.epoch
        if last.whole:
            self._groups = brought
        elif self._groups is not None and not new_epoch:
            self._groups |= brought
        else:
            self._groups = None
        self._head = last


def _belong(one: MetricsMeasured, other: MetricsMeasured) -> bool:
    return (one.epoch, one.seq, one.at_ms, one.whole, one.parts) == (
        other.epoch,
        other.seq,
        other.at_ms,
        other.whole,
        other.parts,
    )
