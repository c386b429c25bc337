from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any, cast

import asyncpg
import structlog

from producers.admin.relay import Relay
from runtime.clock import ManualClock
from runtime.memory import MemoryBroker
from runtime.metrics import Metrics
from runtime.postgres import Pool
from tests.support.memory_versions import NoHours


class LostConnection:
    """A connection that gets the lock and is lost before its first statement."""

    def __init__(self) -> None:
        self.is_lost = False
        self.listeners: list[object] = []
        self.is_terminated = False

    async def fetchval(self, statement: str, *_: object) -> bool:
        return "lock" in statement

    async def add_listener(self, _channel: str, listener: object) -> None:
        self.listeners.append(listener)

    async def remove_listener(self, _channel: str, listener: object) -> None:
        """As asyncpg's: what is lost keeps its listeners."""
        if not self.is_lost:
            self.listeners.remove(listener)

    async def execute(self, _statement: str, *_: object) -> None:
        self.is_lost = True
        raise asyncpg.InternalClientError("another operation is in progress")

    def is_closed(self) -> bool:
        return self.is_lost

    def terminate(self) -> None:
        self.is_terminated = True
        self.listeners.clear()


class OneConnection:
    """A pool of that connection; `given_back` is set with what it still listened to."""

    def __init__(self) -> None:
        self.connection = LostConnection()
        self.given_back: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    @contextlib.asynccontextmanager
    async def acquire(self) -> AsyncIterator[LostConnection]:
        try:
            yield self.connection
        finally:
            self.given_back.set_result(len(self.connection.listeners))


LOG = cast(Any, structlog.get_logger())


async def test_a_lock_whose_connection_is_lost_leaves_no_listener_in_the_pool() -> None:
    clock, pool = ManualClock(), OneConnection()
    relay = Relay(cast(Pool, pool), MemoryBroker({}, clock), NoHours(), clock, LOG, Metrics())
    running = asyncio.create_task(relay.run())
    try:
        assert await asyncio.wait_for(pool.given_back, 60) == 0
        assert pool.connection.is_terminated
        assert relay.trouble is not None
        assert "InternalClientError" in relay.trouble
    finally:
        running.cancel()
        await asyncio.wait({running})
