-- Consults and conferences, and transfers after a consult; docs/metrics.md defines the columns.

ALTER TABLE metric_intervals
    ADD COLUMN consults bigint NOT NULL DEFAULT 0,
    ADD COLUMN consults_answered bigint NOT NULL DEFAULT 0,
    ADD COLUMN consult_ms bigint NOT NULL DEFAULT 0,
    ADD COLUMN conferences bigint NOT NULL DEFAULT 0,
    ADD COLUMN transferred_warm bigint NOT NULL DEFAULT 0;
