from __future__ import annotations

from typing import Any

import pytest

from consumers.query.files import Files, claim_in
from consumers.query.problems import Kind
from runtime.problems import Problem
from runtime.vault import Vault
from schemas.live import Message
from schemas.messages import Attachment, Author, MessagePosted


class GoneStore(Vault):
    """A store that does not answer."""

    async def claimed(self, workspace: str, claim: str) -> Attachment | None:
        raise OSError("away")


def a_message(*claims: str) -> Message:
    files = tuple(Attachment(claim=claim, name="a", media_type="image/png", size_bytes=1) for claim in claims)
    posted: dict[str, Any] = {"workspace": "shop", "interaction_id": "i", "author": Author.CUSTOMER, "sent_at_ms": 1}
    return Message(offset=1, message=MessagePosted(message_id="m", attachments=files, **posted))


def test_an_attachment_is_found_by_the_last_part_of_its_claim() -> None:
    messages = [a_message(), a_message("shop/c/a_1", "shop/c/a_2")]
    assert claim_in(messages, "a_2") == "shop/c/a_2"
    assert claim_in(messages, "a_3") is None


async def test_a_store_that_is_away_is_said_to_be() -> None:
    with pytest.raises(Problem) as refused:
        await Files(GoneStore(None)).read("shop", "shop/c/a_1")
    assert refused.value.kind is Kind.NOT_READY
