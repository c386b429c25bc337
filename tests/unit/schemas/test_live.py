from __future__ import annotations

import msgspec
import pytest

from schemas import live
from schemas.metrics import Dimension


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
        '{"type":"hello","ticket":"t","metrics":["weather"]}',
        '{"type":"send_message","command_id":"k_12345678","leg_id":"i.1","text":""}',
    ],
)
def test_what_no_client_may_say_is_not_understood(text: str) -> None:
    with pytest.raises(msgspec.MsgspecError):
        live.decode_client(text)


def test_fields_of_a_newer_client_are_ignored() -> None:
    assert live.decode_client('{"type":"ping","nonce":"a","later":1}') == live.Ping(nonce="a")


def test_figures_are_asked_for_by_dimension() -> None:
    frame = live.decode_client('{"type":"hello","ticket":"t","metrics":["queue","agent"]}')
    assert isinstance(frame, live.Hello)
    assert frame.metrics == (Dimension.QUEUE, Dimension.AGENT)


def test_close_codes_are_ours_or_the_protocol_s() -> None:
    assert all(code in range(4400, 4500) or code in (1001, 1012, 1013) for code in live.Close)
    assert live.Close.TICKET_REFUSED not in live.RETRY
