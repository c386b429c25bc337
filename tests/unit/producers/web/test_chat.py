from __future__ import annotations

from producers.web.chat import Chat, ChatRow, digest_of, new_token
from schemas.chat import EndedBy


def a_row(number: int = 0) -> ChatRow:
    return ChatRow(digest=digest_of("x" * 43), workspace="shop", number=number)


def test_tokens_are_long_and_never_the_same() -> None:
    assert len(new_token()) == 43
    assert new_token() != new_token()


def test_the_token_is_nowhere_in_what_is_kept() -> None:
    token = new_token()
    row = ChatRow(digest=digest_of(token), workspace="shop", number=1)
    assert token not in repr(row) + row.chat_id + row.external_id(1)


def test_ids_follow_from_the_chat() -> None:
    row = a_row(1)
    assert row.interaction_id == row.interaction(1) != row.interaction(2)
    assert row.message_id("12345678") == a_row(2).message_id("12345678") != row.message_id("23456789")
    assert a_row().interaction_id is None


def test_contacts_follow_one_another_and_are_linked() -> None:
    chat = Chat(a_row(), is_saved=True)
    assert (chat.is_open, chat.next_contact(7)) == (False, None)
    assert (chat.is_open, chat.is_saved) == (True, False)
    chat.ended(EndedBy.AGENT)
    first = chat.row.interaction_id
    assert (chat.is_open, chat.row.ended_by) == (False, EndedBy.AGENT)
    assert chat.next_contact(9) == first
    assert (chat.row.number, chat.row.ended_by, chat.row.next_offset) == (2, None, 9)


def test_a_contact_ends_once() -> None:
    chat = Chat(a_row(1), is_saved=True)
    chat.ended(EndedBy.AGENT)
    chat.ended(EndedBy.CUSTOMER)
    assert chat.row.ended_by is EndedBy.AGENT
