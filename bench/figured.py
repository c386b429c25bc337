"""The real metrics stage, timed from the first batch to the broker's word on the last batch's table records."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Sequence

import msgspec
import structlog
from faust.types import StreamT

from bench.children import say
from runtime.clock import SystemClock
from runtime.faust_app import FaustApp, Table
from runtime.health import Health
from runtime.metrics import Metrics
from runtime.process import Context
from runtime.records import Output, Record
from runtime.settings import Kafka, Process, Settings
from runtime.tracing import Tracing
from schemas.topics import METRICS_STATE, ROUTING_DECISIONS
from streams.metrics.agent import Figures


class Argument(msgspec.Struct, frozen=True):
    """How many decisions there are, and as which group they are read."""

    bootstrap: str
    decisions: int
    group: str


class Seconds(msgspec.Struct, frozen=True):
    """How long all of them took."""

    seconds: float


class Timed(FaustApp):
    """The product's own, which notes when the first batch is handed over and the last one's changes are acknowledged."""

    def __init__(self, context: Context, group: str, decisions: int) -> None:
        super().__init__(context, group)
        self.took_s = 0.0
        self._wanted = decisions
        self._seen = 0
        self._began_s = 0.0
        self._stop = context.stop

    async def batches(
        self, stream: StreamT[bytes], *, most: int = 500, tables: Sequence[Table] = (), within_ms: int = 0
    ) -> AsyncIterator[list[Record]]:
        async for batch in super().batches(stream, most=most, tables=tables, within_ms=within_ms):
            if not self._seen:
                self._began_s = time.perf_counter()
            self._seen += len(batch)
            yield batch

    async def send(self, outputs: Sequence[Output]) -> None:
        await super().send(outputs)
        if self._seen >= self._wanted and outputs[0].topic == METRICS_STATE.name and not self._stop.is_set():
            self.took_s = time.perf_counter() - self._began_s
            self._stop.set()


def context(work: Argument, folder: str) -> Context:
    """What the process is given: the product's default settings."""
    settings = Settings(kafka=Kafka(bootstrap_servers=work.bootstrap), process=Process(data_dir=folder))
    return Context(
        name="metrics",
        instance=work.group,
        settings=settings,
        clock=SystemClock(),
        log=structlog.get_logger(),
        metrics=Metrics(),
        health=Health(),
        tracing=Tracing(settings.trace, "metrics", work.group),
        stop=asyncio.Event(),
    )


async def run(work: Argument) -> None:
    """A role of `bench.child`."""
    with tempfile.TemporaryDirectory() as folder:
        around = context(work, folder)
        stream = Timed(around, work.group, work.decisions)
        figures = Figures(stream, around)
        stream.agent(ROUTING_DECISIONS, figures.follow)
        telling = asyncio.create_task(figures.tell())
        await stream.run()
        telling.cancel()
        say(Seconds(stream.took_s))
