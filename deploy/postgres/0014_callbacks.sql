-- Callbacks are counted apart from live waiting; docs/metrics.md defines the columns.

ALTER TABLE metric_intervals
    ADD COLUMN left_for_callback bigint NOT NULL DEFAULT 0,
    ADD COLUMN callbacks_requested bigint NOT NULL DEFAULT 0,
    ADD COLUMN callbacks_reached bigint NOT NULL DEFAULT 0,
    ADD COLUMN callback_wait_ms bigint NOT NULL DEFAULT 0,
    ADD COLUMN callbacks_lost bigint NOT NULL DEFAULT 0;

-- Of callback.requested: the moment that was asked for; null = as soon as somebody can.
ALTER TABLE timeline_entries ADD COLUMN scheduled_for_ms bigint;
