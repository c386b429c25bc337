"""Scripted agents over the real gateway: they come and leave by their shifts, accept, talk, hold, end, and wrap up."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Final

import msgspec

from deploy.console.client import AgentClient, Wishes
from deploy.console.mirror import Mirror
from deploy.console.sign_in import SignIn
from deploy.simulation.colleagues import DONE, Colleagues
from deploy.simulation.contacts import CHAT, MAIL
from deploy.simulation.manner import Manner
from deploy.simulation.plan import Shift
from deploy.simulation.record import AgentBook, TalkBook
from deploy.simulation.turns import Course, Turn
from runtime.clock import Clock
from schemas import live
from schemas.values import LegValue
from schemas.vocabulary import LegKind, LegState, OfferState, Role, RoutingStatus

WRITTEN: Final = frozenset({CHAT, MAIL})
ON_DUTY: Final = "available"
OFF_DUTY: Final = "offline"
LOOK_S: Final = 3_600.0
COMPANY_TALKS: Final = 10
"""So many talks long a consulted agent stays at most where the owner forgets the consult."""
TALKING: Final = frozenset({LegState.CONNECTED, LegState.ON_HOLD})

OnFrame = Callable[[live.ServerFrame], None]


class Desk(msgspec.Struct, frozen=True):
    """What an agent works with; `heard` hears every frame of the agent's sockets, and `talks` is kept of them."""

    gateway_url: str
    signed_in: SignIn
    manner: Manner
    clock: Clock
    heard: OnFrame
    talks: TalkBook


