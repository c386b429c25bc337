"""The sockets of customers: ASGI websockets on one side, sessions and chats on the other.

Frames are written without waiting into a bounded outbox with one writer; a page that takes nothing is let go.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

import msgspec

from producers.web.addresses import Addresses, address_of
from producers.web.opening import Opening, Refused
from producers.web.origins import Origins
from producers.web.posting import Posting
from producers.web.session import Act, Close, Leave, Limits, Open, Pass, Post, Say, Session, Stage
from producers.web.window import Window
from runtime.clock import Clock
from runtime.log import Logger
from runtime.metrics import Metrics
from schemas import chat
from schemas.messages import Author

PATH: Final = "/chat"

Scope = MutableMapping[str, Any]
Event = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Event]]
Send = Callable[[Event], Awaitable[None]]


class SocketsPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """How sockets are served."""

    origins: Origins
    proxy_count: int
    hello_timeout_ms: int
    backlog_bytes: int
    limits: Limits


class Outbox:
    """What waits to be sent to one page; see `Sink`. `closing` is told why it closes, once."""

    def __init__(self, most_bytes: int, closing: Callable[[chat.Close], None]) -> None:
        self._waiting: deque[tuple[Event, int]] = deque()
        self._bytes = 0
        self._most_bytes = most_bytes
        self._closing = closing
        self._wake = asyncio.Event()
        self._drained = asyncio.Event()
        self._drained.set()
        self._closed = False

    def write(self, frame: chat.Frame) -> None:
        """Sends it when its turn comes; once it is closed, never. A page that has taken all before takes any frame."""
        if self._closed:
            return
        data = chat.encode(frame)
        if self._bytes and self._bytes + len(data) > self._most_bytes:
            self._waiting.clear()
            self.close(chat.Close.TOO_SLOW, "too slow: connect again")
        else:
            self._put({"type": "websocket.send", "text": data.decode()}, len(data))

    async def drained(self) -> None:
        """See `Sink`."""
        await self._drained.wait()

    def close(self, code: chat.Close, reason: str) -> None:
        """Closes when all before has been sent; nothing follows it."""
        if not self._closed:
            self._closing(code)
        self._put({"type": "websocket.close", "code": int(code), "reason": reason}, 0)
        self._closed = True

    async def run(self, send: Send) -> None:
        """Sends until the close is sent."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._waiting:
                event, size = self._waiting.popleft()
                await send(event)
                if event["type"] == "websocket.close":
                    return
                self._bytes -= size
                if not self._bytes:
                    self._drained.set()

    def _put(self, event: Event, size: int) -> None:
        if not self._closed:
            self._waiting.append((event, size))
            self._bytes += size
            if size:
                self._drained.clear()
            self._wake.set()


class Connection:
    """One open socket."""

    def __init__(self, session: Session, outbox: Outbox) -> None:
        self.session = session
        self.outbox = outbox
        self.window = Window(outbox)
        self.opening: asyncio.Task[None] | None = None


