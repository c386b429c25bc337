"""The audit writer's process."""

from __future__ import annotations

from typing import Final

from consumers.audit_writer.rows import InterventionRow, to_rows
from consumers.audit_writer.table import TABLE
from runtime.marked_postgres import PostgresMarkedStore
from runtime.marked_process import run_marked_writer
from runtime.marked_writer import Writing
from runtime.postgres import Pool
from runtime.process import Context
from schemas.topics import ROUTING_DECISIONS

GROUP: Final = "audit_writer"


async def main(context: Context) -> None:
    """Runs until `context.stop`."""

    def writing_on(pool: Pool) -> Writing[InterventionRow]:
        return Writing(GROUP, to_rows, PostgresMarkedStore(pool, TABLE), context.metrics.interventions_kept)

    await run_marked_writer(context, ROUTING_DECISIONS, writing_on)
