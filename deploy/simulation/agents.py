"""Scripted agents over the real gateway: they accept mostly, talk, hold sometimes, end, and wrap up."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from typing import Any, Final

from deploy.console.client import AgentClient, Wishes
from deploy.console.mirror import Mirror
from deploy.console.sign_in import SignIn
from deploy.simulation import script
from deploy.simulation.contacts import CHAT, MAIL
from deploy.simulation.pace import Pace
from deploy.simulation.record import AgentBook
from runtime.clock import Clock
from schemas import live
from schemas.values import LegValue
from schemas.vocabulary import LegState, OfferState, Role, RoutingStatus

WRITTEN: Final = frozenset({CHAT, MAIL})
ON_DUTY: Final = "available"
LOOK_S: Final = 3_600.0
DONE: Final = frozenset({live.Outcome.APPLIED, live.Outcome.DUPLICATE})
TALKING: Final = frozenset({LegState.CONNECTED, LegState.ON_HOLD})

OnFrame = Callable[[live.ServerFrame], None]


class ScriptedAgent:
    """One agent; `on_frame` hears every frame of the agent's socket."""

    def __init__(
        self, agent_id: str, gateway_url: str, signed_in: SignIn, pace: Pace, clock: Clock, on_frame: OnFrame
    ) -> None:
        self.book = AgentBook(agent_id)
        self._pace = pace
        self._clock = clock
        self._heard = on_frame
        self._begun: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        wishes = Wishes(role=Role.AGENT, status=ON_DUTY, subscribe=False)
        self.client = AgentClient(gateway_url, signed_in.ticket, wishes, clock=clock, on_frame=self._take)

    async def run(self, ready: asyncio.Event) -> None:
        """Works until cancelled; sets `ready` when on duty. Raises Gone when the gateway will not have the agent."""
        async with self.client.running():
            ready.set()
            try:
                while True:
                    with contextlib.suppress(TimeoutError):
                        for work in await self.client.until(self._new_work, within_s=LOOK_S):
                            self._soon(work)
            finally:
                for task in self._tasks:
                    task.cancel()

    def _take(self, frame: live.ServerFrame) -> None:
        self.book.take(frame)
        self._heard(frame)

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
                found.append(self._wrap_up(leg.leg_id))
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
        wish = script.answer(offer_id, self._pace)
        await self._pass(wish.after_ms)
        if offer_id not in self.client.mirror.offers:
            return
        if not wish.accept:
            await self._do(live.Reject(offer_id=offer_id))
            return
        result = await self._do(live.Accept(offer_id=offer_id))
        if result is not None and result.outcome in DONE and result.seq is not None:
            self.book.accepts(offer_id, result.seq)

    async def _handle(self, leg: LegValue) -> None:
        interaction = self.client.mirror.interactions.get(leg.interaction_id)
        writes = interaction is not None and interaction.channel in WRITTEN
        plan = script.work(leg.leg_id, writes, self._pace)
        if plan.reply is not None:
            await self._say(leg.leg_id, plan.reply)
        await self._pass(plan.talk_ms)
        if plan.hold_ms and self._talks(leg.leg_id):
            await self._do(live.Hold(leg_id=leg.leg_id))
            await self._pass(plan.hold_ms)
            await self._do(live.Resume(leg_id=leg.leg_id))
        if self._talks(leg.leg_id):
            await self._do(live.End(leg_id=leg.leg_id))

    async def _wrap_up(self, leg_id: str) -> None:
        plan = script.work(leg_id, False, self._pace)
        await self._pass(plan.wrap_up_ms)
        await self._do(live.FinishWrapUp(leg_id=leg_id, disposition=plan.disposition))

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