class Sockets:
    """All sockets of this process. `greeting`: the frame that says whether all is current."""

    def __init__(
        self,
        policy: SocketsPolicy,
        addresses: Addresses,
        opening: Opening,
        posting: Posting,
        greeting: Callable[[], chat.Frame],
        clock: Clock,
        log: Logger,
        metrics: Metrics,
    ) -> None:
        self._policy = policy
        self._addresses = addresses
        self._opening = opening
        self._posting = posting
        self._greeting = greeting
        self._clock = clock
        self._log = log
        self._metrics = metrics
        self._open: set[Connection] = set()

    def tell_all(self, frame: chat.Frame) -> None:
        """Says it to every page whose chat is open."""
        for connection in self._open:
            if connection.session.stage is Stage.OPEN:
                connection.window.tell(frame)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One socket, from its handshake to its end."""
        await receive()
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        address = address_of(
            (scope.get("client") or ("", 0))[0], headers.get("x-forwarded-for"), self._policy.proxy_count
        )
        if scope["path"] != PATH:
            await _deny(send, 404)
        elif not self._policy.origins.admits(headers.get("origin"), headers.get("host", "")):
            await _deny(send, 403)
        elif not self._addresses.enter(address):
            await _deny(send, 429)
        else:
            try:
                await send({"type": "websocket.accept"})
                await self._serve(receive, send)
            finally:
                self._addresses.leave(address)

    async def _serve(self, receive: Receive, send: Send) -> None:
        connection = Connection(Session(self._policy.limits), Outbox(self._policy.backlog_bytes, self._closing))
        self._open.add(connection)
        self._metrics.web_sockets.inc()
        patience = asyncio.get_running_loop().call_later(
            self._policy.hello_timeout_ms / 1000, self._impatient, connection
        )
        writing = asyncio.create_task(connection.outbox.run(send))
        reading = asyncio.create_task(self._read(connection, receive))
        try:
            await asyncio.wait({writing, reading}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            patience.cancel()
            self._left(connection)
            tasks = [task for task in (writing, reading, connection.opening) if task is not None]
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
            self._report(tasks)

    async def _read(self, connection: Connection, receive: Receive) -> None:
        while connection.session.stage is not Stage.CLOSED:
            event = await receive()
            if event["type"] == "websocket.disconnect":
                return
            data = event.get("text")
            if data is None:
                data = event.get("bytes") or b""
            for act in connection.session.receive(data, self._clock.now_ms()):
                self._perform(connection, act)
        await asyncio.Event().wait()

    def _perform(self, connection: Connection, act: Act) -> None:
        window = connection.window
        match act:
            case Say(frame=frame):
                window.tell(frame)
            case Open(hello=hello):
                connection.opening = asyncio.create_task(self._open_chat(connection, hello))
            case Post(send=message):
                self._posting.post(window, message)
            case Leave():
                self._posting.leave(window)
            case Pass(active=active):
                self._pass(window, active)
            case Close(code=code, reason=reason):
                connection.outbox.close(code, reason)

    def _closing(self, code: chat.Close) -> None:
        self._log.info("web.closed", code=int(code), reason=code.name.lower())
        self._metrics.web_closes.labels(code.name.lower()).inc()

    async def _open_chat(self, connection: Connection, hello: chat.Hello) -> None:
        try:
            await self._opening.open(connection.window, hello)
        except Refused as refused:
            for act in connection.session.close(refused.code, refused.reason):
                self._perform(connection, act)
            return
        except Exception:
            for act in connection.session.close(chat.Close.TRY_AGAIN, "the chat cannot be opened now"):
                self._perform(connection, act)
            raise
        connection.window.tell(self._greeting())
        for act in connection.session.opened(self._clock.now_ms()):
            self._perform(connection, act)

    def _pass(self, window: Window, active: bool) -> None:
        if window.chat is None:
            return
        frame = chat.TypingShown(author=Author.CUSTOMER, at_ms=self._clock.now_ms(), active=active)
        for other in window.chat.members:
            if other is not window:
                other.tell(frame)
        if window.chat.is_open:
            self._posting.signal(window.chat.row, active)

    def _impatient(self, connection: Connection) -> None:
        if connection.session.stage is Stage.AWAITING_HELLO:
            for act in connection.session.close(chat.Close.HELLO_TIMEOUT, "no hello in time"):
                self._perform(connection, act)

    def _left(self, connection: Connection) -> None:
        connection.session.stage = Stage.CLOSED
        self._open.discard(connection)
        self._metrics.web_sockets.dec()
        found = connection.window.chat
        if found is not None and connection.window in found.members:
            found.members.remove(connection.window)

    def _report(self, tasks: list[asyncio.Task[None]]) -> None:
        """What broke inside is for the log; what the network did is not."""
        for task in tasks:
            error = None if task.cancelled() else task.exception()
            if error is not None and not isinstance(error, OSError):
                self._log.error("web.socket_failed", exc_info=error)


async def _deny(send: Send, status: int) -> None:
    await send({"type": "websocket.http.response.start", "status": status, "headers": []})
    await send({"type": "websocket.http.response.body", "body": b""})
