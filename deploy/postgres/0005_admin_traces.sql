-- The trace of the request that stored a version goes on into the log with it.
ALTER TABLE workspace_versions ADD COLUMN traceparent text;
