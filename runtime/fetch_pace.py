"""How long the broker may keep a consumer's fetch, and for how much: pure.

A fetch is kept long while there is nothing: each costs the broker and its asker about a millisecond, in every process, day
and night. One that is under way cannot be changed, so a partition that begins, or goes on, waits for it to come back.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from runtime.records import TopicPartition

GATHERED_BYTES: Final = 65_536
"""Who gathers waits for so much, or for the time that it has."""
HOLDING_WAIT_MS: Final = 10
"""The most while partitions are held: they are about to begin."""
PAUSED_WAIT_MS: Final = 100
"""The most while partitions are paused: they go on before long."""


class Kept(NamedTuple):
    """The broker answers as soon as it has `least_bytes`, or after `wait_ms` with what there is."""

    wait_ms: int
    least_bytes: int


class FetchPace:
    """One consumer's. `gather_ms` 0 = whatever there is comes at once; else see `runtime.broker.GroupPolicy`."""

    def __init__(self, wait_ms: int, gather_ms: int = 0) -> None:
        self.held: set[TopicPartition] = set()
        self.paused: set[TopicPartition] = set()
        self._wait_ms = wait_ms
        self._gather_ms = gather_ms
        self._quiet = True

    def came(self, anything: bool) -> None:
        """What the last look brought: who gathers does so only while something comes."""
        self._quiet = not anything

    @property
    def kept(self) -> Kept:
        """How the next fetch is kept."""
        gathers = self._gather_ms > 0 and not self._quiet
        wait_ms = self._gather_ms if gathers else self._wait_ms
        if self.held:
            wait_ms = min(wait_ms, HOLDING_WAIT_MS)
        elif self.paused:
            wait_ms = min(wait_ms, PAUSED_WAIT_MS)
        return Kept(wait_ms, GATHERED_BYTES if gathers else 1)
