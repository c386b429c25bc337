"""A client of the live protocol: connects, mirrors, commands, and comes back by itself.

A lost connection, a stopping gateway or a missed delta leads to a new connection with a new ticket, with the cursor if
what is here can be gone on from. Commands without an answer are said again under the same id, so that they take
effect once.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final, TypeVar

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.typing import Origin

from deploy.console.mirror import Mirror, Missed
from runtime.clock import Clock, SystemClock
from runtime.ids import jitter, random_id
from schemas import live
from schemas.metrics import Dimension
from schemas.supervision import AnyAct
from schemas.vocabulary import Role

ORIGIN: Final = "app://hubline"
FIRST_PAUSE_S: Final = 0.2
LONGEST_PAUSE_S: Final = 5.0
SILENCE_S: Final = 20.0
"""A gateway says something every few seconds; after this much silence the connection is taken to be lost."""
FIRST_S: Final = 60.0
AGAIN_S: Final = 6.0
"""A gateway answers a command within five seconds, if only that the outcome is unknown; then it is said again."""

T = TypeVar("T")


class Gone(Exception):
    """The gateway will not have this client: the close code says why. No use in trying again."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(f"{code} {reason}")
        self.code = code
        self.reason = reason


class Wishes(msgspec.Struct, frozen=True, kw_only=True):
    """What the client asks for in its hello."""

    role: Role | None = None
    queues: tuple[str, ...] = ()
    status: str | None = None
    subscribe: bool | None = None
    """Ask for details and transcript of every interaction that appears; None = an agent does, who watches does not."""
    metrics: tuple[Dimension, ...] = ()
    """Figures wanted, by dimension."""
    waits: bool = False
    """Expected waits wanted."""


