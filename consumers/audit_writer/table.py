"""The table of supervisors' acts as its writer sees it: deploy/postgres/0011_audit.sql."""

from __future__ import annotations

from typing import Final

from consumers.audit_writer.rows import InterventionRow
from runtime.marked_postgres import MarkedTable

TABLE: Final = MarkedTable(
    name="interventions",
    marks="intervention_marks",
    columns=InterventionRow._fields,
    again="""
INSERT INTO interventions (workspace, epoch, seq, at_ms, command_id, actor, act, reason, interaction_id, agent_id,
    to_agent, queue, status, priority, mode, outcome, refusal, detail)
SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[], $5::text[], $6::text[], $7::text[],
    $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::int[], $15::text[], $16::text[],
    $17::text[], $18::text[])
ON CONFLICT DO NOTHING
""",
)
