"""Posts the contacts when they are due, and writes down which ids were answered 202, and when."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Final

import msgspec

from deploy.simulation.chats import Chats
from deploy.simulation.contacts import CHAT, Contact
from deploy.simulation.hub import CLOUD_EVENT, Hub
from deploy.simulation.plan import Arrival
from deploy.simulation.record import PostBook
from runtime.clock import Clock

INTERACTIONS: Final = "/interactions"
ACCEPTED: Final = 202


class Sender:
    """`expect` hears of each contact before it is posted: the adapter that will follow it. With `chats`, chat customers
    come over their own socket.
    """

    def __init__(
        self, hub: Hub, posts: PostBook, clock: Clock, expect: Callable[[Contact], None], chats: Chats | None = None
    ) -> None:
        self._hub = hub
        self._posts = posts
        self._clock = clock
        self._expect = expect
        self._chats = chats

    async def run(self, arrivals: Iterable[Arrival], begun_s: float) -> None:
        """Posts each when it is due, however slowly answers come; waits for the answers."""
        async with asyncio.TaskGroup() as group:
            for arrival in arrivals:
                due_s = begun_s + arrival.due_ms / 1000
                await self._clock.sleep(max(0.0, due_s - self._clock.monotonic()))
                contact = arrival.contact
                self._posts.due(contact.interaction_id, due_s * 1000, self._clock.monotonic() * 1000)
                if self._chats is not None and contact.channel == CHAT:
                    self._chats.begin(contact)
                else:
                    group.create_task(self.post(contact))

    async def post(self, contact: Contact) -> None:
        """Posts one contact as it is meant to go: whole, twice, or cut."""
        body = msgspec.json.encode(
            {
                "specversion": "1.0",
                "id": contact.data["external_id"],
                "source": f"//{contact.adapter}.example/",
                "type": "interaction.received",
                "data": contact.data,
            }
        )
        self._posts.planned(contact.interaction_id, contact.channel)
        self._expect(contact)
        if contact.cut:
            self._posts.posts += 1
            await self._hub.cut(contact.adapter, INTERACTIONS, body, CLOUD_EVENT)
            return
        for _ in range(2 if contact.twice else 1):
            self._posts.posts += 1
            status = await self._hub.post(contact.adapter, INTERACTIONS, body, CLOUD_EVENT)
            if status == ACCEPTED:
                self._posts.answered(contact.interaction_id, self._clock.monotonic() * 1000)
