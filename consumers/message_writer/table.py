"""The table of messages as its writer sees it: deploy/postgres/0003_messages.sql."""

from __future__ import annotations

from typing import Final

from consumers.message_writer.rows import MessageRow
from runtime.marked_postgres import MarkedTable
from runtime.marked_rows import column_types, insertion

TABLE: Final = MarkedTable(
    name="messages",
    marks="message_marks",
    columns=MessageRow._fields,
    again=insertion("messages", column_types(MessageRow, frozenset({"attachments"}))),
)
