from __future__ import annotations

import re
from pathlib import Path

from consumers.metrics_writer.rows import COLUMNS
from consumers.metrics_writer.table import TABLE

MIGRATIONS = sorted((Path(__file__).parents[4] / "deploy" / "postgres").glob("*.sql"))
ALTERED = re.compile(r"ALTER TABLE metric_intervals\n(.*?);", re.DOTALL)


def test_the_table_has_exactly_the_columns_of_a_row() -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in MIGRATIONS)
    body = text.split("CREATE TABLE metric_intervals (")[1].split("PRIMARY KEY")[0]
    columns = [line.split()[0] for line in body.strip().splitlines()]
    columns += re.findall(r"ADD COLUMN (\w+)", "".join(ALTERED.findall(text)))
    assert sorted(columns) == sorted(COLUMNS)


def test_a_row_is_replaced_only_by_a_newer_one() -> None:
    assert "ON CONFLICT (workspace, dimension, id, starts_ms) DO UPDATE" in TABLE.again
    assert (
        "WHERE (metric_intervals.epoch, metric_intervals.seq, metric_intervals.to_ms)"
        " < (excluded.epoch, excluded.seq, excluded.to_ms)" in TABLE.again
    )
