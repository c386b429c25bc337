-- Figures by intervals of a quarter of an hour, as metrics.intervals.v1 has them. Written by consumers/metrics_writer alone;
-- docs/metrics.md defines every column. A row is complete up to decision (epoch, seq) and cut at `to_ms`.
-- Rows are kept: who wants fewer deletes by `starts_ms`, as nothing refers to them.

CREATE TABLE metric_intervals (
    workspace text NOT NULL,
    dimension text NOT NULL CHECK (dimension IN ('workspace', 'queue', 'channel', 'site', 'team', 'agent')),
    id text NOT NULL,
    starts_ms bigint NOT NULL,
    to_ms bigint NOT NULL,
    epoch bigint NOT NULL,
    seq bigint NOT NULL,
    within_ms bigint,                   -- the queue's threshold; of other groups and of queues without one: null
    offered bigint NOT NULL,
    answered bigint NOT NULL,
    answered_within bigint NOT NULL,
    answer_wait_ms bigint NOT NULL,
    abandoned bigint NOT NULL,
    abandoned_within bigint NOT NULL,
    short_abandoned bigint NOT NULL,
    abandon_wait_ms bigint NOT NULL,
    flowed_out bigint NOT NULL,
    expired bigint NOT NULL,
    cancelled bigint NOT NULL,
    failed bigint NOT NULL,
    handled bigint NOT NULL,
    connected_ms bigint NOT NULL,
    held_ms bigint NOT NULL,
    wrap_up_ms bigint NOT NULL,
    transferred_in bigint NOT NULL,
    transferred_out bigint NOT NULL,
    requeued bigint NOT NULL,
    offers_made bigint NOT NULL,
    offers_accepted bigint NOT NULL,
    offers_rejected bigint NOT NULL,
    offers_missed bigint NOT NULL,
    offers_rescinded bigint NOT NULL,
    target_offered bigint NOT NULL,
    target_answered bigint NOT NULL,
    target_abandoned bigint NOT NULL,
    target_short_abandoned bigint NOT NULL,
    status_ms jsonb NOT NULL,           -- {"idle": 60000}: a status without time is left out
    PRIMARY KEY (workspace, dimension, id, starts_ms)
);
CREATE INDEX metric_intervals_by_time ON metric_intervals (workspace, starts_ms);

-- Every record of metrics.intervals.v1 below `next_offset` is here (or in the dead letters): where the writer goes on.
CREATE TABLE metric_marks (
    log_partition integer PRIMARY KEY,
    next_offset bigint NOT NULL
);
