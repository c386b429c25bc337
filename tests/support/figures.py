"""Measurements as the metrics stage would publish them, written by hand, and a watcher without a socket."""

from __future__ import annotations

from typing import Any

from consumers.gateway.backlog import Backlog, Sink
from deploy.console.figures import Figures
from runtime.events import to_output
from runtime.ids import random_id
from runtime.records import Output
from schemas import live
from schemas.metrics import Counts, Derived, Dimension, LiveGroup, MetricsMeasured, Now
from schemas.topics import METRICS_LIVE

AT_MS = 1_700_000_000_000


def a_group(
    dimension: Dimension = Dimension.QUEUE,
    name: str = "orders",
    *,
    now: Now | None = None,
    today: Counts | None = None,
    derived: Derived | None = None,
) -> LiveGroup:
    return LiveGroup(
        dimension=dimension,
        id=name,
        now=now or Now(),
        today=today or Counts(),
        today_derived=derived or Derived(),
        interval=today or Counts(),
        interval_derived=derived or Derived(),
    )


def an_offered(name: str, offered: int, dimension: Dimension = Dimension.QUEUE) -> LiveGroup:
    """A group that differs by one number only."""
    return a_group(dimension, name, today=Counts(offered=offered))


def measured(*groups: LiveGroup, seq: int = 1, whole: bool = False, **fields: Any) -> MetricsMeasured:
    return MetricsMeasured(
        workspace=fields.pop("workspace", "shop"),
        epoch=fields.pop("epoch", 1),
        seq=seq,
        at_ms=fields.pop("at_ms", AT_MS + seq),
        day_starts_ms=AT_MS,
        time_zone="Asia/Shanghai",
        interval_starts_ms=AT_MS,
        whole=whole,
        groups=groups,
        **fields,
    )


def measured_output(measurement: MetricsMeasured) -> Output:
    """The record of a measurement."""
    return to_output(measurement, METRICS_LIVE, key=measurement.workspace, event_id=random_id("e"), source="/tests")


class FiguresViewer:
    """A client that asked for figures; its sink has room until it is told otherwise."""

    def __init__(self) -> None:
        self.figures = Figures()
        self.frames: list[live.ServerFrame] = []
        self.backlog: Backlog | None = None
        self.sink: Sink = self
        self.room = True

    def has_room(self) -> bool:
        return self.room

    def write(self, data: bytes) -> None:
        frame = live.decode_server(data)
        self.frames.append(frame)
        assert isinstance(frame, live.MetricsShown | live.MetricsStale)
        self.figures.take(frame)

    def shown(self, dimension: Dimension = Dimension.QUEUE) -> dict[str, LiveGroup]:
        return {group.id: group for group in self.figures.groups(dimension)}

    def last(self) -> live.MetricsShown:
        frame = self.frames[-1]
        assert isinstance(frame, live.MetricsShown)
        return frame
