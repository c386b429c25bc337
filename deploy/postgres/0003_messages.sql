-- The messages of interactions, as messages.v1 has them. Written by consumers/message_writer alone; read by screens.

CREATE TABLE messages (
    workspace text NOT NULL,
    message_id text NOT NULL,           -- a repetition is the same message: the first is kept
    interaction_id text NOT NULL,       -- may be unknown yet
    log_partition integer NOT NULL,
    number bigint NOT NULL,             -- the record's offset: rises within an interaction
    author text NOT NULL CHECK (author IN ('customer', 'agent', 'system')),
    agent_id text,
    leg_id text,
    media_type text NOT NULL,
    text text NOT NULL,
    attachments jsonb NOT NULL,         -- [{"claim", "name", "media_type", "size_bytes"}]
    sent_ms bigint NOT NULL,            -- the sender's clock
    logged_ms bigint NOT NULL,          -- the record's time
    PRIMARY KEY (workspace, message_id)
);
CREATE INDEX messages_by_interaction ON messages (workspace, interaction_id, number);

-- Every record of messages.v1 below `next_offset` is here (or in the dead letters): where the writer goes on.
CREATE TABLE message_marks (
    log_partition integer PRIMARY KEY,
    next_offset bigint NOT NULL
);
