"""The SQL of identity; rows as JSON have the fields of `streams.identity.model`."""

from __future__ import annotations

from typing import Final

LOOK_UP: Final = """
WITH seen AS MATERIALIZED (
    SELECT i.* FROM unnest($1::text[], $2::text[]) AS k (workspace, interaction_id)
    CROSS JOIN LATERAL (
        SELECT * FROM interactions AS i WHERE i.workspace = k.workspace AND i.interaction_id = k.interaction_id LIMIT 1
    ) AS i
), points AS MATERIALIZED (
    SELECT k.workspace, k.kind, k.value FROM unnest($3::text[], $4::text[], $5::text[]) AS k (workspace, kind, value)
    UNION
    SELECT s.workspace, p.point ->> 'kind', p.point ->> 'value'
    FROM seen AS s CROSS JOIN LATERAL jsonb_array_elements(s.contact_points) AS p (point)
    WHERE NOT p.point ? 'error'
), links AS MATERIALIZED (
    SELECT i.workspace, i.kind, i.value,
        CASE WHEN m.customer_id IS NULL THEN i.customer_id ELSE survivor_of(i.workspace, m.customer_id) END
            AS customer_id,
        i.linked_ms, i.by, i.log_partition, i.log_offset
    FROM points AS k CROSS JOIN LATERAL (
        SELECT * FROM identities AS i WHERE i.workspace = k.workspace AND i.kind = k.kind AND i.value = k.value LIMIT 1
    ) AS i
    LEFT JOIN LATERAL (
        SELECT customer_id FROM merges AS m
        WHERE m.workspace = i.workspace AND m.merged_id = i.customer_id AND m.undone_ms IS NULL LIMIT 1
    ) AS m ON true
), merged AS MATERIALIZED (
    SELECT k.workspace, k.customer_id AS merged_id, survivor_of(k.workspace, m.customer_id) AS customer_id
    FROM (SELECT DISTINCT workspace, customer_id FROM seen WHERE customer_id IS NOT NULL) AS k
    CROSS JOIN LATERAL (
        SELECT customer_id FROM merges AS m
        WHERE m.workspace = k.workspace AND m.merged_id = k.customer_id AND m.undone_ms IS NULL LIMIT 1
    ) AS m
), named AS MATERIALIZED (
    SELECT workspace, customer_id FROM links
    UNION
    SELECT workspace, customer_id FROM seen WHERE customer_id IS NOT NULL
    UNION
    SELECT workspace, customer_id FROM merged
), who AS MATERIALIZED (
    SELECT c.workspace, c.customer_id, c.created_ms, c.kind, coalesce(c.name, f.name) AS name,
        coalesce(c.card_type, f.card_type) AS card_type, coalesce(c.tier, f.tier) AS tier,
        coalesce(c.language, f.language) AS language, coalesce(c.owner, f.owner) AS owner,
        coalesce(c.preferred_agent, f.preferred_agent) AS preferred_agent,
        c.do_not_contact OR coalesce(f.do_not_contact, false) AS do_not_contact, c.log_partition, c.log_offset
    FROM named AS k CROSS JOIN LATERAL (
        SELECT * FROM customers AS c WHERE c.workspace = k.workspace AND c.customer_id = k.customer_id LIMIT 1
    ) AS c
    LEFT JOIN LATERAL (
        SELECT true AS held FROM merges AS m
        WHERE m.customer_id = k.customer_id AND m.workspace = k.workspace AND m.undone_ms IS NULL LIMIT 1
    ) AS m ON true
    LEFT JOIN LATERAL said_by_merged(k.workspace, CASE WHEN m.held THEN k.customer_id END) AS f ON m.held
)
SELECT json_build_object(
    'links', (SELECT coalesce(json_agg(links), '[]') FROM links),
    'customers', (SELECT coalesce(json_agg(who), '[]') FROM who),
    'interactions', (SELECT coalesce(json_agg(seen), '[]') FROM seen),
    'merged', (SELECT coalesce(json_agg(merged), '[]') FROM merged)
)::text
"""
"""Everything that a batch needs to know, in one answer: links with merges followed, their customers (with what those
merged into them say), interactions, and whom those interactions' customers are merged into.

Each key is looked up by its own index (`LATERAL ... LIMIT 1`, and no sequential scans in the session), so that no plan
depends on how old the statistics are.
"""

