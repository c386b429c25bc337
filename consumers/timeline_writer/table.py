"""The table of the timeline as its writer sees it: deploy/postgres/0006_timeline.sql."""

from __future__ import annotations

from typing import Final

from consumers.timeline_writer.months import TABLE as NAME
from consumers.timeline_writer.rows import TimelineRow
from runtime.marked_postgres import MarkedTable

TABLE: Final = MarkedTable(
    name=NAME,
    marks="timeline_marks",
    columns=TimelineRow._fields,
    again="""
INSERT INTO timeline_entries (workspace, entry_id, kind, at_ms, place, customer_id, interaction_id, channel, queue, site,
    agent_id, leg_id, leg_kind, offer_id, message_id, author, state, reason, disposition, duration_ms, other_customer_id,
    merge_id, by_user, explanation, stored_ms, scheduled_for_ms)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::text[], $7::text[], $8::text[],
    $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::text[], $16::text[], $17::text[],
    $18::text[], $19::text[], $20::bigint[], $21::text[], $22::text[], $23::text[], $24::jsonb[], $25::bigint[],
    $26::bigint[])
ON CONFLICT DO NOTHING
""",
)
