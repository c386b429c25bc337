-- As in 0004: each key is looked up by its own index, so that no plan of these functions depends on how old the statistics
-- are. `OFFSET 0` and `LIMIT 1` keep the planner from reading a whole workspace instead.

CREATE OR REPLACE FUNCTION family_of(of_workspace text, of_customer text)
RETURNS TABLE (customer_id text, depth integer, merged_ms bigint)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 2 AS $$
    WITH RECURSIVE members (customer_id, depth, merged_ms) AS (
        SELECT of_customer, 0, NULL::bigint
        UNION ALL
        SELECT m.merged_id, s.depth + 1, m.at_ms
        FROM members AS s CROSS JOIN LATERAL (
            SELECT merged_id, at_ms FROM merges
            WHERE merges.customer_id = s.customer_id AND workspace = of_workspace AND undone_ms IS NULL OFFSET 0
        ) AS m
    )
    SELECT customer_id, depth, merged_ms FROM members
$$;

CREATE OR REPLACE FUNCTION survivor_of(of_workspace text, of_customer text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    WITH RECURSIVE steps (customer_id, depth) AS (
        SELECT of_customer, 0
        UNION ALL
        SELECT m.customer_id, s.depth + 1
        FROM steps AS s CROSS JOIN LATERAL (
            SELECT customer_id FROM merges
            WHERE workspace = of_workspace AND merged_id = s.customer_id AND undone_ms IS NULL LIMIT 1
        ) AS m
    )
    SELECT customer_id FROM steps ORDER BY depth DESC LIMIT 1
$$;

CREATE OR REPLACE FUNCTION said_by_merged(of_workspace text, of_customer text)
RETURNS TABLE (
    name text, card_type text, tier text, language text, owner text, preferred_agent text, do_not_contact boolean
)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 1 AS $$
    SELECT (array_agg(c.name ORDER BY f.depth, f.merged_ms, f.customer_id) FILTER (WHERE c.name IS NOT NULL))[1],
        (array_agg(c.card_type ORDER BY f.depth, f.merged_ms, f.customer_id) FILTER (WHERE c.card_type IS NOT NULL))[1],
        (array_agg(c.tier ORDER BY f.depth, f.merged_ms, f.customer_id) FILTER (WHERE c.tier IS NOT NULL))[1],
        (array_agg(c.language ORDER BY f.depth, f.merged_ms, f.customer_id) FILTER (WHERE c.language IS NOT NULL))[1],
        (array_agg(c.owner ORDER BY f.depth, f.merged_ms, f.customer_id) FILTER (WHERE c.owner IS NOT NULL))[1],
        (array_agg(c.preferred_agent ORDER BY f.depth, f.merged_ms, f.customer_id)
            FILTER (WHERE c.preferred_agent IS NOT NULL))[1],
        bool_or(c.do_not_contact)
    FROM family_of(of_workspace, of_customer) AS f CROSS JOIN LATERAL (
        SELECT * FROM customers WHERE workspace = of_workspace AND customers.customer_id = f.customer_id LIMIT 1
    ) AS c
    WHERE f.depth > 0
    HAVING count(*) > 0
$$;

CREATE OR REPLACE FUNCTION customer_now(of_workspace text, of_customer text)
RETURNS TABLE (
    customer_id text, version bigint, kind text, name text, card_type text, tier text, language text, owner text,
    preferred_agent text, do_not_contact boolean, relations jsonb, created_ms bigint, changed_ms bigint
)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 1 AS $$
    SELECT c.customer_id, c.version, c.kind, coalesce(c.name, m.name), coalesce(c.card_type, m.card_type),
        coalesce(c.tier, m.tier), coalesce(c.language, m.language), coalesce(c.owner, m.owner),
        coalesce(c.preferred_agent, m.preferred_agent), c.do_not_contact OR coalesce(m.do_not_contact, false),
        c.relations, c.created_ms, c.changed_ms
    FROM (SELECT survivor_of(of_workspace, of_customer) AS id OFFSET 0) AS survivor
    CROSS JOIN LATERAL (
        SELECT * FROM customers WHERE workspace = of_workspace AND customers.customer_id = survivor.id LIMIT 1
    ) AS c
    LEFT JOIN LATERAL said_by_merged(c.workspace, c.customer_id) AS m ON true
$$;
