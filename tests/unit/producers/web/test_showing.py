from __future__ import annotations

import pytest

from producers.web.showing import is_news, sanitised, shown_message, state_of
from schemas import chat
from schemas.chat import ChatState, EndedBy
from schemas.estimate import QueueOrders
from schemas.messages import Attachment, Author, MessagePosted
from schemas.view import View
from schemas.vocabulary import EndReason, LegState
from tests.support.decided import Floor


class Seen:
    """A view and its lines, as they follow a floor."""

    def __init__(self) -> None:
        self.floor = Floor()
        self.view = View("shop")
        self.orders = QueueOrders(0)

    def follow(self) -> None:
        for decision in self.floor.said[self.view.seq :]:
            self.orders.heard(self.view.apply(decision), self.view.at_ms)

    def state(self, name: str = "i1") -> chat.State | None:
        self.follow()
        return state_of(self.view, name, self.orders)


def test_a_contact_on_its_way_from_arrival_to_end() -> None:
    seen = Seen()
    assert seen.state() is None
    seen.floor.opened("ana")
    seen.floor.arrives("i0")
    seen.floor.arrives("i1")
    waiting = seen.state()
    assert waiting is not None
    assert (waiting.state, waiting.position, waiting.expected_wait_ms) == (ChatState.WAITING, 2, None)
    seen.floor.offered("i1", "ana")
    seen.floor.accepted("i1")
    connected = seen.state()
    assert connected is not None
    assert (connected.state, connected.position) == (ChatState.CONNECTED, None)
    seen.floor.held("i1")
    held = seen.state()
    assert held is not None
    assert held.state is ChatState.ON_HOLD
    seen.floor.wraps_up("i1")
    over = seen.state()
    assert over is not None
    assert (over.state, over.ended_by) == (ChatState.ENDED, EndedBy.AGENT)


def test_who_is_handed_on_waits_again() -> None:
    seen = Seen()
    seen.floor.opened("ana")
    seen.floor.arrives("i1")
    seen.floor.offered("i1", "ana")
    seen.floor.accepted("i1")
    seen.floor.ended("i1", state=LegState.COMPLETED, reason=EndReason.TRANSFERRED)
    between = seen.state()
    assert between is not None
    assert between.state is ChatState.WAITING
    seen.floor.another_leg("i1", 2)
    again = seen.state()
    assert again is not None
    assert (again.state, again.position) == (ChatState.WAITING, 1)


def test_only_what_changes_is_news() -> None:
    state = chat.State(at_ms=1, state=ChatState.WAITING, interaction_id="i", position=2, expected_wait_ms=60_000)
    later = chat.State(at_ms=9, state=ChatState.WAITING, interaction_id="i", position=2, expected_wait_ms=59_000)
    nearer = chat.State(at_ms=9, state=ChatState.WAITING, interaction_id="i", position=1, expected_wait_ms=30_000)
    unknown = chat.State(at_ms=9, state=ChatState.WAITING, interaction_id="i", position=2)
    assert is_news(None, state)
    assert not is_news(state, later)
    assert is_news(state, nearer)
    assert is_news(unknown, later)


@pytest.mark.parametrize(
    ("text", "media_type", "shown"),
    [
        ("<b>1 < 2</b> & so on", "text/plain", "<b>1 < 2</b> & so on"),
        ("<b>yes</b><script>alert(1)</script>", "text/html", "<b>yes</b>"),
        ('<img src=x onerror="alert(1)">', "text/html", ""),
        ('<a href="javascript:alert(1)">x</a>', "text/html", '<a rel="noopener noreferrer">x</a>'),
    ],
)
def test_html_is_sanitised_and_plain_text_stays_as_it_is(text: str, media_type: str, shown: str) -> None:
    assert sanitised(text, media_type) == shown


def test_a_customer_is_not_told_who_wrote() -> None:
    message = MessagePosted(
        workspace="shop",
        interaction_id="i1",
        message_id="m_1",
        author=Author.AGENT,
        sent_at_ms=5,
        text="hello",
        agent_id="ana",
        leg_id="i1.1",
        attachments=(Attachment(claim="shop/w_1/a_2", name="a.png", media_type="image/png", size_bytes=3),),
    )
    shown = shown_message(message, 7)
    assert b"ana" not in chat.encode(chat.MessageShown(interaction_id="i1", message=shown))
    assert (shown.offset, shown.attachments[0].id) == (7, "a_2")
