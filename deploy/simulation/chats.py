"""Customers on the web shop's chat socket: they write, wait, are answered, and end or leave it to the agent.

A lost connection is resumed with the chat's token, and what was not acknowledged is sent again under the same id.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.typing import Origin

from deploy.simulation.contacts import Contact
from deploy.simulation.draws import between
from deploy.simulation.record import EndBook, PostBook
from runtime.clock import Clock
from runtime.ids import jitter, random_secret
from schemas import chat
from schemas.chat import ChatState, EndedBy

PAUSE_S: Final = 0.5
ID_BYTES: Final = 12
OPEN_S: Final = 10.0

OWN_CODES: Final = range(4_000, 5_000)
"""Close codes that the server gives a meaning of its own; all others are a lost connection."""

Named = Callable[[Contact, str], None]


class GaveUp(Exception):
    """The server said that coming again is of no use."""


def is_worth_another(closed: ConnectionClosed) -> bool:
    """Whether a customer's page would connect again after this."""
    code = _code_of(closed)
    return code not in OWN_CODES or code in chat.RETRY


class Chats:
    """All chat customers of a workspace. `named` is told which interaction a contact became, `trouble` who gave up. Who ends
    a talk and has no length of its own talks for `talk_ms`.
    """

    def __init__(
        self,
        url: str,
        workspace: str,
        clock: Clock,
        books: tuple[PostBook, EndBook],
        named: Named,
        *,
        trouble: Callable[[str], None],
        talk_ms: int,
    ) -> None:
        self._url = url
        self._workspace = workspace
        self._clock = clock
        self._posts, self._told = books
        self._named = named
        self._trouble = trouble
        self._talk_ms = talk_ms
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, contact: Contact) -> None:
        """A customer opens the chat, and stays until it has ended."""
        self._posts.planned(contact.interaction_id, contact.channel)
        self._posts.posts += 1
        if contact.talk_ms is None:
            contact = msgspec.structs.replace(contact, talk_ms=self._talk_ms)
        customer = _Customer(contact, self._workspace, self._clock, self._posts, self._told, self._named)
        task = asyncio.create_task(self._attend(customer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """All leave, whatever has become of them."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    async def _attend(self, customer: _Customer) -> None:
        try:
            await customer.run(self._url)
        except GaveUp as gave_up:
            self._trouble(f"a chat customer gave up: {gave_up}")


class _Customer:
    def __init__(
        self, contact: Contact, workspace: str, clock: Clock, posts: PostBook, told: EndBook, named: Named
    ) -> None:
        self._contact = contact
        self._workspace = workspace
        self._clock = clock
        self._posts = posts
        self._told = told
        self._named = named
        self._message_id = random_secret(ID_BYTES)
        self._token: str | None = None
        self._interaction_id: str | None = None
        self._connected = asyncio.Event()
        self._ended = False
        self._leaves = False

    async def run(self, url: str) -> None:
        http = url.replace("ws://", "http://", 1)
        while not self._ended:
            try:
                async with connect(
                    f"{url}/chat", origin=Origin(http), compression=None, open_timeout=OPEN_S, proxy=None
                ) as socket:
                    await self._talk(socket)
            except ConnectionClosed as closed:
                if not is_worth_another(closed):
                    raise GaveUp(f"closed with {_code_of(closed)}") from closed
                await self._clock.sleep(jitter(PAUSE_S))
            except (InvalidHandshake, OSError, TimeoutError):
                await self._clock.sleep(jitter(PAUSE_S))

    async def _talk(self, socket: ClientConnection) -> None:
        data = self._contact.data
        hello = chat.Hello(
            workspace=self._workspace,
            token=self._token,
            interaction_id=self._interaction_id if self._token else None,
            queue=data.get("queue"),
            language=data.get("language"),
        )
        await socket.send(chat.encode(hello).decode())
        wishes = asyncio.create_task(self._wishes(socket))
        try:
            while not self._ended:
                await self._take(socket, chat.decode_server(await socket.recv()))
        finally:
            wishes.cancel()

    async def _take(self, socket: ClientConnection, frame: chat.ServerFrame) -> None:
        match frame:
            case chat.Welcome():
                self._token = frame.token or self._token
                if self._interaction_id is None:
                    await self._say(socket, chat.Send(id=self._message_id, text=self._contact.data["subject"]))
                elif self._leaves:
                    await self._say(socket, chat.End())
            case chat.Sent() if self._interaction_id is None:
                self._interaction_id = frame.interaction_id
                self._named(self._contact, frame.interaction_id)
                self._posts.answered(frame.interaction_id, self._clock.monotonic() * 1000)
                if self._leaves:
                    await self._leave(socket)
            case chat.NotSent():
                await self._clock.sleep(jitter(PAUSE_S))
                await self._say(socket, chat.Send(id=self._message_id, text=self._contact.data["subject"]))
            case chat.State(state=ChatState.CONNECTED):
                self._connected.set()
            case chat.State(state=ChatState.ENDED):
                self._over(frame)
            case _:
                pass

    def _over(self, state: chat.State) -> None:
        if self._interaction_id is None or state.interaction_id != self._interaction_id:
            return
        gave_up = state.ended_by is EndedBy.CUSTOMER and not self._connected.is_set()
        said = f"{'abandoned' if gave_up else 'completed'}/{state.ended_by or '-'}"
        self._told.ends.setdefault(self._interaction_id, {})[f"state {said}"] = said
        self._ended = True

    async def _wishes(self, socket: ClientConnection) -> None:
        """When patience is at an end, or the customer has heard enough."""
        contact = self._contact
        if contact.leaves_after_ms is not None:
            try:
                async with asyncio.timeout(self._left_s(contact.leaves_after_ms)):
                    await self._connected.wait()
            except TimeoutError:
                await self._leave(socket)
                return
        if contact.customer_ends and contact.talk_ms is not None:
            await self._connected.wait()
            await self._clock.sleep(contact.talk_ms / 1000 * between(0.2, 0.6, contact.interaction_id, "ends"))
            await self._leave(socket)

    def _left_s(self, patience_ms: int) -> float:
        begun_ms = self._posts.due_ms.get(self._interaction_id or self._contact.interaction_id, 0.0)
        return max(0.0, (begun_ms + patience_ms) / 1000 - self._clock.monotonic())

    async def _leave(self, socket: ClientConnection) -> None:
        self._leaves = True
        if self._interaction_id is not None:
            self._told.left(self._interaction_id, self._clock.monotonic() * 1000)
            await self._say(socket, chat.End())

    async def _say(self, socket: ClientConnection, frame: chat.ClientFrame) -> None:
        await socket.send(chat.encode(frame).decode())


def _code_of(closed: ConnectionClosed) -> int | None:
    return None if closed.rcvd is None else closed.rcvd.code
