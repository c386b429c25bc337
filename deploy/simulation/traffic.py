"""One company at work: adapters, scripted agents, a watching supervisor, and the senders when told to begin."""

from __future__ import annotations

import asyncio
import contextlib
import math
from collections.abc import AsyncIterator, Callable
from typing import Final

import msgspec

from deploy.console.client import AgentClient, Wishes
from deploy.console.sign_in import SignIn
from deploy.local.stack import Endpoints
from deploy.local.state import HOST
from deploy.simulation.adapters import Adapter
from deploy.simulation.agents import Desk, ScriptedAgent
from deploy.simulation.chats import Chats
from deploy.simulation.company import WATCHER, Cast
from deploy.simulation.contacts import Contact
from deploy.simulation.hub import Hub
from deploy.simulation.manner import AsPlanned
from deploy.simulation.play import Play
from deploy.simulation.record import AgentBook, EndBook, PostBook, ShownBook, TalkBook
from deploy.simulation.sender import Sender
from runtime.clock import Clock
from schemas import live
from schemas.vocabulary import Role

READY_S: Final = 120.0
DOORS: Final = 2
LOOK_S: Final = 0.1
TELL_S: Final = 10.0


class Where(msgspec.Struct, frozen=True):
    """Where the product is reached; None = that process is not among those that run."""

    http: str
    admin: str
    gateway: str
    query: str | None = None
    web: str | None = None


def where(endpoints: Endpoints) -> Where:
    """The addresses of a stack."""
    ports = endpoints.ports
    return Where(
        http=f"http://{HOST}:{ports['http']}",
        admin=f"http://{HOST}:{ports['admin']}",
        gateway=f"ws://{HOST}:{ports['gateway']}/",
        query=f"http://{HOST}:{ports['query']}" if "query" in ports else None,
        web=f"http://{HOST}:{ports['web']}" if "web" in ports else None,
    )


