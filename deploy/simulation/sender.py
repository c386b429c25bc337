"""Posts the contacts at their rate, and writes down which ids were answered 202, and when."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Final

import msgspec

from deploy.simulation.contacts import Contact
from deploy.simulation.draws import between
from deploy.simulation.hub import CLOUD_EVENT, Hub
from deploy.simulation.record import PostBook
from runtime.clock import Clock

INTERACTIONS: Final = "/interactions"
ACCEPTED: Final = 202


class Sender:
    """`expect` hears of each contact before it is posted: the adapter that will follow it."""

    def __init__(self, hub: Hub, posts: PostBook, clock: Clock, expect: Callable[[Contact], None]) -> None:
        self._hub = hub
        self._posts = posts
        self._clock = clock
        self._expect = expect

    async def run(self, contacts: Iterator[Contact], rate_per_s: float, seconds: float | None) -> None:
        """Posts at that rate, however slowly answers come, for so long (None = until cancelled); waits for the answers."""
        begun_s = self._clock.monotonic()
        due_s = 0.0
        async with asyncio.TaskGroup() as group:
            for contact in contacts:
                due_s += between(0.5, 1.5, contact.interaction_id, "gap") / rate_per_s
                if seconds is not None and due_s >= seconds:
                    return
                await self._clock.sleep(max(0.0, begun_s + due_s - self._clock.monotonic()))
                group.create_task(self.post(contact))

    async def post(self, contact: Contact) -> None:
        """Posts one contact as it is meant to go: whole, twice, or cut."""
        body = msgspec.json.encode(
            {
                "specversion": "1.0",
                "id": contact.data["external_id"],
                "source": f"//bookcity.example/{contact.adapter}",
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
