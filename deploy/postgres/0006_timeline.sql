-- Each customer's history, as timeline.entries.v1 has it. Written by consumers/timeline_writer alone; read by screens.
-- The writer makes the partitions, one a month (UTC), called timeline_entries_YYYY_MM, and drops those past retention.

CREATE TABLE timeline_entries (
    workspace text NOT NULL,
    entry_id text NOT NULL,             -- follows from what it was made of: a repetition is the same entry
    kind text NOT NULL,
    at_ms bigint NOT NULL,              -- the event's own time
    place bigint NOT NULL,              -- the event's `order` among those of one moment
    customer_id text,                   -- of that day: merges are resolved when reading
    interaction_id text,
    channel text,
    queue text,
    site text,
    agent_id text,
    leg_id text,
    leg_kind text,
    offer_id text,
    message_id text,
    author text,
    state text,
    reason text,
    disposition text,
    duration_ms bigint,
    other_customer_id text,
    merge_id text,
    by_user text,
    explanation jsonb,
    stored_ms bigint NOT NULL,          -- the writer's clock: how late it was, never what happened when
    PRIMARY KEY (entry_id, workspace, at_ms)
) PARTITION BY RANGE (at_ms);
CREATE INDEX timeline_by_customer ON timeline_entries (customer_id, workspace, at_ms, place) WHERE customer_id IS NOT NULL;
CREATE INDEX timeline_by_interaction ON timeline_entries (interaction_id, workspace, at_ms, place)
    WHERE interaction_id IS NOT NULL;

-- For moments that no month is made for: older than retention, or more than a year ahead, as a sender's clock may be wrong.
CREATE TABLE timeline_entries_default PARTITION OF timeline_entries DEFAULT;

-- Every record of timeline.entries.v1 below `next_offset` is here (or in the dead letters): where the writer goes on.
CREATE TABLE timeline_marks (
    log_partition integer PRIMARY KEY,
    next_offset bigint NOT NULL
);
