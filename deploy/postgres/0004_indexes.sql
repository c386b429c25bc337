-- Where a table has several indexes, only one of them begins with the workspace. As long as a table is young and nothing is
-- known of it, any index that begins with the workspace looks as good as the right one, and would read a whole workspace for
-- one row; the plan then stays. Ids are random or hashed, so an index may as well begin with them.

DROP INDEX identities_by_customer;
CREATE INDEX identities_by_customer ON identities (customer_id, workspace);

DROP INDEX interactions_by_customer;
CREATE INDEX interactions_by_customer ON interactions (customer_id, workspace, received_ms);

ALTER TABLE messages DROP CONSTRAINT messages_pkey, ADD PRIMARY KEY (message_id, workspace);
