"""Agents at work and a supervisor who watches, over real sockets; `Record` keeps what the sockets themselves showed."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable

from deploy.console.client import AgentClient, Wishes
from deploy.console.mirror import Mirror
from schemas import live
from schemas.vocabulary import ACTIVE, ENDED, LegState, Refusal, RoutingStatus

PATIENCE_S = 120.0
"""How long a command is said again under its id before it counts as lost."""
AGAIN_S = 0.3
ANSWERED = (live.Outcome.APPLIED, live.Outcome.DUPLICATE)
Tickets = Callable[[], Awaitable[str]]


class Record:
    """What the sockets showed, by interaction: that it exists, who held it, whose acceptance held, how it ended."""

    def __init__(self) -> None:
        self.shown: dict[str, float] = {}
        """Interactions to the moment (monotonic seconds) when a socket first showed them."""
        self.holders: dict[str, set[str]] = defaultdict(set)
        self.accepted: dict[str, set[str]] = defaultdict(set)
        self.ended: dict[str, set[LegState]] = defaultdict(set)
        self.offered_at: list[float] = []
        self.blamed: set[tuple[str, RoutingStatus]] = set()
        """Agents who had come to work and were then shown as not responding or off the queue."""
        self.refused: list[tuple[str, live.Result]] = []
        self.desks: dict[str, Desk] = {}
        self.stopped = False
        self.newest_seq = 0
        self._came: dict[str, tuple[int, int]] = {}
        self._in_wrap_up: dict[str, str] = {}

    def take(self, agent_id: str | None, frame: live.ServerFrame) -> None:
        """A frame that the socket of that agent (None = the supervisor's) got."""
        if not isinstance(frame, live.Snapshot | live.Delta):
            return
        now = time.monotonic()
        self.stopped = frame.stopped is not None
        self.newest_seq = max(self.newest_seq, frame.seq)
        for interaction in frame.interactions:
            self.shown.setdefault(interaction.interaction_id, now)
        for leg in frame.legs:
            if leg.state in ACTIVE and leg.agent_id is not None and agent_id in (None, leg.agent_id):
                self.holders[leg.interaction_id].add(leg.agent_id)
            if leg.state in ENDED:
                self.ended[leg.interaction_id].add(leg.state)
            if leg.state is LegState.WRAP_UP:
                self._in_wrap_up[leg.leg_id] = leg.interaction_id
        if agent_id is None and isinstance(frame, live.Snapshot):
            self._gone({leg.leg_id for leg in frame.legs})
        self.offered_at.extend(now for _ in frame.offers)
        for agent in frame.agents:
            if agent.routing_status in (RoutingStatus.OFF_QUEUE, RoutingStatus.NOT_RESPONDING):
                if (frame.epoch, frame.seq) > self._came.get(agent.agent_id, (frame.epoch, frame.seq)):
                    self.blamed.add((agent.agent_id, agent.routing_status))
            else:
                self._came.setdefault(agent.agent_id, (frame.epoch, frame.seq))

    def finished(self, leg_id: str) -> None:
        """The agent's own socket said that the wrap-up is over: the leg is completed."""
        self.ended[leg_id.rsplit(".", 1)[0]].add(LegState.COMPLETED)

    def _gone(self, shown: set[str]) -> None:
        """A supervisor's whole screen: what was in wrap-up and is not there any more was completed while nobody was
        connected, as wrap-up has no other way out.
        """
        for leg_id in [one for one in self._in_wrap_up if one not in shown]:
            self.finished(leg_id)
            del self._in_wrap_up[leg_id]


class Desk:
    """One agent at work: accepts what is offered, ends it, wraps it up; comes back by itself after a lost connection."""

    def __init__(self, agent_id: str, url: str, tickets: Tickets, record: Record) -> None:
        self.agent_id = agent_id
        self.client = AgentClient(
            url, tickets, Wishes(subscribe=False), on_frame=lambda frame: record.take(agent_id, frame)
        )
        self._record = record
        self._may_begin = asyncio.Event()
        self._begun: set[tuple[str, str]] = set()
        self._commands: set[asyncio.Task[None]] = set()
        record.desks[agent_id] = self

    def begin(self) -> None:
        """From now on this agent works; before, the agent only looks."""
        self._may_begin.set()

    def pending(self) -> list[str]:
        """The offers that ring here."""
        return [offer.offer_id for offer in self.client.mirror.offers_to(self.agent_id)]

    @contextlib.asynccontextmanager
    async def at_work(self) -> AsyncIterator[Desk]:
        async with self.client.running():
            await self.client.until(self._is_idle)
            working = asyncio.create_task(self._work())
            try:
                yield self
            finally:
                tasks = {working, *self._commands}
                for task in tasks:
                    task.cancel()
                await asyncio.wait(tasks)

    def _is_idle(self, mirror: Mirror) -> bool:
        me = mirror.agents.get(self.agent_id)
        return me is not None and me.routing_status is not RoutingStatus.OFF_QUEUE

    async def _work(self) -> None:
        await self._may_begin.wait()
        while True:
            for do, name in await self.client.until(self._to_do, within_s=3_600):
                self._begun.add((do.__struct_config__.tag, name))  # type: ignore[arg-type]
                task = asyncio.create_task(self._do(do, name))
                self._commands.add(task)
                task.add_done_callback(self._commands.discard)

    def _to_do(self, mirror: Mirror) -> list[tuple[live.AnyDo, str]]:
        wishes: list[tuple[live.AnyDo, str]] = [
            (live.Accept(offer_id=offer.offer_id), offer.offer_id) for offer in mirror.offers_to(self.agent_id)
        ]
        for leg in mirror.legs_of(self.agent_id):
            if leg.state is LegState.CONNECTED:
                wishes.append((live.End(leg_id=leg.leg_id), leg.leg_id))
            elif leg.state is LegState.WRAP_UP:
                wishes.append((live.FinishWrapUp(leg_id=leg.leg_id, disposition="done"), leg.leg_id))
        return [(do, name) for do, name in wishes if (do.__struct_config__.tag, name) not in self._begun]

    async def _do(self, do: live.AnyDo, name: str) -> None:
        result = await self.client.do(do, within_s=PATIENCE_S)
        while result.reason is Refusal.WORKSPACE_STOPPED:
            await asyncio.sleep(AGAIN_S)
            await self.client.until(lambda mirror: mirror.stopped is None, within_s=PATIENCE_S)
            result = await self.client.do(do, within_s=PATIENCE_S)
        if result.outcome not in ANSWERED:
            self._record.refused.append((self.agent_id, result))
        elif isinstance(do, live.Accept):
            self._record.accepted[name.rsplit(".", 1)[0]].add(name)
        elif isinstance(do, live.FinishWrapUp):
            self._record.finished(name)


class Watcher:
    """A supervisor's socket: sees everything of the workspace."""

    def __init__(self, url: str, tickets: Tickets, record: Record) -> None:
        self.client = AgentClient(
            url, tickets, Wishes(subscribe=False), on_frame=lambda frame: record.take(None, frame)
        )

    @contextlib.asynccontextmanager
    async def watching(self) -> AsyncIterator[Watcher]:
        async with self.client.running():
            yield self
