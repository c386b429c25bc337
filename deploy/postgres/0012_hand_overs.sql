-- A repeated command is answered as the first time.
CREATE INDEX interventions_by_command ON interventions (workspace, command_id);

-- An agent who left or changed teams: one act gave his customers to another. Written by producers/admin in the
-- transaction that changes them; routing hears of it by the command of the same id, whose answer is in `interventions`.
CREATE TABLE hand_overs (
    workspace text NOT NULL,
    hand_over_id text NOT NULL,         -- the command's id
    agent_id text NOT NULL,
    to_agent text NOT NULL,
    reason text NOT NULL,
    at_ms bigint NOT NULL,
    by text NOT NULL,
    owned integer NOT NULL,             -- customers whose owner changed
    preferring integer NOT NULL,        -- customers whose preferred agent changed
    PRIMARY KEY (workspace, hand_over_id)
);
CREATE INDEX hand_overs_by_agent ON hand_overs (workspace, agent_id, at_ms);

-- Whose customers are these?
CREATE INDEX customers_by_owner ON customers (workspace, owner) WHERE owner IS NOT NULL;
CREATE INDEX customers_by_preferred_agent ON customers (workspace, preferred_agent) WHERE preferred_agent IS NOT NULL;
