from __future__ import annotations

from producers.web.chat import ADAPTER, Chat, ChatRow
from producers.web.chats import Chats
from producers.web.watching import Watching
from runtime.clock import ManualClock
from runtime.events import to_output
from runtime.following import FollowerHooks
from runtime.records import Record
from schemas import chat as frames
from schemas.chat import ChatState, EndedBy
from schemas.ids import interaction_id
from schemas.messages import Author, MessagePosted
from schemas.topics import MESSAGES, TYPING
from schemas.typing import TypingSignalled
from schemas.view import View
from tests.support.decided import Floor


class Told:
    def __init__(self) -> None:
        self.frames: list[frames.Frame] = []

    def tell(self, frame: frames.Frame) -> None:
        self.frames.append(frame)


class Watched:
    """A chat at its first contact, a window of it, and what is decided."""

    def __init__(self) -> None:
        self.chats = Chats()
        self.chat = self.chats.add(Chat(ChatRow(digest=b"d" * 32, workspace="shop", number=1), is_saved=True))
        self.window = Told()
        self.chat.members.append(self.window)
        self.watching = Watching(self.chats, ManualClock(1_000))
        self.hooks: FollowerHooks = self.watching.hooks()
        self.floor = Floor()
        self.view = View("shop")
        self.hooks.appeared(self.view)
        self.floor.opened("ana")

    @property
    def contact(self) -> str:
        return str(self.chat.row.interaction_id)

    def follow(self, *messages: Record) -> None:
        for decision in self.floor.said[self.view.seq :]:
            self.hooks.decided(self.view, decision, self.view.apply(decision))
        self.hooks.settled((self.view,), messages)

    def states(self) -> list[ChatState]:
        return [frame.state for frame in self.window.frames if isinstance(frame, frames.State)]


def a_record(contact: str, message_id: str, offset: int) -> Record:
    message = MessagePosted(
        workspace="shop", interaction_id=contact, message_id=message_id, author=Author.AGENT, sent_at_ms=1, text="x"
    )
    output = to_output(message, MESSAGES, key=contact, event_id=message_id, source="/tests")
    return Record(output.topic, 0, offset, 0, output.key, output.value, output.headers)


def test_a_chat_is_told_each_new_state_once() -> None:
    here = Watched()
    here.floor.arrives(here.contact, channel="web_chat")
    here.follow()
    here.follow()
    here.floor.offered(here.contact, "ana")
    here.follow()
    here.floor.accepted(here.contact)
    here.follow()
    here.floor.wraps_up(here.contact)
    here.follow()
    assert here.states() == [ChatState.WAITING, ChatState.WAITING, ChatState.CONNECTED, ChatState.ENDED]
    in_line, ringing, *_ = (frame for frame in here.window.frames if isinstance(frame, frames.State))
    assert (in_line.position, in_line.expected_wait_ms) == (1, None)
    assert (ringing.position, ringing.expected_wait_ms) == (None, 0)
    assert here.chat.row.ended_by is EndedBy.AGENT


def test_the_first_message_of_a_contact_opened_elsewhere_is_told_before_routing_speaks_of_it() -> None:
    here = Watched()
    here.chats.index(here.chat)
    following = here.chat.row.interaction(2)
    here.follow(a_record(following, "m_1", 3))
    shown = [frame.interaction_id for frame in here.window.frames if isinstance(frame, frames.MessageShown)]
    assert shown == [following]


def test_the_place_in_line_is_told_when_it_changes() -> None:
    here = Watched()
    here.floor.arrives("other")
    here.floor.arrives(here.contact, channel="web_chat")
    here.follow()
    here.floor.ended("other")
    here.follow()
    here.watching.tell_waiting(1)
    here.watching.tell_waiting(2)
    places = [frame.position for frame in here.window.frames if isinstance(frame, frames.State)]
    assert places == [2, 1]


def test_contacts_of_other_adapters_and_channels_are_not_ours() -> None:
    here = Watched()
    here.floor.arrives("i_of_another", channel="web_chat")
    here.floor.arrives(interaction_id("shop", ADAPTER, "form"), channel="web_form")
    here.floor.arrives(here.contact, channel="web_chat")
    here.follow()
    watched = here.watching.workspaces["shop"]
    assert [one for one, _ in watched.under_way()] == [here.contact]
    here.floor.offered(here.contact, "ana")
    here.floor.accepted(here.contact)
    here.floor.wraps_up(here.contact)
    here.follow()
    assert list(watched.under_way()) == []


def test_messages_are_shown_once_however_often_they_stand_in_the_log() -> None:
    here = Watched()
    here.follow(a_record(here.contact, "m_1", 5), a_record("elsewhere", "m_2", 6), a_record(here.contact, "m_1", 7))
    shown = [frame.message.offset for frame in here.window.frames if isinstance(frame, frames.MessageShown)]
    assert shown == [5]


def a_sign(contact: str, author: Author, *, active: bool = True, stamp_ms: int = 1_000) -> Record:
    signal = TypingSignalled(workspace="shop", interaction_id=contact, author=author, at_ms=1_000, active=active)
    output = to_output(signal, TYPING, key=contact, event_id="t", source="/tests")
    return Record(output.topic, 0, 1, stamp_ms, output.key, output.value, output.headers)


def test_the_customer_sees_that_the_agent_of_this_contact_writes_just_now() -> None:
    here = Watched()
    here.follow(a_sign(here.contact, Author.AGENT), a_sign(here.contact, Author.AGENT, active=False))
    here.follow(a_sign(here.contact, Author.CUSTOMER), a_sign("i_of_another", Author.AGENT))
    here.follow(a_sign(here.contact, Author.AGENT, stamp_ms=-60_000))
    shown = [(one.author, one.active) for one in here.window.frames if isinstance(one, frames.TypingShown)]
    assert shown == [(Author.AGENT, True), (Author.AGENT, False)]


def test_a_contact_that_another_process_opened_is_gone_over_to() -> None:
    here = Watched()
    first, second = here.contact, here.chat.row.interaction(2)
    here.floor.arrives(first, channel="web_chat")
    here.floor.ended(first)
    here.floor.arrives(second, channel="web_chat", linked_to=first)
    here.follow()
    assert (here.contact, here.chat.is_open) == (second, True)
    assert here.states()[-1] is ChatState.WAITING


def test_a_new_epoch_begins_with_what_the_view_has_then() -> None:
    here = Watched()
    here.floor.arrives(here.contact, channel="web_chat")
    here.follow()
    here.floor.reopened()
    here.follow()
    assert here.watching.workspaces["shop"].contacts == {}