class AgentClient:
    """One person's connection. `tickets` gives a new one-time ticket each time; it may raise OSError (tried again).

    `on_frame` hears every frame, in order, after the mirror has taken it; `on_lost` that a connection was lost.
    """

    def __init__(
        self,
        url: Callable[[], str] | str,
        tickets: Callable[[], Awaitable[str]],
        wishes: Wishes | None = None,
        *,
        clock: Clock | None = None,
        on_frame: Callable[[live.ServerFrame], None] | None = None,
        on_lost: Callable[[], None] | None = None,
        origin: str = ORIGIN,
    ) -> None:
        self._url = url
        self._tickets = tickets
        self._wishes = wishes or Wishes()
        self._clock = clock or SystemClock()
        self._on_frame = on_frame
        self._on_lost = on_lost
        self._origin = Origin(origin)
        self._socket: ClientConnection | None = None
        self._changed = asyncio.Event()
        self._asked: dict[str, tuple[live.Command | live.SendMessage, asyncio.Future[live.Result]]] = {}
        self._subscribed: set[str] = set()
        self.mirror = Mirror()
        self.welcome: live.Welcome | None = None
        self.connections = 0
        self.last_close: tuple[int, str] | None = None

    @property
    def agent_id(self) -> str:
        """Whose client this is; empty before the first welcome and for those who watch."""
        return (self.welcome.agent_id if self.welcome is not None else None) or ""

    def now_ms(self) -> int:
        """This machine's clock."""
        return self._clock.now_ms()

    @property
    def _subscribes(self) -> bool:
        return bool(self.agent_id) if self._wishes.subscribe is None else self._wishes.subscribe

    @property
    def is_connected(self) -> bool:
        """Whether there is a connection that was welcomed."""
        return self._socket is not None

    async def run(self) -> None:
        """Stays connected until cancelled. Raises Gone."""
        pause_s = FIRST_PAUSE_S
        while True:
            connections = self.connections
            try:
                await self._connection()
            except Missed:
                self.mirror = Mirror()
            except (ConnectionClosed, InvalidHandshake, OSError, TimeoutError):
                pass
            finally:
                was_connected, self._socket = self._socket is not None, None
                self._notify()
            if was_connected and self._on_lost is not None:
                self._on_lost()
            self._give_up_if_unwanted()
            pause_s = FIRST_PAUSE_S if self.connections > connections else min(pause_s * 2, LONGEST_PAUSE_S)
            await self._clock.sleep(jitter(pause_s))

    async def do(self, wish: live.AnyDo | AnyAct, *, within_s: float = 30.0) -> live.Result:
        """Commands, and returns what became of it; said again under the same id while that is unknown.

        Raises:
            TimeoutError: it is still unknown.
        """
        return await self._ask(live.Command(command_id=random_id("k"), do=wish), within_s)

    async def say(self, leg_id: str, text: str, *, within_s: float = 30.0) -> live.Result:
        """Writes to the customer of a leg. Raises TimeoutError as `do`."""
        return await self._ask(live.SendMessage(command_id=random_id("k"), leg_id=leg_id, text=text), within_s)

    async def send(self, frame: live.ClientFrame) -> None:
        """Sends a frame if there is a connection; a lost one comes back by itself."""
        if self._socket is not None:
            with contextlib.suppress(ConnectionClosed):
                await self._socket.send(live.encode(frame).decode())

    async def until(self, look: Callable[[Mirror], T | None], *, within_s: float = 30.0) -> T:
        """What `look` sees in the mirror as soon as it is true-like. Raises TimeoutError."""
        async with asyncio.timeout(within_s):
            while not (seen := look(self.mirror)):
                self._changed.clear()
                await self._changed.wait()
            return seen

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[AgentClient]:
        """Runs in the background while the block does, connected from the start. Raises Gone, or TimeoutError."""
        task = asyncio.create_task(self.run())
        connected = asyncio.create_task(self.until(lambda _: self.is_connected, within_s=FIRST_S))
        try:
            await asyncio.wait([task, connected], return_when=asyncio.FIRST_COMPLETED)
            (task if task.done() else connected).result()
            yield self
        finally:
            task.cancel()
            connected.cancel()
            await asyncio.wait([task, connected])

    async def _connection(self) -> None:
        self.last_close = None
        ticket = await self._tickets()
        url = self._url if isinstance(self._url, str) else self._url()
        async with connect(
            url, origin=self._origin, compression=None, max_size=None, open_timeout=10, close_timeout=2, proxy=None
        ) as socket:
            hello = live.Hello(
                ticket=ticket,
                role=self._wishes.role,
                queues=self._wishes.queues,
                status=self._wishes.status,
                cursor=self.mirror.cursor,
                metrics=self._wishes.metrics,
                waits=self._wishes.waits,
            )
            await socket.send(live.encode(hello).decode())
            try:
                while True:
                    async with asyncio.timeout(SILENCE_S):
                        data = await socket.recv()
                    await self._take(socket, live.decode_server(data))
            finally:
                self.last_close = (socket.close_code or 1006, socket.close_reason or "")

    async def _take(self, socket: ClientConnection, frame: live.ServerFrame) -> None:
        if isinstance(frame, live.Welcome):
            self.welcome = frame
            self._subscribed.clear()
        self.mirror.take(frame)
        if isinstance(frame, live.Snapshot) or (isinstance(frame, live.Welcome) and frame.resumed):
            await self._arrived(socket)
        if isinstance(frame, live.Result) and frame.outcome is not live.Outcome.UNAVAILABLE:
            _, answer = self._asked.get(frame.command_id, (None, None))
            if answer is not None and not answer.done():
                answer.set_result(frame)
        if self._on_frame is not None:
            self._on_frame(frame)
        if self._subscribes and isinstance(frame, live.Snapshot | live.Delta):
            await self._subscribe(socket)
        self._notify()

    async def _arrived(self, socket: ClientConnection) -> None:
        """Connected: what was asked before is asked again."""
        if self._socket is socket:
            return
        self._socket = socket
        self.connections += 1
        for frame, _ in list(self._asked.values()):
            await socket.send(live.encode(frame).decode())
        if self._subscribes:
            await self._subscribe(socket)

    async def _subscribe(self, socket: ClientConnection) -> None:
        shown = set(self.mirror.interactions)
        self._subscribed &= shown
        for interaction_id in sorted(shown - self._subscribed):
            self._subscribed.add(interaction_id)
            after = self.mirror.last_offset(interaction_id)
            await socket.send(live.encode(live.Subscribe(interaction_id=interaction_id, after=after)).decode())

    async def _ask(self, frame: live.Command | live.SendMessage, within_s: float) -> live.Result:
        answer: asyncio.Future[live.Result] = asyncio.get_running_loop().create_future()
        self._asked[frame.command_id] = (frame, answer)
        try:
            async with asyncio.timeout(within_s):
                while True:
                    await self.send(frame)
                    done, _ = await asyncio.wait([answer], timeout=AGAIN_S)
                    if done:
                        return answer.result()
        finally:
            del self._asked[frame.command_id]

    def _give_up_if_unwanted(self) -> None:
        code, reason = self.last_close or (1006, "")
        if 4400 <= code < 4500 and code not in live.RETRY:
            raise Gone(code, reason)

    def _notify(self) -> None:
        self._changed.set()
