"""What a standby of routing has ready when its turn comes: connections, and the states of the newest snapshots.

Whoever takes over then reads only what came after them: with a million waiting, restoring takes seconds.
"""

from __future__ import annotations

from typing import Final

from runtime.broker import Reader
from runtime.clock import Clock
from runtime.records import TopicPartition
from schemas.topics import ROUTING_DECISIONS, ROUTING_SNAPSHOTS, WORKSPACE_PARTITIONS
from streams.routing.engine import Engine
from streams.routing.prepared import Prepared
from streams.routing.recovery import Recovery

_LOOK_S: Final = 5.0
"""Snapshots come at most once a minute for each partition that is not very busy."""


class StandingBy:
    """A `runtime.standby.Successor`, which leaves the states in `prepared`."""

    def __init__(self, reader: Reader, clock: Clock, prepared: Prepared, factory: type[Engine] = Engine) -> None:
        self._reader = reader
        self._clock = clock
        self._recoveries = {
            TopicPartition(ROUTING_SNAPSHOTS.name, number): Recovery(reader, number, factory, prepared)
            for number in range(WORKSPACE_PARTITIONS)
        }
        self._seen: dict[TopicPartition, int] = {}

    async def make_ready(self) -> None:
        """See `runtime.standby.Successor`."""
        await self._reader.connect((ROUTING_SNAPSHOTS.name, ROUTING_DECISIONS.name))
        await self._look()

    async def keep_ready(self) -> None:
        """See `runtime.standby.Successor`."""
        while True:
            await self._clock.sleep(_LOOK_S)
            await self._look()

    async def _look(self) -> None:
        ends = await self._reader.ends(self._recoveries)
        for partition, end in ends.items():
            if end != self._seen.get(partition, 0):
                await self._recoveries[partition].prepare()
                self._seen[partition] = end
