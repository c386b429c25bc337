from __future__ import annotations

import pytest

from producers.web.session import Close, Leave, Limits, Open, Pass, Post, Say, Session, Stage
from schemas import chat

HELLO = chat.Hello(workspace="shop")
SEND = chat.Send(id="12345678", text="hello")


def opened() -> Session:
    session = Session(Limits())
    session.receive(chat.encode(HELLO), 0)
    session.opened(0)
    return session


def test_the_first_frame_opens_the_chat() -> None:
    session = Session(Limits())
    assert session.receive(chat.encode(HELLO), 0) == [Open(HELLO)]
    assert session.opened(0) == []
    assert session.stage is Stage.OPEN


def test_what_is_sent_while_the_chat_is_looked_up_waits_in_order() -> None:
    session = Session(Limits())
    session.receive(chat.encode(HELLO), 0)
    assert session.receive(chat.encode(SEND), 0) == []
    assert session.receive(chat.encode(chat.End()), 0) == []
    assert session.opened(0) == [Post(SEND), Leave()]


@pytest.mark.parametrize("data", [b"", b"{}", b"\xff", "[]", '{"type":"send","id":"12345678","text":"x"}'])
def test_anything_else_first_closes(data: bytes | str) -> None:
    [close] = Session(Limits()).receive(data, 0)
    assert isinstance(close, Close)
    assert close.code is chat.Close.BAD_FRAME


def test_a_second_hello_closes_and_nothing_is_heard_after_that() -> None:
    session = opened()
    [close] = session.receive(chat.encode(HELLO), 0)
    assert isinstance(close, Close)
    assert session.receive(chat.encode(SEND), 0) == []


def test_each_frame_has_its_act() -> None:
    session = opened()
    assert session.receive(chat.encode(SEND), 0) == [Post(SEND)]
    assert session.receive(chat.encode(chat.Typing(active=False)), 0) == [Pass(False)]
    assert session.receive(chat.encode(chat.Ping(nonce="n")), 9) == [Say(chat.Pong(at_ms=9, nonce="n"))]
    [refused] = session.receive(chat.encode(chat.Send(id="12345678", text="  ")), 9)
    assert refused == Say(chat.NotSent(id="12345678", reason=chat.NotSentReason.EMPTY, at_ms=9))


def test_too_many_frames_close_and_a_slow_page_may_go_on_for_ever() -> None:
    session = Session(Limits(frame_every_ms=100, burst=3))
    session.receive(chat.encode(HELLO), 0)
    session.opened(0)
    for moment_ms in range(1_000, 10_000, 100):
        assert session.receive(chat.encode(SEND), moment_ms) == [Post(SEND)]
    acts = [session.receive(chat.encode(SEND), 20_000) for _ in range(4)]
    [close] = acts[-1]
    assert isinstance(close, Close)
    assert close.code is chat.Close.TOO_MANY_FRAMES


def test_a_reason_fits_into_a_close_frame() -> None:
    [close] = Session(Limits()).close(chat.Close.BAD_FRAME, "错" * 200)
    assert isinstance(close, Close)
    assert len(close.reason.encode()) <= 123
