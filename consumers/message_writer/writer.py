"""The message writer's process."""

from __future__ import annotations

from typing import Final

from consumers.message_writer.rows import MessageRow, to_rows
from consumers.message_writer.table import TABLE
from runtime.marked_postgres import PostgresMarkedStore
from runtime.marked_process import run_marked_writer
from runtime.marked_writer import Writing
from runtime.postgres import Pool
from runtime.process import Context
from schemas.topics import MESSAGES

GROUP: Final = "message_writer"


async def main(context: Context) -> None:
    """Runs until `context.stop`."""

    def writing_on(pool: Pool) -> Writing[MessageRow]:
        return Writing(GROUP, to_rows, PostgresMarkedStore(pool, TABLE), context.metrics.messages_kept)

    await run_marked_writer(context, MESSAGES, writing_on)
