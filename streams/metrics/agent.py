"""The process: one agent on Faust that folds the decisions, and beside it a second hand that tells the figures.

The table is written by the agent alone. What is told is what the agent has folded so far, exact to the place it names,
whether or not it is in the table yet: a restart folds the same again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from faust.types import StreamT

from runtime import dead_letters
from runtime.events import to_output
from runtime.faust_app import FaustApp
from runtime.faust_shelf import Shelf
from runtime.process import Context
from runtime.records import Output
from runtime.topics_check import check_patiently
from schemas.metrics import IntervalCounted, MetricsMeasured
from schemas.topics import METRICS_INTERVALS, METRICS_LIVE, METRICS_STATE, ROUTING_DECISIONS
from streams.metrics.kept import Kept
from streams.metrics.partitions import Partitions
from streams.metrics.telling import Teller

EventT = TypeVar("EventT", MetricsMeasured, IntervalCounted)

GROUP: Final = "metrics"
SOURCE: Final = "/streams/metrics"
EVERY_MS: Final = 1_000
AT_ONCE: Final = 2_000
GATHERED_MS: Final = 100
"""Records are gathered for so long, as the table's records of a batch are one way to the broker."""


async def main(context: Context) -> None:
    """Runs until `context.stop`."""
    await check_patiently(context.settings.kafka, context.clock)
    stream = FaustApp(context, GROUP)
    figures = Figures(stream, context)
    stream.agent(ROUTING_DECISIONS, figures.follow)
    telling = asyncio.create_task(figures.tell())
    try:
        await stream.run()
    finally:
        telling.cancel()


class Figures:
    """The agent's body, and the second hand."""

    def __init__(self, stream: FaustApp, context: Context) -> None:
        self._stream = stream
        self._clock = context.clock
        self._metrics = context.metrics
        self._table = Shelf(stream, METRICS_STATE, Kept)
        self._partitions = Partitions(self._table)

    async def follow(self, decisions: StreamT[bytes]) -> None:
        """Folds batch after batch. Raises Gap, which ends the process: figures with a hole are worse than none."""
        topic = ROUTING_DECISIONS.name
        async for batch in self._stream.batches(decisions, most=AT_ONCE, tables=[self._table], within_ms=GATHERED_MS):
            dead = self._partitions.apply(batch)
            if dead:
                await self._stream.send([dead_letters.to_output(letter, GROUP) for letter in dead])
            self._metrics.handled.labels(topic).inc(len(batch))
            self._metrics.dead_letters.labels(topic).inc(len(dead))

    async def tell(self) -> None:
        """Tells once a second; what fails ends the process."""
        try:
            while True:
                due_ms = self._clock.now_ms() // EVERY_MS * EVERY_MS + EVERY_MS
                await self._clock.sleep((due_ms - self._clock.now_ms()) / 1000)
                for partition in self._stream.held(ROUTING_DECISIONS):
                    await self._table.hold(partition)
                for teller in self._partitions.tellers():
                    await self._tell(teller)
        except Exception as error:
            self._stream.fail(error)

    async def _tell(self, teller: Teller) -> None:
        """Intervals first: who is told the live figures finds the intervals in the log."""
        for intervals in teller.intervals(self._clock.now_ms()):
            await self._send(intervals, interval_output)
        await self._send(teller.live(self._clock.now_ms()), live_output)

    async def _send(self, events: Sequence[EventT], to_record: Callable[[EventT], Output]) -> None:
        for first in range(0, len(events), AT_ONCE):
            await self._stream.send([to_record(event) for event in events[first : first + AT_ONCE]])
        self._metrics.outputs.labels(ROUTING_DECISIONS.name).inc(len(events))


def live_output(event: MetricsMeasured) -> Output:
    """The record of live figures."""
    event_id = f"{event.workspace}/{event.epoch}/{event.seq}/{event.at_ms}/{event.part}"
    return to_output(event, METRICS_LIVE, key=event.workspace, event_id=event_id, source=SOURCE)


def interval_output(event: IntervalCounted) -> Output:
    """The record of an interval's counts."""
    event_id = (
        f"{event.workspace}/{event.dimension}/{event.id}/{event.starts_ms}/{event.epoch}/{event.seq}/{event.to_ms}"
    )
    return to_output(event, METRICS_INTERVALS, key=event.workspace, event_id=event_id, source=SOURCE)
