from __future__ import annotations

import pytest
from websockets.exceptions import ConnectionClosedError
from websockets.frames import Close

from deploy.simulation.chats import _Customer, is_worth_another
from deploy.simulation.contacts import CHAT, Contact
from deploy.simulation.record import EndBook, PostBook
from runtime.clock import ManualClock
from schemas import chat


@pytest.mark.parametrize("code", sorted(chat.RETRY))
def test_a_customer_comes_again_after_what_is_said_to_pass(code: int) -> None:
    assert is_worth_another(ConnectionClosedError(Close(code, ""), None))


@pytest.mark.parametrize("code", sorted(set(chat.Close) - chat.RETRY))
def test_a_customer_gives_up_where_coming_again_is_of_no_use(code: int) -> None:
    assert not is_worth_another(ConnectionClosedError(Close(code, ""), None))


def test_a_lost_connection_is_worth_another() -> None:
    assert is_worth_another(ConnectionClosedError(None, None))
    assert is_worth_another(ConnectionClosedError(Close(1_006, ""), None))


class Socket:
    """Keeps what is sent."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    async def send(self, text: str) -> None:
        self.sent.append(text)


async def test_a_customer_whose_patience_is_over_before_the_message_is_taken_leaves_as_soon_as_it_is() -> None:
    told, named, socket = EndBook(), [], Socket()
    contact = Contact(number=1, channel=CHAT, adapter="shop_chat", interaction_id="planned", data={"subject": "?"})
    posts = PostBook()
    customer = _Customer(contact, "bookcity", ManualClock(), posts, told, lambda _, name: named.append(name))
    await customer._leave(socket)  # type: ignore[arg-type]
    assert socket.sent == []
    await customer._take(socket, chat.Sent(id="m", message_id="m", interaction_id="i_1", at_ms=0))  # type: ignore[arg-type]
    assert socket.sent == [chat.encode(chat.End()).decode()]
    assert (named, list(posts.answered_ms), list(told.left_ms)) == (["i_1"], ["i_1"], ["i_1"])
