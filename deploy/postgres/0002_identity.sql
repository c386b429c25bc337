-- Who customers are, by which contact points they are found, and what each interaction was at its arrival.
-- Written by streams/identity; customers, identities and their history also by producers/admin. Read by screens.
-- All times are milliseconds since 1970, taken from events. `log_partition` and `log_offset` name a record of
-- interactions.v1; null = made by administration.

-- One customer of a workspace. Ids are random: they cannot be guessed from a phone number, nor return after erasure.
CREATE TABLE customers (
    workspace text NOT NULL,
    customer_id text NOT NULL,
    kind text NOT NULL DEFAULT 'person' CHECK (kind IN ('person', 'organisation', 'reseller')),
    name text,
    card_type text,                     -- a benefit level (student, senior); not the tier
    tier text,                          -- of value
    language text,
    owner text,                         -- the agent that the customer belongs to
    preferred_agent text,
    do_not_contact boolean NOT NULL DEFAULT false,
    relations jsonb NOT NULL DEFAULT '[]',  -- [{"kind": "buys_for", "customer_id": ...}]
    version bigint NOT NULL DEFAULT 1,  -- rises with each change by administration
    created_ms bigint NOT NULL,
    changed_ms bigint NOT NULL,
    log_partition integer,              -- the record in which the customer was first seen
    log_offset bigint,
    PRIMARY KEY (workspace, customer_id)
);

-- The link between a contact point, in its normal spelling (runtime/contact_points.py), and its customer.
CREATE TABLE identities (
    workspace text NOT NULL,
    kind text NOT NULL,
    value text NOT NULL,
    customer_id text NOT NULL,
    linked_ms bigint NOT NULL,
    by text NOT NULL DEFAULT '',        -- the interaction in which it was first seen, or who linked it
    log_partition integer,              -- the record that made the link
    log_offset bigint,
    PRIMARY KEY (workspace, kind, value),
    FOREIGN KEY (workspace, customer_id) REFERENCES customers (workspace, customer_id)
);
CREATE INDEX identities_by_customer ON identities (workspace, customer_id);

-- Every link and unlink that ever was, in the order of `position`.
CREATE TABLE identity_history (
    position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    workspace text NOT NULL,
    kind text NOT NULL,
    value text NOT NULL,
    customer_id text NOT NULL,
    action text NOT NULL CHECK (action IN ('linked', 'unlinked')),
    at_ms bigint NOT NULL,
    by text NOT NULL                    -- an interaction's id, or who did it
);
CREATE INDEX identity_history_by_point ON identity_history (workspace, kind, value);
CREATE INDEX identity_history_by_customer ON identity_history (workspace, customer_id);

-- Merges, with those undone. Rows elsewhere keep the customer id of their day; whoever reads them follows the live merge.
-- Whoever merges keeps the survivor of a live merge out of `merged_id` of any other, so that one step always suffices.
CREATE TABLE merges (
    merge_id text PRIMARY KEY,
    workspace text NOT NULL,
    customer_id text NOT NULL,          -- the survivor
    merged_id text NOT NULL,
    at_ms bigint NOT NULL,
    by text NOT NULL,
    undone_ms bigint,                   -- null = live
    undone_by text,
    CHECK (customer_id <> merged_id),
    FOREIGN KEY (workspace, customer_id) REFERENCES customers (workspace, customer_id),
    FOREIGN KEY (workspace, merged_id) REFERENCES customers (workspace, customer_id)
);
CREATE UNIQUE INDEX merges_live ON merges (workspace, merged_id) WHERE undone_ms IS NULL;

-- Two customers met in one interaction: a person decides whether they are the same.
CREATE TABLE merge_suggestions (
    workspace text NOT NULL,
    customer_id text NOT NULL,          -- the one that the interaction was given to
    other_id text NOT NULL,
    interaction_id text NOT NULL,       -- where they first met
    at_ms bigint NOT NULL,
    settled_ms bigint,                  -- null = nobody has decided yet
    settled_by text,
    PRIMARY KEY (workspace, customer_id, other_id)
);

-- The interaction as it arrived and as its adapter changed it since: what a screen shows beside the routing state.
CREATE TABLE interactions (
    workspace text NOT NULL,
    interaction_id text NOT NULL,
    customer_id text,                   -- of its day; null = anonymous
    adapter text NOT NULL,
    instance text NOT NULL,
    external_id text NOT NULL,          -- the adapter's own name for it
    channel text NOT NULL,
    contact_points jsonb NOT NULL,      -- [{"kind", "value", "error"?}]: normal spelling, or as given with an error
    customer_name text,                 -- as the adapter gave it
    subject text,
    language text,                      -- of this interaction, null = not said
    preferred_agent text,
    attributes jsonb NOT NULL,          -- {"name": "text"}
    received_ms bigint NOT NULL,        -- the adapter's clock
    log_partition integer NOT NULL,
    first_offset bigint NOT NULL,       -- the arrival's record: that one is sent again, a later one is a duplicate for ever
    changed_offset bigint NOT NULL,     -- the newest record whose changes are in this row
    PRIMARY KEY (workspace, interaction_id)
);
CREATE INDEX interactions_by_customer ON interactions (workspace, customer_id, received_ms);

-- Below `stored_offset` of interactions.v1 every row is here and routing knows what identity knows.
-- The topic's records may be deleted up to here, never beyond.
CREATE TABLE identity_marks (
    log_partition integer PRIMARY KEY,
    stored_offset bigint NOT NULL
);
