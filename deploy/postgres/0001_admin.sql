-- Who may do what, and the workspace documents with their versions. Written by producers/admin and by the command
-- `hubline`; read by every process that checks credentials. All times are milliseconds since 1970, given by the writer.

CREATE TABLE users (
    workspace text NOT NULL,
    name text NOT NULL,
    roles text[] NOT NULL,
    agent_id text,                      -- the agent of the workspace document that this user is
    password_hash text NOT NULL,        -- argon2id, with its parameters
    created_ms bigint NOT NULL,
    created_by text NOT NULL,
    revoked_ms bigint,                  -- names are not used again: a revoked user stays for the audit
    PRIMARY KEY (workspace, name)
);

CREATE TABLE api_keys (
    key_id text PRIMARY KEY,
    workspace text NOT NULL,
    label text NOT NULL,
    roles text[] NOT NULL,
    adapter text,                       -- the adapter it speaks for; only with the role adapter
    secret_hash bytea NOT NULL,         -- SHA-256 of 256 random bits
    created_ms bigint NOT NULL,
    created_by text NOT NULL,
    revoked_ms bigint
);
CREATE INDEX api_keys_by_workspace ON api_keys (workspace);

CREATE TABLE sign_in_sessions (
    token_hash bytea PRIMARY KEY,       -- SHA-256 of the token
    workspace text NOT NULL,
    user_name text NOT NULL,
    created_ms bigint NOT NULL,
    expires_ms bigint NOT NULL,
    ended_ms bigint,
    FOREIGN KEY (workspace, user_name) REFERENCES users (workspace, name)
);
CREATE INDEX sign_in_sessions_by_end ON sign_in_sessions (expires_ms);

CREATE TABLE used_tickets (
    ticket_id text PRIMARY KEY,
    expires_ms bigint NOT NULL          -- after this the row may go: the ticket is refused by its own time
);
CREATE INDEX used_tickets_by_end ON used_tickets (expires_ms);

CREATE TABLE workspaces (
    workspace text PRIMARY KEY,
    newest_version integer NOT NULL,    -- of workspace_versions; dense from 1
    applied_version integer NOT NULL DEFAULT 0,  -- the newest that routing has applied; 0 = none, the workspace is unknown
    created_ms bigint NOT NULL
);

CREATE TABLE workspace_versions (
    workspace text NOT NULL REFERENCES workspaces (workspace),
    version integer NOT NULL,
    document json NOT NULL,             -- as written, names for screens included; json keeps the order of keys
    source_text text NOT NULL,          -- the very text, with its comments
    source_format text NOT NULL,        -- yaml | json
    routing text NOT NULL,              -- canonical JSON of the routing part
    digest text NOT NULL,               -- of the routing part
    command_id text NOT NULL UNIQUE,    -- of the ConfigurationPublished that carries it
    state text NOT NULL CHECK (state IN ('waiting', 'applied', 'refused')),
    detail text,                        -- why it was refused
    created_ms bigint NOT NULL,
    created_by text NOT NULL,
    settled_ms bigint,
    PRIMARY KEY (workspace, version)
);

-- One row for each version that routing has not answered yet; made in the transaction of its version.
CREATE TABLE configuration_outbox (
    workspace text NOT NULL,
    version integer NOT NULL,
    base_version integer,               -- set, with the next column, before the first part is sent
    decisions_from bigint,              -- the answer lies at or after this offset of routing.decisions.v1
    PRIMARY KEY (workspace, version),
    FOREIGN KEY (workspace, version) REFERENCES workspace_versions (workspace, version)
);

-- Events that must follow a change of a row, made in the transaction of the change and sent in this order.
CREATE TABLE event_outbox (
    position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    topic text NOT NULL,
    key text NOT NULL,
    event_id text NOT NULL,             -- the CloudEvents id: the same however often it is sent
    event jsonb NOT NULL,
    traceparent text
);

CREATE TABLE audit (
    position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at_ms bigint NOT NULL,
    workspace text NOT NULL,
    actor text NOT NULL,                -- a user's name, a key's id, or `console` for the command on the machine itself
    action text NOT NULL,
    subject text NOT NULL,              -- what was acted on: a user's name, a key's id, a version, a customer's id
    detail jsonb NOT NULL DEFAULT '{}'  -- never a secret, never a customer's data
);
CREATE INDEX audit_by_workspace ON audit (workspace, at_ms);
