from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from typing import Any

import msgspec

from deploy.simulation.adapters import AGAIN_MS, Adapter, is_away_at_first
from deploy.simulation.contacts import Contact
from deploy.simulation.hub import Hub, Page
from deploy.simulation.record import EndBook
from runtime.clock import ManualClock
from schemas.values import LegValue
from schemas.vocabulary import EndReason, LegKind, LegState
from tests.unit.deploy.simulation.test_record import leg

OK = 202
PATIENT = next(one for one in (f"i_{number}" for number in count()) if not is_away_at_first(one))
AWAY = next(one for one in (f"i_{number}" for number in count()) if is_away_at_first(one))


class ListedHub(Hub):
    """Passes on what is put into it, and keeps what it is told."""

    def __init__(self) -> None:
        super().__init__("http://nowhere", "bookcity", {}, ManualClock())
        self.said: list[dict[str, Any]] = []
        self.pages: asyncio.Queue[Page] = asyncio.Queue()

    async def poll(self, adapter: str, after: str | None) -> Page | None:
        assert adapter
        return await self.pages.get()

    async def tell(self, adapter: str, interaction_id: str, said: dict[str, Any]) -> int:
        assert adapter
        assert interaction_id
        self.said.append(said)
        return OK


class Desk:
    """An adapter with one contact."""

    def __init__(self, contact: Contact, adapter: Adapter, hub: ListedHub, clock: ManualClock) -> None:
        self.contact = contact
        self.hub = hub
        self.clock = clock
        self.adapter = adapter
        self._ids = count()

    async def decided(self, number: int, state: LegState, **fields: Any) -> None:
        """The adapter reads that the contact's leg of that number is in that state now."""
        value = leg(f"{self.contact.interaction_id}.{number}", state, "ana", **fields)
        event = {"id": f"d{next(self._ids)}", "subject": self.contact.interaction_id}
        await self.hub.pages.put(Page(after="a", events=[{**event, "data": {"leg": as_sent(value)}}]))
        await self.settled()

    async def settled(self) -> None:
        for _ in range(20):
            await asyncio.sleep(0)


def as_sent(value: LegValue) -> dict[str, Any]:
    sent: dict[str, Any] = msgspec.to_builtins(value)
    return sent


@asynccontextmanager
async def a_desk(interaction_id: str, **fields: Any) -> AsyncIterator[Desk]:
    contact = Contact(
        number=0, channel="phone", adapter="line1", interaction_id=interaction_id, data={"external_id": "x"}, **fields
    )
    hub, clock = ListedHub(), ManualClock()
    adapter = Adapter("line1", hub, clock, 0, EndBook())
    adapter.expect(contact)
    running = asyncio.create_task(adapter.run())
    try:
        yield Desk(contact, adapter, hub, clock)
    finally:
        running.cancel()
        await asyncio.wait([running])


async def test_every_line_that_connects_is_put_through_also_after_a_transfer_and_a_consults() -> None:
    async with a_desk(PATIENT) as desk:
        await desk.decided(1, LegState.CONNECTING)
        await desk.decided(1, LegState.CONNECTED)
        await desk.decided(2, LegState.CONNECTING, kind=LegKind.CONSULT)
        await desk.decided(2, LegState.COMPLETED, kind=LegKind.CONSULT, reason=EndReason.CONSULT_CANCELLED)
        await desk.decided(1, LegState.COMPLETED, reason=EndReason.TRANSFERRED)
        await desk.decided(3, LegState.CONNECTING)
        connected = [said["leg_id"] for said in desk.hub.said if said["type"] == "channel.connected"]
        assert connected == [f"{PATIENT}.{number}" for number in (1, 2, 3)]


async def test_what_has_ended_is_forgotten() -> None:
    async with a_desk(PATIENT) as desk:
        await desk.decided(1, LegState.COMPLETED, reason=EndReason.AGENT_ENDED)
        await desk.decided(1, LegState.CONNECTING)
        assert desk.hub.said == []


async def test_a_caller_who_still_waits_takes_the_offer_in_place_or_at_a_time() -> None:
    for later_ms, said in ((None, {}), (700, {"at_ms": ManualClock().now_ms() + 1_000})):
        async with a_desk(PATIENT, calls_back_after_ms=300, called_in_ms=later_ms) as desk:
            await desk.decided(1, LegState.QUEUED)
            desk.clock.advance_ms(300)
            await desk.settled()
            assert desk.hub.said == [{"type": "callback.requested", **said}]


async def test_a_caller_who_was_put_through_is_offered_nothing() -> None:
    async with a_desk(PATIENT, calls_back_after_ms=300) as desk:
        await desk.decided(1, LegState.CONNECTED)
        desk.clock.advance_ms(300)
        await desk.settled()
        assert desk.hub.said == []


async def test_who_does_not_answer_is_called_again_later_and_answers_then() -> None:
    async with a_desk(AWAY) as desk:
        await desk.decided(1, LegState.CONNECTING, callback_ms=5)
        await desk.decided(1, LegState.CONNECTING, callback_ms=6)
        at_ms = desk.clock.now_ms() + AGAIN_MS
        assert desk.hub.said == [
            {"type": "callback.requested", "at_ms": at_ms},
            {"type": "channel.connected", "leg_id": f"{AWAY}.1"},
        ]
