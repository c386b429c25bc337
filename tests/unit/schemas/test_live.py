from __future__ import annotations

import msgspec
import pytest

from schemas import live


def test_a_frame_comes_back_as_it_was() -> None:
    frame = live.Command(command_id="k_12345678", do=live.FinishWrapUp(leg_id="i.1", disposition="sold"))
    assert live.decode_client(live.encode(frame)) == frame
    delta = live.Delta(epoch=1, after=2, seq=3, at_ms=4, cursor="v1.1.3.x", removed=live.Removed(legs=("i.1",)))
    assert live.decode_server(live.encode(delta)) == delta


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"type":"snapshot"}',
        '{"type":"command","command_id":"short","do":{"name":"accept","offer_id":"o"}}',
        '{"type":"command","command_id":"k_12345678","do":{"name":"explode"}}',
        '{"type":"hello","ticket":""}',
        '{"type":"send_message","command_id":"k_12345678","leg_id":"i.1","text":""}',
    ],
)
def test_what_no_client_may_say_is_not_understood(text: str) -> None:
    with pytest.raises(msgspec.MsgspecError):
        live.decode_client(text)


def test_fields_of_a_newer_client_are_ignored() -> None:
    assert live.decode_client('{"type":"ping","nonce":"a","later":1}') == live.Ping(nonce="a")


def test_a_cursor_leads_back_to_its_place() -> None:
    assert live.place_of(live.cursor_of(3, 77, "abcd"), "abcd") == (3, 77)


@pytest.mark.parametrize("cursor", ["", "v1", "v1.1.2", "v1.1.2.other", "v2.1.2.abcd", "v1.-1.2.abcd", "v1.1.²2.abcd"])
def test_what_is_no_cursor_of_this_scope_leads_nowhere(cursor: str) -> None:
    assert live.place_of(cursor, "abcd") is None


def test_close_codes_are_ours_or_the_protocol_s() -> None:
    assert all(code in range(4400, 4500) or code in (1001, 1012, 1013) for code in live.Close)
    assert live.Close.TICKET_REFUSED not in live.RETRY
