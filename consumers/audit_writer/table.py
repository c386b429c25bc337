"""The table of supervisors' acts as its writer sees it: deploy/postgres/0011_audit.sql."""

from __future__ import annotations

from typing import Final

from consumers.audit_writer.rows import InterventionRow
from runtime.marked_postgres import MarkedTable
from runtime.marked_rows import column_types, insertion

TABLE: Final = MarkedTable(
    name="interventions",
    marks="intervention_marks",
    columns=InterventionRow._fields,
    again=insertion("interventions", column_types(InterventionRow)),
)
