"""The table of messages as its writer sees it: deploy/postgres/0003_messages.sql."""

from __future__ import annotations

from typing import Final

from consumers.message_writer.rows import MessageRow
from runtime.marked_postgres import MarkedTable

TABLE: Final = MarkedTable(
    name="messages",
    marks="message_marks",
    columns=MessageRow._fields,
    again="""
INSERT INTO messages (workspace, message_id, interaction_id, log_partition, number, author, agent_id, leg_id, media_type,
    text, attachments, sent_ms, logged_ms)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::int[], $5::bigint[], $6::text[], $7::text[], $8::text[],
    $9::text[], $10::text[], $11::jsonb[], $12::bigint[], $13::bigint[])
ON CONFLICT DO NOTHING
""",
)
