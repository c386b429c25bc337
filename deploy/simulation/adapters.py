"""Simulated channel adapters: each follows the decisions on its own contacts, and does what is decided.

It puts calls through, writes what customers say, lets those leave who have had enough or asks for a call for them, and
forgets what has ended. Some who are called back do not answer the first time.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final

import msgspec

from deploy.simulation.contacts import CHAT, Contact
from deploy.simulation.draws import between, share
from deploy.simulation.hub import Hub
from deploy.simulation.record import EndBook
from runtime.clock import Clock
from runtime.ids import jitter
from schemas.values import LegValue
from schemas.vocabulary import ENDED, HANDED_ON, LegKind, LegState

PAUSE_S: Final = 0.3
ACCEPTED: Final = 202
THANKS: Final = "谢谢！"
NOT_THERE: Final = 0.15
"""How many who are called back do not answer at first."""
AGAIN_MS: Final = 1_500


def is_away_at_first(interaction_id: str) -> bool:
    """Whether that customer, once called back, does not answer the first time."""
    return share(interaction_id, "not_there") < NOT_THERE


class Line:
    """One contact as its adapter knows it."""

    __slots__ = ("connected", "contact", "not_there", "put_through")

    def __init__(self, contact: Contact) -> None:
        self.contact = contact
        self.connected = False
        self.not_there = is_away_at_first(contact.interaction_id)
        self.put_through: set[str] = set()


class Adapter:
    """The adapter `name`; use `run` as a task, from before the first post."""

    def __init__(self, name: str, hub: Hub, clock: Clock, handle_ms: int, book: EndBook) -> None:
        self.name = name
        self._book = book
        self.ready = asyncio.Event()
        self._hub = hub
        self._clock = clock
        self._handle_ms = handle_ms
        self._lines: dict[str, Line] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def expect(self, contact: Contact) -> None:
        """A contact is about to be posted: it is followed from now on."""
        line = self._lines[contact.interaction_id] = Line(contact)
        if contact.leaves_after_ms is not None:
            self._soon(self._lose_patience(line, contact.leaves_after_ms))
        if contact.calls_back_after_ms is not None:
            self._soon(self._take_the_offer(line, contact.calls_back_after_ms))

    async def run(self) -> None:
        """Follows until cancelled."""
        after: str | None = None
        try:
            while True:
                page = await self._hub.poll(self.name, after)
                if page is None:
                    await self._clock.sleep(jitter(PAUSE_S))
                    continue
                after = page.after
                self.ready.set()
                for event in page.events:
                    self._follow(event)
        finally:
            for task in self._tasks:
                task.cancel()

    def _follow(self, event: dict[str, Any]) -> None:
        told = event["data"].get("leg")
        if told is None:
            return
        leg = msgspec.convert(told, LegValue)
        state = leg.state
        if state in ENDED:
            self._book.ended(leg, event["id"])
        line = self._lines.get(event.get("subject", ""))
        if line is None:
            return
        if state is LegState.CONNECTING and event["id"] not in line.put_through:
            line.put_through.add(event["id"])
            self._soon(self._put_through(line, leg))
        elif leg.kind is not LegKind.MAIN:
            return
        elif state is LegState.CONNECTED and not line.connected:
            line.connected = True
            self._soon(self._talk(line))
        elif state in ENDED and leg.reason not in HANDED_ON:
            self._lines.pop(line.contact.interaction_id, None)

    async def _put_through(self, line: Line, leg: LegValue) -> None:
        """Together; but a customer who is called back may not answer at first, and is called again."""
        if leg.callback_ms is not None and line.not_there:
            line.not_there = False
            await self._call_back(line, line.contact.called_in_ms or AGAIN_MS)
            return
        await self._tell(line, {"type": "channel.connected", "leg_id": leg.leg_id})

    async def _talk(self, line: Line) -> None:
        contact = line.contact
        said = contact.said if contact.channel == CHAT else ()
        for number, text in enumerate(said):
            external_id = f"{contact.data['external_id']}-m{number}"
            await self._hub.write(self.name, contact.interaction_id, text, external_id)
        if contact.customer_ends:
            whole_ms = self._handle_ms if contact.talk_ms is None else contact.talk_ms
            talk_ms = whole_ms * between(0.2, 0.6, contact.interaction_id, "ends")
            await self._clock.sleep(talk_ms / 1000)
            if contact.interaction_id not in self._lines:
                return
            if said:
                await self._hub.write(self.name, contact.interaction_id, THANKS, f"{contact.data['external_id']}-bye")
            await self._leave(line)

    async def _lose_patience(self, line: Line, after_ms: int) -> None:
        await self._clock.sleep(after_ms / 1000)
        if not line.connected and line.contact.interaction_id in self._lines:
            await self._leave(line)

    async def _take_the_offer(self, line: Line, after_ms: int) -> None:
        await self._clock.sleep(after_ms / 1000)
        if not line.connected and line.contact.interaction_id in self._lines:
            await self._call_back(line, line.contact.called_in_ms)

    async def _call_back(self, line: Line, in_ms: int | None) -> None:
        at = {} if in_ms is None else {"at_ms": self._clock.now_ms() + in_ms}
        await self._tell(line, {"type": "callback.requested", **at})

    async def _leave(self, line: Line) -> None:
        at_ms = self._clock.monotonic() * 1000
        if await self._tell(line, {"type": "customer.left"}) == ACCEPTED:
            self._book.left(line.contact.interaction_id, at_ms)

    async def _tell(self, line: Line, said: dict[str, Any]) -> int:
        return await self._hub.tell(self.name, line.contact.interaction_id, said)

    def _soon(self, what: Any) -> None:
        task: asyncio.Task[None] = asyncio.create_task(what)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
