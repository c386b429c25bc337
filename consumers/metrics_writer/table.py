"""The table of intervals as its writer sees it: deploy/postgres/0007_metrics.sql."""

from __future__ import annotations

from typing import Final

from consumers.metrics_writer.rows import AGE, COLUMNS, KEY
from runtime.marked_postgres import MarkedTable

_TYPES: Final = {"workspace": "text", "dimension": "text", "id": "text", "status_ms": "jsonb"}


def statement() -> str:
    """Puts rows in, in place of older ones."""
    arrays = ", ".join(f"${number}::{_TYPES.get(name, 'bigint')}[]" for number, name in enumerate(COLUMNS, 1))
    values = ", ".join(f"{name} = excluded.{name}" for name in COLUMNS if name not in KEY)
    old, new = (", ".join(f"{table}.{name}" for name in AGE) for table in ("metric_intervals", "excluded"))
    return f"""
INSERT INTO metric_intervals ({", ".join(COLUMNS)}) SELECT * FROM unnest({arrays})
ON CONFLICT ({", ".join(KEY)}) DO UPDATE SET {values} WHERE ({old}) < ({new})
"""  # noqa: S608 - Column names are those of the contract, never data.


TABLE: Final = MarkedTable(
    name="metric_intervals", marks="metric_marks", columns=COLUMNS, again=statement(), copies=False
)