class Traffic:
    """All who take part. `listeners` hear the watcher's frames."""

    def __init__(self, where: Where, play: Play, cast: Cast, clock: Clock) -> None:
        self._where = where
        self._play = play
        self._cast = cast
        self.clock = clock
        self._begins_s: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        self.workspace = play.company.workspace
        self.posts = PostBook()
        self.shown = ShownBook()
        self.talks = TalkBook()
        self.ends = EndBook()
        self.agents: list[ScriptedAgent] = []
        self.listeners: list[Callable[[live.ServerFrame], None]] = []
        self.hub = Hub(where.http, self.workspace, cast.keys, clock)
        self.adapters = {
            name: Adapter(name, self.hub, clock, play.customers_talk_ms, self.ends) for name in play.company.adapters
        }
        self.troubles: list[str] = []
        self.chats: Chats | None = None
        if play.chat_sockets and where.web is not None:
            url = where.web.replace("http://", "ws://", 1)
            self.chats = Chats(
                url,
                self.workspace,
                clock,
                (self.posts, self.ends),
                self._named,
                trouble=self.troubles.append,
                talk_ms=play.customers_talk_ms,
            )
        self._doors = asyncio.Semaphore(DOORS)
        self.watcher: AgentClient

    @property
    def books(self) -> list[AgentBook]:
        """What the agents' own sockets showed."""
        return [agent.book for agent in self.agents]

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[Traffic]:
        """Everybody who begins at the beginning is at their place; at the end all have left. Raises TimeoutError, or what
        a sign-in raises.
        """
        tasks: list[asyncio.Task[None]] = []
        async with contextlib.AsyncExitStack() as stack:
            stack.push_async_callback(self.hub.close)
            stack.push_async_callback(_cancelled, tasks)
            if self.chats is not None:
                stack.push_async_callback(self.chats.close)
            self.watcher = await self._watcher(stack)
            ready = [adapter.ready for adapter in self.adapters.values()]
            tasks.extend(asyncio.create_task(one.run(), name=one.name) for one in self.adapters.values())
            shifts = self._play.shifts
            names = sorted({shift.agent_id for shift in shifts})
            signed = await asyncio.gather(*(self._sign_in(stack, agent_id) for agent_id in names))
            for agent_id, signed_in in zip(names, signed, strict=True):
                agent = ScriptedAgent(agent_id, self._desk(signed_in))
                self.agents.append(agent)
                ready.append(agent.ready)
                own = sorted((one for one in shifts if one.agent_id == agent_id), key=lambda one: one.from_ms)
                tasks.append(asyncio.create_task(agent.run(own, self._begins_s), name=agent_id))
            await self._all_ready(ready, tasks)
            for task in tasks:
                task.add_done_callback(self._ended)
            yield self

    async def send(self) -> None:
        """The beginning: shifts count from now, and contacts are posted when they are due."""
        begins_s = self.clock.monotonic()
        self._begins_s.set_result(begins_s)
        await Sender(self.hub, self.posts, self.clock, self._expect, self.chats).run(self._play.arrivals, begins_s)

    async def tell(self, note: Callable[[str], None]) -> None:
        """Says now and then how far it is, until cancelled."""
        begun_s = self.clock.monotonic()
        while True:
            await self.clock.sleep(TELL_S)
            note(
                f"{self.clock.monotonic() - begun_s:5.0f} s: {len(self.posts.answered_ms)} came,"
                f" {len(self.watcher.mirror.interactions)} are there, {len(self.ends.ends)} ended"
            )

    async def drained(self, stuck_s: float) -> int:
        """Waits until the watcher sees no contact any more and every promised one was seen, or until their number has
        not fallen for `stuck_s` seconds besides the longest talk; how many are left.
        """
        stuck_s += self._play.longest_ms / 1000
        fewest: float = math.inf
        since_s = self.clock.monotonic()
        while (left := self._unfinished()) and self.clock.monotonic() < since_s + stuck_s:
            if left < fewest:
                fewest, since_s = left, self.clock.monotonic()
            await self.clock.sleep(LOOK_S)
        return left

    def _unfinished(self) -> int:
        unseen = self.posts.answered_ms.keys() - self.shown.first_ms.keys()
        here = self.watcher.mirror.interactions.keys() & self.posts.channels.keys()
        return len(here) + len(unseen)

    def _ended(self, task: asyncio.Task[None]) -> None:
        """Adapters and agents work until they are told to stop, or to the end of their shifts."""
        if not task.cancelled() and task.exception() is not None:
            self.troubles.append(f"{task.get_name()} gave up: {task.exception()!r}")

    def _named(self, contact: Contact, interaction_id: str) -> None:
        self.posts.named(contact.interaction_id, interaction_id)
        if isinstance(self._play.manner, AsPlanned) and contact.talk_ms is not None:
            self._play.manner.learn(interaction_id, contact.talk_ms)

    def _expect(self, contact: Contact) -> None:
        self.adapters[contact.adapter].expect(contact)

    def _see(self, frame: live.ServerFrame) -> None:
        self.shown.take(frame, self.clock.monotonic() * 1000)

    def _watch(self, frame: live.ServerFrame) -> None:
        self._see(frame)
        for listener in self.listeners:
            listener(frame)

    def _desk(self, signed_in: SignIn) -> Desk:
        return Desk(self._where.gateway, signed_in, self._play.manner, self.clock, self._see, self.talks)

    async def _watcher(self, stack: contextlib.AsyncExitStack) -> AgentClient:
        signed_in = await self._sign_in(stack, WATCHER)
        wishes = Wishes(role=Role.SUPERVISOR, subscribe=False)
        client = AgentClient(self._where.gateway, signed_in.ticket, wishes, clock=self.clock, on_frame=self._watch)
        return await stack.enter_async_context(client.running())

    async def _sign_in(self, stack: contextlib.AsyncExitStack, who: str) -> SignIn:
        """A few at a time, as passwords are dear to check; again while a busy machine does not answer. Raises OSError."""
        account = self._cast.accounts[who]
        deadline_s = self.clock.monotonic() + READY_S
        async with self._doors:
            while True:
                signing_in = SignIn(self._where.admin, self.workspace, account.user, account.password or "")
                try:
                    return await stack.enter_async_context(signing_in)
                except OSError:
                    if self.clock.monotonic() > deadline_s:
                        raise

    async def _all_ready(self, ready: list[asyncio.Event], tasks: list[asyncio.Task[None]]) -> None:
        async with asyncio.timeout(READY_S):
            everybody = asyncio.create_task(_all_of(ready))
            await asyncio.wait([everybody, *tasks], return_when=asyncio.FIRST_COMPLETED)
            for task in tasks:
                if task.done():
                    everybody.cancel()
                    await task
            await everybody


async def _all_of(events: list[asyncio.Event]) -> None:
    for event in events:
        await event.wait()


async def _cancelled(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks)
