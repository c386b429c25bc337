from __future__ import annotations

import pytest

from producers.web import opening
from producers.web.chat import ChatRow, digest_of
from producers.web.memory_store import MemoryChatStore
from runtime import transcripts
from schemas import chat
from tests.support.gateway_parts import a_broker
from tests.support.web_service import Router, serving

TOKEN = "t" * 43
HELLO = chat.Hello(workspace="shop", token=TOKEN)


class Past:
    """A chat that has been at several contacts, all over, with messages of an agent in each."""

    def __init__(self, contacts: int, messages: int = 1, text: str = "x") -> None:
        self.router, self.store = Router(a_broker()), MemoryChatStore()
        self.row = ChatRow(
            digest=digest_of(TOKEN), workspace="shop", number=contacts, ended_by=chat.EndedBy.AGENT, seen_ms=1
        )
        self.store.rows[self.row.digest] = self.row
        self.contacts = [self.row.interaction(number) for number in range(1, contacts + 1)]
        for number, contact in enumerate(self.contacts, 1):
            for _ in range(messages):
                self.router.write(contact, f"{number} {text}")


def transcripts_of(frames: list[chat.Frame]) -> list[chat.Transcript]:
    return [one for one in frames if isinstance(one, chat.Transcript)]


async def test_a_page_that_names_no_contact_gets_the_newest_ones_only() -> None:
    past = Past(opening.MOST_CONTACTS + 2)
    async with serving(past.router, past.store) as here, here.page(HELLO) as customer:
        await customer.state(chat.ChatState.ENDED)
        shown = transcripts_of(customer.frames)
    assert [one.interaction_id for one in shown] == past.contacts[2:]
    assert all(one.complete for one in shown)


async def test_a_page_gets_what_lies_after_the_last_message_that_it_has() -> None:
    past = Past(3)
    hello = chat.Hello(workspace="shop", token=TOKEN, interaction_id=past.contacts[1], after=10_000)
    async with serving(past.router, past.store) as here, here.page(hello) as customer:
        await customer.state(chat.ChatState.ENDED)
        shown = transcripts_of(customer.frames)
    assert [(one.interaction_id, len(one.messages)) for one in shown] == [(past.contacts[1], 0), (past.contacts[2], 1)]


async def test_records_that_are_gone_for_good_do_not_keep_a_page_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transcripts, "MOST_READ", 0)
    monkeypatch.setattr(opening, "MOST_FRUITLESS", 3)
    monkeypatch.setattr(opening, "AGAIN_S", 0.0)
    past = Past(1)
    async with serving(past.router, past.store) as here, here.page(HELLO) as customer:
        await customer.state(chat.ChatState.ENDED)
        assert [one.complete for one in transcripts_of(customer.frames)] == [False] * 3
        await customer.say(chat.Send(id="12345678", text="still here"))
        await customer.told(chat.Sent)


async def test_a_past_that_is_larger_than_what_may_wait_is_taken_piece_by_piece() -> None:
    past = Past(4, messages=20, text="长" * 100)
    async with serving(past.router, past.store, HUBLINE_WEB_BACKLOG_BYTES="2000") as here, here.page(HELLO) as customer:
        await customer.state(chat.ChatState.ENDED)
        assert len(customer.texts()) == 80
