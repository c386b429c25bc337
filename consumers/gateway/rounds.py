"""Whether a gateway is live: asked again and again.

Live = the broker answers, and all that it held one round ago has been told: what clients have is as of that round. Not live
is said to every socket at once; sockets stay open.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

import msgspec

from consumers.gateway.follower import Follower
from consumers.gateway.workspace import Workspace
from runtime.clock import Clock
from runtime.following import DECISIONS
from runtime.partitioner import partition_of
from runtime.records import TopicPartition
from schemas import live
from schemas.topics import ROUTING_DECISIONS

PROBE_TIMEOUT_S: Final = 2.0
PROBE_S: Final = 1.0
FIRST_PROBE_S: Final = 0.1


class Liveness:
    """Asks the broker again and again. `said` hears each change of `state` (None = live); `caught_up` = it was live once."""

    def __init__(
        self,
        follower: Follower,
        ends: Callable[[list[TopicPartition]], Awaitable[dict[TopicPartition, int]]],
        clock: Clock,
        said: Callable[[live.Frame], None],
    ) -> None:
        self._follower = follower
        self._ends = ends
        self._clock = clock
        self._said = said
        self._known_ends: dict[TopicPartition, int] = {}
        self._known_ms = self._current_ms = clock.now_ms()
        self.caught_up = False
        self.state: live.NotLive | None = live.NotLive(
            at_ms=self._current_ms, since_ms=self._current_ms, reason=live.NotLiveReason.CATCHING_UP
        )

    def not_live(self) -> live.NotLive | None:
        """What a new socket is told; None = nothing, it is live."""
        if self.state is None:
            return None
        return msgspec.structs.replace(self.state, at_ms=self._clock.now_ms())

    async def run(self) -> None:
        """Asks until cancelled."""
        while True:
            await self.look()
            await self._clock.sleep(PROBE_S if self.caught_up else FIRST_PROBE_S)

    async def look(self) -> None:
        """One round."""
        asked_ms = self._clock.now_ms()
        wanted = watched(self._follower.workspaces) if self.caught_up else list(DECISIONS)
        try:
            async with asyncio.timeout(PROBE_TIMEOUT_S):
                ends = await self._ends(wanted)
        except (TimeoutError, OSError):
            self._become(live.NotLiveReason.BROKER)
            return
        positions = self._follower.positions
        behind = not self._known_ends or any(positions.get(one, 0) < end for one, end in self._known_ends.items())
        told_to_ms, self._known_ms, self._known_ends = self._known_ms, asked_ms, ends
        if behind:
            self._become(live.NotLiveReason.CATCHING_UP)
        else:
            self._current_ms = told_to_ms
            self.caught_up = True
            self._become(None)

    def _become(self, reason: live.NotLiveReason | None) -> None:
        now_ms = self._clock.now_ms()
        if reason is None:
            if self.state is not None:
                self.state = None
                self._said(live.Live(at_ms=now_ms))
        elif self.state is None or self.state.reason is not reason:
            self.state = live.NotLive(at_ms=now_ms, since_ms=self._current_ms, reason=reason)
            self._said(self.state)


def watched(workspaces: Mapping[str, Workspace]) -> list[TopicPartition]:
    """The partitions that somebody looks at here, or any one."""
    shown = [name for name, workspace in workspaces.items() if next(workspace.members(), None) is not None]
    numbers = sorted({partition_of(name.encode(), ROUTING_DECISIONS.partitions) for name in shown}) or [0]
    return [TopicPartition(ROUTING_DECISIONS.name, number) for number in numbers]
