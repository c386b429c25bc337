from __future__ import annotations

import pytest

from runtime.kept_messages import Away, PostgresMessages, message_of
from runtime.postgres import connect_pool
from runtime.settings import Postgres
from schemas.messages import Attachment


def test_a_stored_message_is_the_one_that_was_posted() -> None:
    row = {
        "message_id": "m_1",
        "number": 7,
        "author": "agent",
        "agent_id": "ana",
        "leg_id": "i1.1",
        "media_type": "text/plain",
        "text": "hello",
        "attachments": '[{"claim": "x", "name": "a.pdf", "media_type": "application/pdf", "size_bytes": 3}]',
        "sent_ms": 5,
    }
    message = message_of("shop", "i1", row)
    assert (message.offset, message.message.text, message.message.agent_id) == (7, "hello", "ana")
    attachment = Attachment(claim="x", name="a.pdf", media_type="application/pdf", size_bytes=3)
    assert message.message.attachments == (attachment,)


async def test_a_database_that_is_not_there_is_away() -> None:
    async with connect_pool(Postgres(url="postgresql://nobody@127.0.0.1:1/none", connect_timeout_ms=200)) as pool:
        with pytest.raises(Away):
            await PostgresMessages(pool).messages("shop", "i1", 0, -1, 10)
