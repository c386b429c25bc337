"""The stack under a demonstration: started in a folder, asked for its versions, stopped."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from deploy.demo.report import Versions
from deploy.local.kafka import NAME as KAFKA
from deploy.local.layout import Layout
from runtime.postgres import Pool

KAFKA_SAYS: Final = re.compile(r"Kafka version: (\S+)")


async def versions(pool: Pool, folder: Path) -> Versions:
    """What PostgreSQL answers, and what Kafka wrote when it started: its protocol does not tell a release."""
    said: str = await pool.fetchval("SHOW server_version")
    return Versions(kafka=kafka_version(Layout(data_dir=folder).log_file(KAFKA)), postgres=said.partition(" ")[0])


def kafka_version(log: Path) -> str | None:
    """The version in the last start that the log tells of."""
    try:
        found = KAFKA_SAYS.findall(log.read_text(errors="replace"))
    except FileNotFoundError:
        return None
    return found[-1] if found else None
