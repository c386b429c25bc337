"""The same worker and engine, with marks and the check for duplicates off: what exactly-once in effect costs."""

from __future__ import annotations

from bench import routed
from bench.routing_log import Prepared
from schemas.interactions import Source
from streams.routing.engine import Engine
from streams.routing.memory import Memory
from streams.routing.rules import ENGINE_VERSION
from streams.routing.world import World

Argument = Prepared


class Forgetful(Memory):
    """Remembers neither commands nor the marks of sources: everything is new."""

    __slots__ = ()

    def command_is_new(self, command: str) -> bool:
        """See Memory."""
        del command
        return True

    def source_is_new(self, source: Source) -> bool:
        """See Memory."""
        del source
        return True


class UnmarkedEngine(Engine):
    """An engine with such a memory."""

    def __init__(
        self,
        workspace: str,
        breach_at: frozenset[int] = frozenset(),
        *,
        version: int = ENGINE_VERSION,
        world: World | None = None,
    ) -> None:
        super().__init__(workspace, breach_at, version=version, world=world)
        self.world.memory = Forgetful()


async def run(work: Prepared) -> None:
    """A role of `bench.child`."""
    await routed.run(work, UnmarkedEngine)
