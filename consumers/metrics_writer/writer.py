"""The metrics writer's process."""

from __future__ import annotations

from typing import Final

from consumers.metrics_writer.rows import IntervalRow, to_rows
from consumers.metrics_writer.table import TABLE
from runtime.marked_postgres import PostgresMarkedStore
from runtime.marked_process import run_marked_writer
from runtime.marked_writer import Writing
from runtime.postgres import Pool
from runtime.process import Context
from schemas.topics import METRICS_INTERVALS

GROUP: Final = "metrics_writer"


async def main(context: Context) -> None:
    """Runs until `context.stop`."""

    def writing_on(pool: Pool) -> Writing[IntervalRow]:
        return Writing(GROUP, to_rows, PostgresMarkedStore(pool, TABLE), context.metrics.intervals_kept)

    await run_marked_writer(context, METRICS_INTERVALS, writing_on)
