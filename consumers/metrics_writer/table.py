"""The table of intervals as its writer sees it: deploy/postgres/0007_metrics.sql."""

from __future__ import annotations

from typing import Final

from consumers.metrics_writer.rows import AGE, COLUMNS, KEY
from runtime.marked_postgres import MarkedTable
from runtime.marked_rows import insertion

_NAME: Final = "metric_intervals"
_TYPES: Final = {"workspace": "text", "dimension": "text", "id": "text", "status_ms": "jsonb"}


def statement() -> str:
    """Puts rows in, in place of older ones."""
    values = ", ".join(f"{name} = excluded.{name}" for name in COLUMNS if name not in KEY)
    old, new = (", ".join(f"{table}.{name}" for name in AGE) for table in (_NAME, "excluded"))
    conflict = f"({', '.join(KEY)}) DO UPDATE SET {values} WHERE ({old}) < ({new})"
    return insertion(_NAME, {name: _TYPES.get(name, "bigint") for name in COLUMNS}, conflict)


TABLE: Final = MarkedTable(name=_NAME, marks="metric_marks", columns=COLUMNS, again=statement(), copies=False)
