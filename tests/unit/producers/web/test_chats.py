from __future__ import annotations

from producers.web.chat import Chat, ChatRow
from producers.web.chats import Chats
from producers.web.window import Window
from schemas import chat as frames
from schemas.chat import EndedBy


class Nowhere:
    def write(self, frame: frames.Frame) -> None:
        """Takes it and forgets it."""

    async def drained(self) -> None:
        """At once."""


def a_chat(number: int = 1, ended_by: EndedBy | None = None) -> Chat:
    return Chat(ChatRow(digest=b"d" * 32, workspace="shop", number=number, ended_by=ended_by), is_saved=True)


def test_a_chat_is_found_by_its_token_and_by_each_contact_it_was_at() -> None:
    chats, chat = Chats(), a_chat()
    chats.add(chat)
    first = str(chat.row.interaction_id)
    chat.next_contact(5)
    chats.index(chat)
    assert chats.find(b"d" * 32) is chats.at(first) is chats.at(str(chat.row.interaction_id)) is chat


def test_a_chat_is_found_by_the_contact_that_another_instance_opens_for_it() -> None:
    chats, chat = Chats(), a_chat()
    chats.add(chat)
    assert chats.at(chat.row.interaction(2)) is chat
    assert chats.at(chat.row.interaction(3)) is None


def test_the_one_that_is_here_already_is_kept() -> None:
    chats, chat = Chats(), a_chat()
    chats.add(chat)
    assert chats.add(a_chat()) is chat


def test_a_contact_is_held_while_a_window_is_there() -> None:
    chats, chat = Chats(), a_chat()
    chats.add(chat)
    assert not chats.is_held(str(chat.row.interaction_id))
    chat.members.append(Window(Nowhere()))
    assert chats.is_held(str(chat.row.interaction_id))


def test_what_is_over_saved_and_held_by_nobody_is_forgotten() -> None:
    chats, chat = Chats(), a_chat()
    chats.add(chat)
    chats.drop_idle()
    assert len(chats) == 1
    chat.ended(EndedBy.AGENT)
    chats.drop_idle()
    assert len(chats) == 1
    chat.is_saved = True
    chats.drop_idle()
    assert (len(chats), chats.at(str(chat.row.interaction_id))) == (0, None)


def test_a_chat_in_which_nothing_was_written_goes_with_its_window() -> None:
    chats = Chats()
    chats.add(Chat(ChatRow(digest=b"e" * 32, workspace="shop"), is_saved=False))
    chats.drop_idle()
    assert len(chats) == 0
