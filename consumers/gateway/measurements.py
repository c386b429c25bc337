"""Follows the figures of all workspaces and tells them to their watchers.

A client of its own reads them: however much comes, decisions are not held up. It begins some records before the end, so
that the last whole measurements are among them; what is older comes with the next whole one.
"""

from __future__ import annotations

import asyncio
from typing import Final

from consumers.gateway.watchers import Watchers
from runtime.broker import Fetched, Reader
from runtime.clock import Clock
from runtime.errors import Invalid, LogBroken
from runtime.events import event_of
from runtime.log import Logger
from runtime.records import TopicPartition
from schemas.metrics import MetricsMeasured
from schemas.topics import METRICS_LIVE

FIGURES: Final = tuple(TopicPartition(METRICS_LIVE.name, one) for one in range(METRICS_LIVE.partitions))
TAIL_RECORDS: Final = 500
"""Of each partition. A stage says everything about every thirty seconds, and what changed each second."""
LOOK_S: Final = 1.0
GATHERED_MS: Final = 100
"""Figures come once a second: that so many partitions are asked for them costs more than they do."""


class Measurements:
    """Watchers by workspace."""

    def __init__(self, reader: Reader, clock: Clock, log: Logger) -> None:
        self._reader = reader
        self._clock = clock
        self._log = log
        self._watchers: dict[str, Watchers] = {}

    def of(self, workspace: str) -> Watchers:
        """The watchers of that workspace, whether it has figures yet or not."""
        watchers = self._watchers.get(workspace)
        if watchers is None:
            watchers = self._watchers[workspace] = Watchers(self._clock.now_ms())
        return watchers

    async def run(self) -> None:
        """Follows until cancelled; starts over near the end when it fell behind what the broker keeps."""
        while True:
            try:
                async for fetched in self._reader.follow(await self._near_the_end(), gather_ms=GATHERED_MS):
                    self.take(fetched)
            except LogBroken as error:
                self._log.warning("measurements.log_broken", error=str(error))

    def take(self, fetched: Fetched) -> None:
        """Takes a batch in and tells what is new."""
        now_ms = self._clock.now_ms()
        changed: dict[str, Watchers] = {}
        for records in fetched.values():
            for record in records:
                try:
                    measured = event_of(record, METRICS_LIVE, MetricsMeasured)
                except Invalid:
                    self._log.error("measurements.undecodable", partition=record.partition, offset=record.offset)
                    continue
                watchers = self.of(measured.workspace)
                if watchers.take(measured, min(now_ms, record.timestamp_ms)):
                    changed[measured.workspace] = watchers
        for watchers in changed.values():
            watchers.tell(now_ms)

    async def look(self) -> None:
        """Says so where figures have stopped coming."""
        now_ms = self._clock.now_ms()
        for watchers in self._watchers.values():
            watchers.tell(now_ms)

    async def stop(self) -> None:
        """Lets the client go."""
        await self._reader.stop()

    async def _near_the_end(self) -> dict[TopicPartition, int]:
        ranges = await asyncio.gather(*(self._reader.log_range(partition) for partition in FIGURES))
        found = zip(FIGURES, ranges, strict=True)
        return {partition: max(log.first, log.end - TAIL_RECORDS) for partition, log in found}