WRITE: Final = """
WITH new_customers AS (
    INSERT INTO customers (workspace, customer_id, kind, name, created_ms, changed_ms, log_partition, log_offset)
    SELECT workspace, customer_id, kind, name, created_ms, created_ms, log_partition, log_offset
    FROM jsonb_to_recordset($1::text::jsonb) AS c (
        workspace text, customer_id text, kind text, name text, created_ms bigint, log_partition int, log_offset bigint
    )
), asked AS (
    SELECT * FROM jsonb_to_recordset($2::text::jsonb) AS l (
        workspace text, kind text, value text, customer_id text, linked_ms bigint, log_partition int,
        log_offset bigint, by text
    )
), linked AS (
    INSERT INTO identities (workspace, kind, value, customer_id, linked_ms, by, log_partition, log_offset)
    SELECT workspace, kind, value, customer_id, linked_ms, by, log_partition, log_offset FROM asked
    ORDER BY workspace, kind, value
    ON CONFLICT DO NOTHING
    RETURNING 1
), remembered AS (
    INSERT INTO identity_history (workspace, kind, value, customer_id, action, at_ms, by)
    SELECT workspace, kind, value, customer_id, 'linked', linked_ms, by FROM asked
), suggested AS (
    INSERT INTO merge_suggestions (workspace, customer_id, other_id, interaction_id, at_ms)
    SELECT workspace, customer_id, other_id, interaction_id, at_ms
    FROM jsonb_to_recordset($3::text::jsonb) AS s (
        workspace text, customer_id text, other_id text, interaction_id text, at_ms bigint
    )
    ON CONFLICT DO NOTHING
), kept AS (
    INSERT INTO interactions AS old (
        workspace, interaction_id, customer_id, adapter, instance, external_id, channel, contact_points, customer_name,
        subject, language, preferred_agent, attributes, received_ms, log_partition, first_offset, changed_offset
    )
    SELECT workspace, interaction_id, customer_id, adapter, instance, external_id, channel, contact_points,
        customer_name, subject, language, preferred_agent, attributes, received_ms, log_partition, first_offset,
        changed_offset
    FROM jsonb_to_recordset($4::text::jsonb) AS i (
        workspace text, interaction_id text, customer_id text, adapter text, instance text, external_id text,
        channel text, contact_points jsonb, customer_name text, subject text, language text, preferred_agent text,
        attributes jsonb, received_ms bigint, log_partition int, first_offset bigint, changed_offset bigint
    )
    ORDER BY workspace, interaction_id
    ON CONFLICT (workspace, interaction_id) DO UPDATE SET
        customer_id = excluded.customer_id,
        contact_points = excluded.contact_points,
        language = excluded.language,
        preferred_agent = excluded.preferred_agent,
        attributes = excluded.attributes,
        first_offset = least(old.first_offset, excluded.first_offset),
        changed_offset = greatest(old.changed_offset, excluded.changed_offset)
), moved AS (
    INSERT INTO identity_marks AS old (log_partition, stored_offset)
    SELECT $5::int, $6::bigint WHERE $5 IS NOT NULL
    ON CONFLICT (log_partition) DO UPDATE SET stored_offset = greatest(old.stored_offset, excluded.stored_offset)
)
SELECT count(*) FROM linked
"""
"""Writes a batch and, where given, a mark; answers how many links are new. Fewer than asked for: somebody else was first, take it all back."""

READ_MARK: Final = "SELECT stored_offset FROM identity_marks WHERE log_partition = $1"

MOVE_MARK: Final = """
INSERT INTO identity_marks AS old (log_partition, stored_offset) VALUES ($1, $2)
ON CONFLICT (log_partition) DO UPDATE SET stored_offset = greatest(old.stored_offset, excluded.stored_offset)
"""
