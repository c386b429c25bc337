from __future__ import annotations

import pytest
from websockets.exceptions import ConnectionClosedError
from websockets.frames import Close

from deploy.simulation.chats import is_worth_another
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
