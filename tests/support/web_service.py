"""producers/web as it is on a broker in memory, with a router that says the simplest things; and a page's client."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any

import msgspec
from obstore.store import MemoryStore
from websockets.asyncio.client import ClientConnection, connect

from producers.web.app import WebServer, opened
from producers.web.identity import Identities
from producers.web.memory_store import MemoryChatStore
from runtime.events import from_record, to_output
from runtime.ids import random_id
from runtime.memory import MemoryBroker
from runtime.records import TopicPartition
from runtime.vault import Vault
from schemas import chat
from schemas.interactions import CustomerLeft, InteractionReceived
from schemas.messages import Author, MessagePosted
from schemas.topics import INTERACTIONS, MESSAGES
from schemas.vocabulary import EndReason, LegState
from tests.support.decided import Floor, decision_output
from tests.support.gateway_parts import a_broker
from tests.support.gateway_service import HOST, NoRecords, context_of
from tests.support.waiting import eventually


class Router:
    """Decides on a broker in memory: who comes waits, who leaves has left; the rest is what a test says."""

    def __init__(self, broker: MemoryBroker) -> None:
        self.broker = broker
        self.floor = Floor()
        self.contacts: list[InteractionReceived] = []
        self.left: list[str] = []
        self._say(*self.floor.opened("ana"))

    async def run(self) -> None:
        """Follows interactions until cancelled."""
        positions = {TopicPartition(INTERACTIONS.name, one): 0 for one in range(INTERACTIONS.partitions)}
        async for fetched in self.broker.reader().follow(positions):
            for records in fetched.values():
                for record in records:
                    self._hear(from_record(record, INTERACTIONS)[0])

    def take_in(self, interaction_id: str) -> None:
        """Ana accepts it."""
        self._say(self.floor.offered(interaction_id, "ana"), self.floor.accepted(interaction_id))

    def end(self, interaction_id: str) -> None:
        """Ana ends it."""
        self._say(self.floor.wraps_up(interaction_id), self.floor.ended(interaction_id))

    def write(self, interaction_id: str, text: str, **more: Any) -> None:
        """Ana writes."""
        message = MessagePosted(
            workspace="shop",
            interaction_id=interaction_id,
            message_id=random_id("m"),
            author=Author.AGENT,
            sent_at_ms=1,
            text=text,
            agent_id="ana",
            **more,
        )
        self.broker.append(
            to_output(message, MESSAGES, key=interaction_id, event_id=message.message_id, source="/tests"), 1
        )

    def written(self) -> list[MessagePosted]:
        """Every message in the log, as often as it stands there, in the order of its partition."""
        found: list[object] = []
        for partition in range(MESSAGES.partitions):
            log = self.broker.partitions(MESSAGES.name)[partition]
            end = self.broker.log_range(TopicPartition(MESSAGES.name, partition)).end
            found.extend(from_record(record, MESSAGES)[0] for record in self.broker.read(log, 0, end))
        return [message for message in found if isinstance(message, MessagePosted)]

    def _hear(self, event: object) -> None:
        if isinstance(event, InteractionReceived):
            if event.interaction_id not in {one.interaction_id for one in self.contacts}:
                self.contacts.append(event)
                self._say(self.floor.arrives(event.interaction_id, channel=event.channel, linked_to=event.linked_to))
        elif isinstance(event, CustomerLeft):
            self.left.append(event.interaction_id)
            leg = self.floor.legs.get(f"{event.interaction_id}.1")
            if leg is not None:
                was_queued = leg.state is LegState.QUEUED
                state = LegState.ABANDONED if was_queued else LegState.COMPLETED
                self._say(self.floor.ended(event.interaction_id, state=state, reason=EndReason.CUSTOMER_LEFT))

    def _say(self, *decisions: Any) -> None:
        for decision in decisions:
            self.broker.append(decision_output(decision), 1)


class Customer:
    """A page: what it is told, in order, and the socket."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self.frames: list[chat.Frame] = []
        self.reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        async for text in self._socket:
            self.frames.append(chat.decode_server(text))

    async def say(self, frame: chat.Frame) -> None:
        await self._socket.send(chat.encode(frame).decode())

    async def told(self, kind: type[chat.Frame], where: Callable[[Any], bool] = lambda _: True) -> Any:
        """The first frame of the kind, when it has come."""
        return await eventually(
            lambda: next((one for one in self.frames if isinstance(one, kind) and where(one)), None),
            what=f"{kind.__name__} among {self.frames}",
        )

    async def state(self, state: chat.ChatState) -> chat.State:
        """When it has come last of all states."""

        def last() -> list[chat.State]:
            states = [one for one in self.frames if isinstance(one, chat.State)]
            return [one for one in states[-1:] if one.state is state]

        [found] = await eventually(last, what=f"{state} last of {self.frames}")
        return found

    def texts(self) -> list[str]:
        """What the page shows, each message once."""
        shown: dict[str, str] = {}
        for frame in self.frames:
            if isinstance(frame, chat.MessageShown):
                shown[frame.message.message_id] = frame.message.text
            elif isinstance(frame, chat.Transcript):
                shown.update((one.message_id, one.text) for one in frame.messages)
        return list(shown.values())

    async def closed(self) -> int:
        """The code with which the server closed."""
        await asyncio.wait([self.reading], timeout=60)
        assert self._socket.close_code is not None
        return self._socket.close_code

    async def vanish(self) -> None:
        """Without a word."""
        self._socket.transport.abort()
        await asyncio.wait([self.reading])


class Serving(msgspec.Struct, frozen=True):
    """A web server with its surroundings."""

    port: int
    web: WebServer
    router: Router
    store: MemoryChatStore

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    @contextlib.asynccontextmanager
    async def page(self, hello: chat.Hello | None = None, origin: str | None = None) -> AsyncIterator[Customer]:
        """An open socket that has said hello."""
        async with visitor(f"ws://{HOST}:{self.port}/chat", origin or self.url) as customer:
            await customer.say(hello or chat.Hello(workspace="shop"))
            yield customer


@contextlib.asynccontextmanager
async def visitor(url: str, origin: str | None) -> AsyncIterator[Customer]:
    """A socket to any server."""
    async with connect(url, origin=origin, compression=None, proxy=None) as socket:  # type: ignore[arg-type]
        customer = Customer(socket)
        try:
            yield customer
        finally:
            customer.reading.cancel()
            await asyncio.wait([customer.reading])


@contextlib.asynccontextmanager
async def serving(
    router: Router | None = None,
    store: MemoryChatStore | None = None,
    identities: Identities | None = None,
    vault: Vault | None = None,
    **environ: str,
) -> AsyncIterator[Serving]:
    """Serves on a free port while the block runs; what breaks it breaks the test."""
    context = context_of("web-1", **environ)
    router, store = router or Router(a_broker()), store or MemoryChatStore()
    vault, known = vault or Vault(MemoryStore()), identities or Identities({})
    routing = asyncio.create_task(router.run())
    try:
        async with opened(context, router.broker, store, NoRecords(), vault, known) as (web, port):
            work = asyncio.create_task(web.run())
            await eventually(lambda: web.liveness.state is None)
            try:
                yield Serving(port=port, web=web, router=router, store=store)
            finally:
                context.stop.set()
                await work
    finally:
        routing.cancel()
        await asyncio.wait([routing])
