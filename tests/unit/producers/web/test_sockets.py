from __future__ import annotations

import asyncio

from producers.web.chat import ChatRow
from producers.web.memory_store import MemoryChatStore
from producers.web.sockets import Event, Outbox
from schemas import chat
from tests.support.waiting import eventually
from tests.support.web_service import serving

FRAME = chat.Live(at_ms=1)
TEXT = {"type": "websocket.send", "text": chat.encode(FRAME).decode()}
FRAME_BYTES = len(chat.encode(FRAME))


class Page:
    def __init__(self) -> None:
        self.events: list[Event] = []
        self.closes: list[chat.Close] = []

    def closing(self, code: chat.Close) -> None:
        self.closes.append(code)

    async def take(self, event: Event) -> None:
        self.events.append(event)

    async def has_taken(self, count: int) -> None:
        await eventually(lambda: len(self.events) == count)


async def test_what_was_written_is_sent_before_the_close_and_nothing_after_it() -> None:
    page = Page()
    outbox = Outbox(3 * FRAME_BYTES, page.closing)
    outbox.write(FRAME)
    outbox.write(FRAME)
    outbox.close(chat.Close.BAD_FRAME, "no")
    outbox.write(FRAME)
    await outbox.run(page.take)
    assert page.events == [TEXT, TEXT, {"type": "websocket.close", "code": int(chat.Close.BAD_FRAME), "reason": "no"}]


async def test_a_page_that_takes_nothing_is_let_go_however_much_more_it_is_told() -> None:
    page = Page()
    outbox = Outbox(2 * FRAME_BYTES, page.closing)
    for _ in range(5):
        outbox.write(FRAME)
    await outbox.run(page.take)
    assert [(event["type"], event["code"]) for event in page.events] == [("websocket.close", int(chat.Close.TOO_SLOW))]
    assert page.closes == [chat.Close.TOO_SLOW], "counted, and once"


async def test_a_close_is_sent_even_if_too_much_comes_after_it() -> None:
    page = Page()
    outbox = Outbox(FRAME_BYTES, page.closing)
    outbox.write(FRAME)
    outbox.close(chat.Close.TRY_AGAIN, "later")
    outbox.write(FRAME)
    await outbox.run(page.take)
    assert [event["type"] for event in page.events] == ["websocket.send", "websocket.close"]


async def test_a_page_that_has_taken_all_before_takes_any_frame() -> None:
    page = Page()
    outbox = Outbox(1, page.closing)
    outbox.write(FRAME)
    sending = asyncio.create_task(outbox.run(page.take))
    await outbox.drained()
    outbox.write(FRAME)
    await outbox.drained()
    outbox.close(chat.Close.RESTART, "done")
    await sending
    assert [event["type"] for event in page.events] == ["websocket.send", "websocket.send", "websocket.close"]


async def test_what_waits_is_counted_in_bytes() -> None:
    page, frame = Page(), chat.Pong(at_ms=1, nonce="久" * 40)
    outbox = Outbox(len(chat.encode(frame).decode()) * 2, page.closing)
    for _ in range(2):
        outbox.write(frame)
    assert page.closes == [chat.Close.TOO_SLOW]


async def test_what_has_been_sent_makes_room() -> None:
    page = Page()
    outbox = Outbox(FRAME_BYTES, page.closing)
    sending = asyncio.create_task(outbox.run(page.take))
    for told in (1, 2):
        outbox.write(FRAME)
        await page.has_taken(told)
    outbox.close(chat.Close.BAD_FRAME, "no")
    await sending
    assert [event["type"] for event in page.events] == ["websocket.send", "websocket.send", "websocket.close"]


class Broken(MemoryChatStore):
    async def find(self, digest: bytes) -> ChatRow | None:
        raise ConnectionResetError(digest.hex())


async def test_a_chat_whose_opening_breaks_is_closed_so_that_its_page_comes_again() -> None:
    token = "t" * 43
    async with serving(store=Broken()) as here, here.page(chat.Hello(workspace="shop", token=token)) as customer:
        assert await customer.closed() == chat.Close.TRY_AGAIN
        assert customer.frames == []
        async with here.page() as other:
            await other.told(chat.Welcome)
