"""One book city at work: adapters, scripted agents, a watching supervisor, and the senders when told to begin."""

from __future__ import annotations

import asyncio
import contextlib
import math
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from typing import Final

import msgspec

from deploy.console.client import AgentClient, Wishes
from deploy.console.sign_in import SignIn
from deploy.simulation.adapters import Adapter
from deploy.simulation.agents import ScriptedAgent
from deploy.simulation.bookcity import WATCHER, WORKSPACE, BookCity
from deploy.simulation.contacts import ADAPTERS, Contact
from deploy.simulation.hub import Hub
from deploy.simulation.pace import Pace
from deploy.simulation.record import AgentBook, PostBook, ShownBook
from deploy.simulation.sender import Sender
from runtime.clock import Clock
from schemas import live
from schemas.vocabulary import Role

READY_S: Final = 120.0
DOORS: Final = 2
LOOK_S: Final = 0.1


class Where(msgspec.Struct, frozen=True):
    """Where the product is reached."""

    http: str
    admin: str
    gateway: str


class Traffic:
    """All who take part. `on_frame` hears the watcher's frames."""

    def __init__(self, where: Where, city: BookCity, pace: Pace, clock: Clock) -> None:
        self._where = where
        self._city = city
        self._pace = pace
        self._clock = clock
        self.posts = PostBook()
        self.shown = ShownBook()
        self.agents: list[ScriptedAgent] = []
        self.listeners: list[Callable[[live.ServerFrame], None]] = []
        self.hub = Hub(where.http, WORKSPACE, city.keys, clock)
        self.adapters = {name: Adapter(name, self.hub, clock, pace.handle_ms) for name in ADAPTERS.values()}
        self.troubles: list[str] = []
        self._doors = asyncio.Semaphore(DOORS)
        self.watcher: AgentClient

    @property
    def books(self) -> list[AgentBook]:
        """What the agents' own sockets showed."""
        return [agent.book for agent in self.agents]

    @contextlib.asynccontextmanager
    async def open(self, agents: Iterable[str]) -> AsyncIterator[Traffic]:
        """Everybody is at their place; at the end all have left. Raises TimeoutError, or what a sign-in raises."""
        tasks: list[asyncio.Task[None]] = []
        async with contextlib.AsyncExitStack() as stack:
            stack.push_async_callback(self.hub.close)
            stack.push_async_callback(_cancelled, tasks)
            self.watcher = await self._watcher(stack)
            ready = [adapter.ready for adapter in self.adapters.values()]
            tasks.extend(asyncio.create_task(one.run(), name=one.name) for one in self.adapters.values())
            names = tuple(agents)
            signed = await asyncio.gather(*(self._sign_in(stack, agent_id) for agent_id in names))
            for agent_id, signed_in in zip(names, signed, strict=True):
                agent = ScriptedAgent(agent_id, self._where.gateway, signed_in, self._pace, self._clock, self._see)
                on_duty = asyncio.Event()
                self.agents.append(agent)
                ready.append(on_duty)
                tasks.append(asyncio.create_task(agent.run(on_duty), name=agent_id))
            await self._all_ready(ready, tasks)
            for task in tasks:
                task.add_done_callback(self._ended)
            yield self

    async def send(self, contacts: Iterator[Contact], rate_per_s: float, seconds: float | None) -> None:
        """Posts contacts at that rate, for so long."""
        await Sender(self.hub, self.posts, self._clock, self._expect).run(contacts, rate_per_s, seconds)

    async def drained(self, stuck_s: float) -> int:
        """Waits until the watcher sees no contact any more and every promised one was seen, or until their number has
        not fallen for `stuck_s` seconds; how many are left.
        """
        fewest: float = math.inf
        since_s = self._clock.monotonic()
        while (left := self._unfinished()) and self._clock.monotonic() < since_s + stuck_s:
            if left < fewest:
                fewest, since_s = left, self._clock.monotonic()
            await self._clock.sleep(LOOK_S)
        return left

    def _unfinished(self) -> int:
        unseen = self.posts.answered_ms.keys() - self.shown.first_ms.keys()
        return len(self.watcher.mirror.interactions) + len(unseen)

    def _ended(self, task: asyncio.Task[None]) -> None:
        """Adapters and agents work until they are told to stop: who ends before is in trouble."""
        if not task.cancelled():
            self.troubles.append(f"{task.get_name()} gave up: {task.exception()!r}")

    def _expect(self, contact: Contact) -> None:
        self.adapters[contact.adapter].expect(contact)

    def _see(self, frame: live.ServerFrame) -> None:
        self.shown.take(frame, self._clock.monotonic() * 1000)

    def _watch(self, frame: live.ServerFrame) -> None:
        self._see(frame)
        for listener in self.listeners:
            listener(frame)

    async def _watcher(self, stack: contextlib.AsyncExitStack) -> AgentClient:
        signed_in = await self._sign_in(stack, WATCHER)
        wishes = Wishes(role=Role.SUPERVISOR, subscribe=False)
        client = AgentClient(self._where.gateway, signed_in.ticket, wishes, clock=self._clock, on_frame=self._watch)
        return await stack.enter_async_context(client.running())

    async def _sign_in(self, stack: contextlib.AsyncExitStack, who: str) -> SignIn:
        """A few at a time, as passwords are dear to check; again while a busy machine does not answer. Raises OSError."""
        account = self._city.accounts[who]
        deadline_s = self._clock.monotonic() + READY_S
        async with self._doors:
            while True:
                signing_in = SignIn(self._where.admin, WORKSPACE, account.user, account.password or "")
                try:
                    return await stack.enter_async_context(signing_in)
                except OSError:
                    if self._clock.monotonic() > deadline_s:
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
