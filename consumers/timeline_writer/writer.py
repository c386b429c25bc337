"""The timeline writer's process: it keeps rows, and beside that its months."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from consumers.timeline_writer.partitions import Partitions
from consumers.timeline_writer.postgres_store import PostgresTimelineStore
from consumers.timeline_writer.rows import TimelineRow, to_rows
from runtime.log import Logger
from runtime.marked_process import run_marked_writer
from runtime.marked_writer import Rows, Writing
from runtime.postgres import Pool
from runtime.postgres_session import NoAnswer
from runtime.process import Context
from runtime.records import Record
from schemas.topics import TIMELINE_ENTRIES

GROUP: Final = "timeline_writer"
RENEW_S: Final = 3_600.0
RETRY_S: Final = 30.0


async def main(context: Context) -> None:
    """Runs until `context.stop`."""
    keep_days = context.settings.timeline.keep_days

    def writing_on(pool: Pool) -> Writing[TimelineRow]:
        store = PostgresTimelineStore(pool, Partitions(pool, context.clock, keep_days))
        return Writing(GROUP, rows_of, store, context.metrics.timeline_kept)

    def rows_of(batch: Sequence[Record]) -> Rows[TimelineRow]:
        return to_rows(batch, context.clock.now_ms())

    async def renewing(pool: Pool) -> None:
        partitions = Partitions(pool, context.clock, keep_days)
        while True:
            await context.clock.sleep(await _renewed(partitions, keep_days, context.log))

    await run_marked_writer(context, TIMELINE_ENTRIES, writing_on, renewing)


async def _renewed(partitions: Partitions, keep_days: int, log: Logger) -> float:
    """Returns after how many seconds to come again."""
    try:
        dropped = await partitions.renew()
    except NoAnswer as error:
        log.warning("timeline.months_wait", error=str(error))
        return RETRY_S
    log.info("timeline.months_renewed", keep_days=keep_days, dropped=[month.table for month in dropped])
    return RENEW_S
