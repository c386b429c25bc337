from __future__ import annotations

import msgspec
import pytest

from schemas import chat


def test_a_frame_comes_back_as_it_was() -> None:
    sent = chat.Send(id="12345678", text="hello", attachments=("a_1",))
    assert chat.decode_client(chat.encode(sent)) == sent
    state = chat.State(at_ms=1, state=chat.ChatState.WAITING, interaction_id="i", position=2, expected_wait_ms=3)
    assert chat.decode_server(chat.encode(state)) == state


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"type":"welcome"}',
        '{"type":"hello"}',
        '{"type":"hello","workspace":"shop","token":"short"}',
        '{"type":"hello","workspace":"shop","after":-2}',
        '{"type":"send","id":"short","text":"x"}',
        '{"type":"send","id":"12345678","text":"x","media_type":"text/javascript"}',
        '{"type":"send","id":"12345678","attachments":["1","2","3","4","5","6"]}',
    ],
)
def test_what_no_page_may_say_is_not_understood(text: str) -> None:
    with pytest.raises(msgspec.MsgspecError):
        chat.decode_client(text)


def test_fields_of_a_newer_page_are_ignored() -> None:
    assert chat.decode_client('{"type":"ping","nonce":"a","later":1}') == chat.Ping(nonce="a")


def test_close_codes_are_ours_or_the_protocol_s() -> None:
    assert all(code in range(4400, 4500) or code in (1012, 1013) for code in chat.Close)
    assert chat.Close.UNKNOWN_CHAT not in chat.RETRY
