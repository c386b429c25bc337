"""The table of the timeline as its writer sees it: deploy/postgres/0006_timeline.sql."""

from __future__ import annotations

from typing import Final

from consumers.timeline_writer.months import TABLE as NAME
from consumers.timeline_writer.rows import TimelineRow
from runtime.marked_postgres import MarkedTable
from runtime.marked_rows import column_types, insertion

TABLE: Final = MarkedTable(
    name=NAME,
    marks="timeline_marks",
    columns=TimelineRow._fields,
    again=insertion(NAME, column_types(TimelineRow, frozenset({"explanation"}))),
)
