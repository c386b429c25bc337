-- Merges that are followed when reading, and the search for customers by parts of their names.

-- Why, in a person's words. Two customers may be merged again after an undoing: that is another row.
ALTER TABLE merges ADD COLUMN reason text, ADD COLUMN undone_reason text;
CREATE INDEX merges_by_survivor ON merges (customer_id, workspace);
CREATE INDEX merges_by_merged ON merges (merged_id, workspace);

-- `met`: contact points of one contact named both. `name`: the same name and something else in common.
ALTER TABLE merge_suggestions
    ALTER COLUMN interaction_id DROP NOT NULL,
    ADD COLUMN cause text NOT NULL DEFAULT 'met' CHECK (cause IN ('met', 'name'));
CREATE INDEX merge_suggestions_open ON merge_suggestions (at_ms, workspace) WHERE settled_ms IS NULL;

-- Live merges form chains (a is read as b, b as c) and never a ring: whoever merges takes neither side that is merged
-- already, and they do so one after the other. Undone in any order, what is left is what the live ones say.
CREATE FUNCTION survivor_of(of_workspace text, of_customer text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    WITH RECURSIVE steps (customer_id, depth) AS (
        SELECT of_customer, 0
        UNION ALL
        SELECT m.customer_id, s.depth + 1
        FROM steps AS s
        JOIN merges AS m ON m.workspace = of_workspace AND m.merged_id = s.customer_id AND m.undone_ms IS NULL
    )
    SELECT customer_id FROM steps ORDER BY depth DESC LIMIT 1
$$;

-- Everyone who is read as this customer now, the customer too: nearest first, then who was merged first.
CREATE FUNCTION family_of(of_workspace text, of_customer text)
RETURNS TABLE (customer_id text, depth integer, merged_ms bigint)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 2 AS $$
    WITH RECURSIVE members (customer_id, depth, merged_ms) AS (
        SELECT of_customer, 0, NULL::bigint
        UNION ALL
        SELECT m.merged_id, s.depth + 1, m.at_ms
        FROM members AS s
        JOIN merges AS m ON m.customer_id = s.customer_id AND m.workspace = of_workspace AND m.undone_ms IS NULL
    )
    SELECT customer_id, depth, merged_ms FROM members
$$;

-- What the merged ones say where their survivor says nothing, in the family's order. Nobody is contacted when one of
-- them must not be. No row without merged customers.
CREATE FUNCTION said_by_merged(of_workspace text, of_customer text)
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
    FROM family_of(of_workspace, of_customer) AS f
    JOIN customers AS c ON c.workspace = of_workspace AND c.customer_id = f.customer_id
    WHERE f.depth > 0
    HAVING count(*) > 0
$$;

-- The customer that an id of any day means now, merges followed: what a screen shows.
CREATE FUNCTION customer_now(of_workspace text, of_customer text)
RETURNS TABLE (
    customer_id text, version bigint, kind text, name text, card_type text, tier text, language text, owner text,
    preferred_agent text, do_not_contact boolean, relations jsonb, created_ms bigint, changed_ms bigint
)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 1 AS $$
    SELECT c.customer_id, c.version, c.kind, coalesce(c.name, m.name), coalesce(c.card_type, m.card_type),
        coalesce(c.tier, m.tier), coalesce(c.language, m.language), coalesce(c.owner, m.owner),
        coalesce(c.preferred_agent, m.preferred_agent), c.do_not_contact OR coalesce(m.do_not_contact, false),
        c.relations, c.created_ms, c.changed_ms
    FROM customers AS c LEFT JOIN LATERAL said_by_merged(c.workspace, c.customer_id) AS m ON true
    WHERE c.workspace = of_workspace AND c.customer_id = survivor_of(of_workspace, of_customer)
$$;

-- A name as it is searched: width and case set aside, one blank between words, none between Chinese characters.
CREATE FUNCTION search_text(name text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT trim(regexp_replace(
        regexp_replace(lower(normalize(name, NFKC)), '[\s·•‧・''’.,_-]+', ' ', 'g'),
        '(?<=[⺀-鿿]) (?=[⺀-鿿])', '', 'g'
    ))
$$;

-- By which tokens a searched name is found: each pair of neighbours within a word, and each Chinese character alone.
CREATE FUNCTION search_tokens(searched text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(array_agg(DISTINCT token), '{}')
    FROM generate_series(1, length(searched)) AS place,
        LATERAL (VALUES (substr(searched, place, 2)), (substr(searched, place, 1))) AS tokens (token)
    WHERE position(' ' IN token) = 0
        AND (length(token) = 2 OR token COLLATE "C" >= '⺀' COLLATE "C")
$$;

ALTER TABLE customers
    ADD COLUMN name_searched text GENERATED ALWAYS AS (search_text(name)) STORED,
    ADD COLUMN name_tokens text[] GENERATED ALWAYS AS (search_tokens(search_text(name))) STORED;
CREATE INDEX customers_by_name_tokens ON customers USING gin (name_tokens);
CREATE INDEX customers_by_name ON customers (name_searched, workspace) WHERE name_searched IS NOT NULL;
