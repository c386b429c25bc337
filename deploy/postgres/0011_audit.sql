-- What supervisors did, as routing.decisions.v1 tells it: the log is the truth, this is where it is looked up.
-- Written by consumers/audit_writer alone, and never deleted.

CREATE TABLE interventions (
    workspace text NOT NULL,
    epoch bigint NOT NULL,
    seq bigint NOT NULL,                -- of the decision that answered the command
    at_ms bigint NOT NULL,              -- the log's clock
    command_id text NOT NULL,
    actor text NOT NULL,                -- a user's name or a key's id
    act text NOT NULL,                  -- the command's wire type
    reason text NOT NULL,               -- in the supervisor's words
    interaction_id text,
    agent_id text,
    to_agent text,
    queue text,
    status text,
    priority integer,
    mode text,
    outcome text NOT NULL CHECK (outcome IN ('applied', 'refused')),
    refusal text,                       -- why it was refused
    detail text NOT NULL,
    PRIMARY KEY (workspace, epoch, seq)
);
CREATE INDEX interventions_by_moment ON interventions (workspace, at_ms);

-- Every decision below `next_offset` of a partition has been looked at: where the writer goes on.
CREATE TABLE intervention_marks (
    log_partition integer PRIMARY KEY,
    next_offset bigint NOT NULL
);

-- Everything that anybody did, administrators and supervisors alike. `part` tells where it comes from.
CREATE VIEW audit_trail AS
    SELECT workspace, at_ms, 'administration' AS part, position AS place, 'a' || position AS entry_id, actor, action,
        subject, nullif(detail ->> 'reason', '') AS reason, 'applied' AS outcome, NULL::text AS refusal, detail
    FROM audit
    UNION ALL
    SELECT workspace, at_ms, 'supervision', seq, 's' || epoch || '.' || seq, actor, act,
        coalesce(interaction_id, agent_id, ''), nullif(reason, ''), outcome, refusal,
        jsonb_strip_nulls(jsonb_build_object('command_id', command_id, 'interaction_id', interaction_id,
            'agent_id', agent_id, 'to_agent', to_agent, 'queue', queue, 'status', status, 'priority', priority,
            'mode', mode, 'detail', nullif(detail, '')))
    FROM interventions;
