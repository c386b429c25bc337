-- The chats of customers' web pages. Written by producers/web alone. The secret that resumes a chat is kept as its digest.

CREATE TABLE web_chats (
    token_digest bytea PRIMARY KEY,
    workspace text NOT NULL,
    chat_id text NOT NULL,
    number integer NOT NULL,            -- of the contact it is at now, from 1; 0 = nothing was written yet
    interaction_id text,                -- of that contact
    ended_by text,                      -- how that contact ended; NULL = it has not, as of next_offset
    next_offset bigint NOT NULL,        -- every decision on that contact below it is in this row
    seen_ms bigint NOT NULL,            -- when some process last had a socket of this chat
    queue text,
    language text,
    account text,                       -- the shop's account of a signed-in customer
    customer_name text
);
CREATE INDEX web_chats_by_interaction ON web_chats (workspace, interaction_id);
