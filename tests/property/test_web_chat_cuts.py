"""A page cut off at any moment, by itself or by the server's death, loses nothing and doubles nothing.

The page is the smallest that keeps to docs/web-chat.md: it keeps its token, the last message seen, and what was not
acknowledged, and says that again. It is cut after any number of frames that it sent or got.
"""

from __future__ import annotations

import asyncio
import contextlib

import hypothesis.strategies as st
import structlog
from hypothesis import HealthCheck, example, given, settings
from obstore.store import MemoryStore

from producers.web.app import WebServer
from producers.web.identity import Identities
from producers.web.memory_store import MemoryChatStore
from producers.web.opening import Refused
from producers.web.window import Window
from runtime.vault import Vault
from schemas import chat
from schemas.messages import Author
from tests.support.gateway_parts import a_broker
from tests.support.gateway_service import NoRecords, context_of
from tests.support.waiting import eventually
from tests.support.web_service import Router

TEXTS = ("one", "two", "three", "four", "five")
ENDED_AFTER = 3
"""The agent ends the contact after so many messages: the others open a linked one."""


class Cut(Exception):
    """The line is gone."""


class Page:
    """What survives a cut, and what is on screen."""

    def __init__(self) -> None:
        self.token: str | None = None
        self.interaction_id: str | None = None
        self.after = -1
        self.waiting: list[chat.Send] = []
        self.sent: list[str] = []
        self.shown: dict[str, str] = {}
        self.steps_left = 0
        self.lines: list[chat.Frame] = []

    def write(self, frame: chat.Frame) -> None:
        """See `Sink`: a cut page gets nothing more."""
        if self.steps_left > 0:
            self.steps_left -= 1
            self._hear(frame)

    async def drained(self) -> None:
        """See `Sink`: it takes everything at once."""

    def step(self) -> None:
        """One more frame leaves; raises Cut."""
        if self.steps_left <= 0:
            raise Cut
        self.steps_left -= 1

    def _hear(self, frame: chat.Frame) -> None:
        match frame:
            case chat.Welcome() if frame.token is not None:
                self.token = frame.token
            case chat.MessageShown():
                self._show(frame.interaction_id, frame.message)
            case chat.Transcript():
                for message in frame.messages:
                    self._show(frame.interaction_id, message)
            case chat.Sent():
                self.sent.append(frame.id)
                self.waiting = [one for one in self.waiting if one.id != frame.id]

    def _show(self, interaction_id: str, message: chat.ShownMessage) -> None:
        self.interaction_id, self.after = interaction_id, message.offset
        self.shown[message.message_id] = message.text


class Service:
    """A web server that may die at any moment; the logs and the store stay."""

    def __init__(self) -> None:
        self.router = Router(a_broker())
        self.store = MemoryChatStore()

    @contextlib.asynccontextmanager
    async def living(self):  # type: ignore[no-untyped-def] # the generator's type says nothing more
        """One life, without sockets; nothing is tidied up at its end."""
        web = WebServer(
            context_of("web-1"), self.router.broker, self.store, NoRecords(), Vault(MemoryStore()), Identities({})
        )
        await web.follower.start()
        work = [web.parts.sender.run(), web.follower.run(), web.liveness.run()]
        tasks = [asyncio.create_task(one) for one in work]
        try:
            await eventually(lambda: web.liveness.state is None)
            yield web
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
            await web.posting.stop()
            await web.reader.stop()


async def one_line(page: Page, web: WebServer, router: Router, texts: list[str]) -> None:
    """From hello until the page is cut or everything is said."""
    window = Window(page)
    hello = chat.Hello(workspace="shop")
    if page.token is not None:
        hello = chat.Hello(workspace="shop", token=page.token, interaction_id=page.interaction_id, after=page.after)
    try:
        page.step()
        await opened(page, web, window, hello)
        await end_when_due(web, window, router)
        for again in list(page.waiting):
            page.step()
            web.posting.post(window, again)
        while texts:
            send = chat.Send(id=f"message-{texts[0]}", text=texts[0])
            page.waiting.append(send)
            texts.pop(0)
            page.step()
            web.posting.post(window, send)
            await answered(page)
            await end_when_due(web, window, router)
        await answered(page)
    finally:
        if window.chat is not None:
            window.chat.members.remove(window)


async def opened(page: Page, web: WebServer, window: Window, hello: chat.Hello) -> None:
    """A token that is not known is forgotten: nothing was written under it. Raises Cut."""
    try:
        await web.opening.open(window, hello)
    except Refused as refused:
        if page.shown or refused.code is not chat.Close.UNKNOWN_CHAT:
            raise
        page.token = None
        raise Cut from None


async def answered(page: Page) -> None:
    """Until nothing waits; raises Cut when no more will come."""
    await eventually(lambda: not page.waiting or page.steps_left <= 0)
    if page.waiting:
        raise Cut


async def end_when_due(web: WebServer, window: Window, router: Router) -> None:
    """The agent writes and ends the first contact, whatever of it was acknowledged, and the chat knows."""
    found = window.chat
    written = {one.message_id for one in router.written() if one.author is Author.CUSTOMER}
    if len(router.contacts) != 1 or len(written) < ENDED_AFTER:
        return
    assert found is not None
    contact = router.contacts[0].interaction_id
    if found.row.interaction_id != contact:
        return  # it has ended, and the page was cut before what comes next was in the log
    leg = await eventually(lambda: router.floor.legs.get(f"{contact}.1") or found.row.ended_by)
    if found.row.ended_by is None and leg is not None:
        router.write(contact, "agent")
        router.take_in(contact)
        router.end(contact)
        await eventually(lambda: found.row.ended_by)


async def a_day(cuts: list[tuple[int, bool]]) -> None:
    """Lines that are cut, lives that end, and at last a page that is left alone."""
    service, page, texts = Service(), Page(), list(TEXTS)
    routing = asyncio.create_task(service.router.run())
    try:
        pending = [*cuts, (10_000, True), (10_000, True)]
        while pending:
            async with service.living() as web:
                dies = False
                while pending and not dies:
                    page.steps_left, dies = pending.pop(0)
                    with contextlib.suppress(Cut):
                        await one_line(page, web, service.router, texts)
    finally:
        routing.cancel()
        await asyncio.wait([routing])
    check(page, service.router)


def check(page: Page, router: Router) -> None:
    records = router.written()
    written = {one.message_id: one for one in records}
    assert len({(one.message_id, one.interaction_id) for one in records}) == len(written)
    customers = [one.text for one in written.values() if one.author is Author.CUSTOMER]
    assert sorted(customers) == sorted(TEXTS)
    assert sorted(page.shown.values()) == sorted(one.text for one in written.values())
    assert {one.interaction_id for one in written.values()} == {one.interaction_id for one in router.contacts}
    for before, after in zip(router.contacts, router.contacts[1:], strict=False):
        assert after.linked_to == before.interaction_id


@settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.integers(0, 14), st.booleans()), max_size=5))
@example([(1, True), (2, False), (6, False), (12, False), (6, True)])
def test_a_page_cut_at_any_moment_loses_and_doubles_nothing(cuts: list[tuple[int, bool]]) -> None:
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    asyncio.run(a_day(cuts))
