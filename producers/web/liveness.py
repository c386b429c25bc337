"""Whether chats are current: the broker answers, and all that it held one look ago has been told; as of that look they are."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from aiokafka.errors import KafkaError

from runtime.clock import Clock
from runtime.following import DECISIONS, ViewFollower
from runtime.records import TopicPartition
from schemas import chat
from schemas.live import NotLiveReason

PROBE_TIMEOUT_S: Final = 2.0
PROBE_S: Final = 1.0
FIRST_PROBE_S: Final = 0.1


class Liveness:
    """`said` hears each change; `state` None = live; `caught_up` = it was live once."""

    def __init__(self, follower: ViewFollower, clock: Clock, said: Callable[[chat.Frame], None]) -> None:
        self._follower = follower
        self._clock = clock
        self._said = said
        self._known_ends: dict[TopicPartition, int] | None = None
        self._known_ms = self._current_ms = clock.now_ms()
        self.caught_up = False
        self.state: NotLiveReason | None = NotLiveReason.CATCHING_UP

    def frame(self) -> chat.Frame:
        """What a page is told of it now."""
        now_ms = self._clock.now_ms()
        if self.state is None:
            return chat.Live(at_ms=now_ms)
        return chat.NotLive(at_ms=now_ms, since_ms=self._current_ms, reason=self.state)

    async def run(self) -> None:
        """Looks until cancelled."""
        while True:
            await self.look()
            await self._clock.sleep(PROBE_S if self.caught_up else FIRST_PROBE_S)

    async def look(self) -> None:
        """One round."""
        asked_ms = self._clock.now_ms()
        try:
            async with asyncio.timeout(PROBE_TIMEOUT_S):
                ends = await self._follower.ends(DECISIONS)
        except (TimeoutError, OSError, KafkaError):
            self._become(NotLiveReason.BROKER)
            return
        before, self._known_ends = self._known_ends, ends
        told_to_ms, self._known_ms = self._known_ms, asked_ms
        if before is None or not self._follower.has_reached(before):
            self._become(NotLiveReason.CATCHING_UP)
            return
        self._current_ms = told_to_ms
        self.caught_up = True
        self._become(None)

    def _become(self, state: NotLiveReason | None) -> None:
        if self.state is not state:
            self.state = state
            self._said(self.frame())