class ScriptedAgent:
    """One agent."""

    def __init__(self, agent_id: str, desk: Desk) -> None:
        self.book = AgentBook(agent_id)
        self.ready = asyncio.Event()
        self._desk = desk
        self._clock = desk.clock
        self._begun: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self.client = self._new_client()

    async def run(self, shifts: Sequence[Shift], begins_s: asyncio.Future[float]) -> None:
        """Works its shifts: those from the beginning are begun at once (then it is `ready`), the others so long after
        `begins_s`. Without an end it works until cancelled. Raises Gone when the gateway will not have the agent.
        """
        for shift in shifts:
            if shift.from_ms:
                self.ready.set()
                await self._until(shift.from_ms, begins_s)
            self.client = self._new_client()
            async with self.client.running():
                self.ready.set()
                await self._work(shift, begins_s)

    async def _work(self, shift: Shift, begins_s: asyncio.Future[float]) -> None:
        working = asyncio.create_task(self._take_work())
        try:
            if shift.to_ms is None:
                await working
                return
            ending = asyncio.create_task(self._until(shift.to_ms, begins_s))
            await asyncio.wait([working, ending], return_when=asyncio.FIRST_COMPLETED)
            ending.cancel()
            if working.done():
                await working
            await self._do(live.SetNextStatus(status=OFF_DUTY))
            with contextlib.suppress(TimeoutError):
                await self.client.until(self._off_duty, within_s=LOOK_S)
        finally:
            working.cancel()
            for task in self._tasks:
                task.cancel()

    async def _take_work(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                for work in await self.client.until(self._new_work, within_s=LOOK_S):
                    self._soon(work)

    async def _until(self, at_ms: int, begins_s: asyncio.Future[float]) -> None:
        due_s = await asyncio.shield(begins_s) + at_ms / 1000
        await self._clock.sleep(max(0.0, due_s - self._clock.monotonic()))

    def _new_client(self) -> AgentClient:
        wishes = Wishes(role=Role.AGENT, status=ON_DUTY, subscribe=False)
        desk = self._desk
        return AgentClient(desk.gateway_url, desk.signed_in.ticket, wishes, clock=self._clock, on_frame=self._take)

    def _take(self, frame: live.ServerFrame) -> None:
        self.book.take(frame)
        self._desk.talks.take(frame, self._clock.monotonic() * 1000)
        self._desk.heard(frame)

    def _off_duty(self, mirror: Mirror) -> bool:
        own = mirror.agents.get(self.book.agent_id)
        return own is not None and own.status == OFF_DUTY and not own.legs

    def _new_work(self, mirror: Mirror) -> list[Coroutine[Any, Any, None]]:
        """What has appeared and nobody works on yet."""
        me = self.book.agent_id
        found: list[Coroutine[Any, Any, None]] = [
            self._answer(offer.offer_id)
            for offer in mirror.offers.values()
            if offer.agent_id == me and offer.state is OfferState.PENDING and self._first(offer.offer_id)
        ]
        for leg in mirror.legs.values():
            if leg.agent_id == me and leg.state in TALKING and self._first(f"{leg.leg_id} {leg.offer_id}"):
                found.append(self._handle(leg))
            elif leg.agent_id == me and leg.state is LegState.WRAP_UP and self._first(f"{leg.leg_id} wrap_up"):
                found.append(self._wrap_up(leg))
        own = mirror.agents.get(me)
        if (
            own is not None
            and own.routing_status is RoutingStatus.NOT_RESPONDING
            and self._first(f"back {own.since_ms}")
        ):
            found.append(self._come_back())
        return found

    def _first(self, what: str) -> bool:
        if what in self._begun:
            return False
        self._begun.add(what)
        return True

    async def _answer(self, offer_id: str) -> None:
        seen_ms = self._clock.monotonic() * 1000
        wish = self._desk.manner.answer(offer_id)
        await self._pass(wish.after_ms)
        offer = self.client.mirror.offers.get(offer_id)
        if offer is None:
            return
        leg = self.client.mirror.legs.get(offer.leg_id)
        if not wish.accept:
            await self._do(live.Reject(offer_id=offer_id))
            return
        result = await self._do(live.Accept(offer_id=offer_id))
        if result is not None and result.outcome in DONE and result.seq is not None:
            if leg is None or leg.kind is LegKind.MAIN:
                self.book.accepts(offer_id, result.seq)
            self._desk.talks.took(self._clock.monotonic() * 1000 - seen_ms - wish.after_ms)

    async def _handle(self, leg: LegValue) -> None:
        interaction = self.client.mirror.interactions.get(leg.interaction_id)
        writes = interaction is not None and interaction.channel in WRITTEN
        plan = self._desk.manner.work(leg, writes)
        if leg.kind is LegKind.CONSULT:
            await self._pass(plan.talk_ms * COMPANY_TALKS)
            await self._end(leg.leg_id)
            return
        if plan.reply is not None:
            await self._say(leg.leg_id, plan.reply)
        await self._talk(leg, self._desk.manner.course(leg, interaction), plan.talk_ms)
        if plan.hold_ms and self._talks(leg.leg_id):
            await self._do(live.Hold(leg_id=leg.leg_id))
            await self._pass(plan.hold_ms)
            await self._do(live.Resume(leg_id=leg.leg_id))
        await self._end(leg.leg_id)

    async def _talk(self, leg: LegValue, course: Course, talk_ms: int) -> None:
        """The whole talk, or as much of it as this agent has when somebody else takes it on."""
        if course.turn is Turn.STAYS:
            await self._pass(talk_ms)
            return
        before_ms = round(talk_ms * course.after)
        await self._pass(before_ms)
        if self._talks(leg.leg_id):
            await Colleagues(self.client, self._clock).turn(leg, course, talk_ms)
        if self._talks(leg.leg_id):
            await self._pass(talk_ms - before_ms)

    async def _end(self, leg_id: str) -> None:
        if self._talks(leg_id):
            await self._do(live.End(leg_id=leg_id))

    async def _wrap_up(self, leg: LegValue) -> None:
        plan = self._desk.manner.work(leg, False)
        await self._pass(plan.wrap_up_ms)
        await self._do(live.FinishWrapUp(leg_id=leg.leg_id, disposition=plan.disposition))

    async def _come_back(self) -> None:
        await self._do(live.SetStatus(status=ON_DUTY))

    def _talks(self, leg_id: str) -> bool:
        leg = self.client.mirror.legs.get(leg_id)
        return leg is not None and leg.agent_id == self.book.agent_id and leg.state in TALKING

    async def _do(self, wish: live.AnyDo) -> live.Result | None:
        """What became of it: a refusal is an answer too (the customer left meanwhile). None = still unknown."""
        try:
            return await self.client.do(wish)
        except TimeoutError:
            return None

    async def _say(self, leg_id: str, text: str) -> None:
        try:
            await self.client.say(leg_id, text)
        except TimeoutError:
            return

    async def _pass(self, length_ms: int) -> None:
        if length_ms:
            await self._clock.sleep(length_ms / 1000)

    def _soon(self, what: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(what)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
