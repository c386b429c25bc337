"""Measurements in parts, put together: a fold of `metrics.live.v1` of one workspace. Pure.

A measurement counts with its last part, whole or not at all. What says only what has changed counts once a whole one has
come, and no longer after a part was missed, or in a new epoch, until the next whole one. What is from before the last one
taken (of a stage that came back) is passed over.
"""

from __future__ import annotations

from schemas.metrics import MetricsMeasured


class Assembly:
    """`needs_whole`: what is known is not complete, and only a whole measurement can mend that."""

    __slots__ = ("_mark", "_parts", "needs_whole")

    def __init__(self) -> None:
        self.needs_whole = True
        self._mark: tuple[int, int] | None = None
        self._parts: list[MetricsMeasured] = []

    def take(self, measured: MetricsMeasured) -> list[MetricsMeasured] | None:
        """All parts of a measurement that counts, with its last one; else None."""
        mark = (measured.epoch, measured.seq)
        if self._mark is not None and mark < self._mark:
            return None
        if self._mark is not None and self._mark[0] != measured.epoch and not measured.whole:
            self.needs_whole = True
        if measured.part == 1:
            self.needs_whole |= bool(self._parts)
            self._parts = []
        elif len(self._parts) != measured.part - 1 or _identity(self._parts[-1]) != _identity(measured):
            self._parts, self.needs_whole = [], True
            return None
        self._parts.append(measured)
        if measured.part < measured.parts:
            return None
        parts, self._parts = self._parts, []
        self.needs_whole &= not measured.whole
        if self.needs_whole:
            return None
        self._mark = mark
        return parts


def _identity(measured: MetricsMeasured) -> tuple[int, int, int, bool, int]:
    return measured.epoch, measured.seq, measured.at_ms, measured.whole, measured.parts
