-- Queues that opening hours may have closed. When a later document gives a queue no hours, it is opened, and its row goes.
CREATE TABLE queues_with_hours (
    workspace text NOT NULL REFERENCES workspaces (workspace),
    queue text NOT NULL,
    version integer NOT NULL,           -- the newest version that gave it hours
    PRIMARY KEY (workspace, queue)
);
