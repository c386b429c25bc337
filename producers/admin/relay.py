"""Of several admin processes one brings the outboxes into the log: the one that holds PostgreSQL's advisory lock.

The lock is a connection's: it is lost with it, and another process takes over. Two that think they hold it for a moment
do no harm, as everything sent bears an id that stays the same. Without broker or database the relay tries again.
"""

from __future__ import annotations

import asyncio
from typing import Final

import asyncpg

from producers.admin.audit import NEWS
from producers.admin.configuration_outbox import ConfigurationOutbox, Hours
from producers.admin.event_outbox import EventOutbox
from producers.admin.versions import Versions
from runtime.broker import Broker
from runtime.clock import Clock
from runtime.log import Logger
from runtime.metrics import Metrics
from runtime.postgres import Pool

LOCK: Final = 0x68756231
"""`hub1` in ASCII: the relay's advisory lock in the product's database."""
POLL_S: Final = 0.5
RETRY_S: Final = 1.0


class Relay:
    """Runs until stopped; sends at once what is announced, and looks by itself every `POLL_S`."""

    def __init__(self, pool: Pool, broker: Broker, hours: Hours, clock: Clock, log: Logger, metrics: Metrics) -> None:
        self._pool = pool
        self._hours = hours
        self._broker = broker
        self._clock = clock
        self._log = log
        self._metrics = metrics
        self._changed = asyncio.Event()
        self.trouble: str | None = "the relay has not started"
        """Why nothing is relayed just now; None = it is, here or in another process."""

    async def run(self) -> None:
        """Never returns; cancel it."""
        while True:
            try:
                async with self._pool.acquire() as connection:
                    if await connection.fetchval("SELECT pg_try_advisory_lock($1)", LOCK):
                        await connection.add_listener(NEWS, self._told)
                        try:
                            await self._hold(connection)
                        finally:
                            await self._release(connection)
                    else:
                        self.trouble = None
            except Exception as error:
                self.trouble = f"{type(error).__name__}: {error}"
                self._log.warning("relay.interrupted", error=type(error).__name__, exc_info=error)
            await self._clock.sleep(RETRY_S)

    async def _hold(self, connection: asyncpg.pool.PoolConnectionProxy[asyncpg.Record]) -> None:
        """Relays while the connection, and with it the lock, lasts. Raises whatever interrupts it."""
        producer, reader = self._broker.producer(), self._broker.reader()
        delivering: dict[str, asyncio.Task[None]] = {}
        try:
            await producer.start()
            versions = Versions(self._pool, self._clock)
            configurations = ConfigurationOutbox(versions, self._hours, producer, reader, self._log, self._metrics)
            events = EventOutbox(self._pool, producer)
            self.trouble = None
            while True:
                self._changed.clear()
                await connection.execute("SELECT 1")
                self._metrics.relay_events.inc(await events.deliver())
                _raise_ended(delivering)
                for workspace in await versions.waiting():
                    if workspace not in delivering:
                        delivering[workspace] = asyncio.create_task(configurations.deliver(workspace))
                await self._pause()
        finally:
            await _cancelled(delivering)
            await producer.stop()
            await reader.stop()

    async def _release(self, connection: asyncpg.pool.PoolConnectionProxy[asyncpg.Record]) -> None:
        """Gives the lock back; a connection that is lost has lost it, and takes its listener with it."""
        if connection.is_closed():
            connection.terminate()
            return
        await connection.remove_listener(NEWS, self._told)
        await connection.execute("SELECT pg_advisory_unlock($1)", LOCK)

    def _told(self, *_: object) -> None:
        self._changed.set()

    async def _pause(self) -> None:
        pause = asyncio.create_task(self._clock.sleep(POLL_S))
        woken = asyncio.create_task(self._changed.wait())
        try:
            await asyncio.wait((pause, woken), return_when=asyncio.FIRST_COMPLETED)
        finally:
            pause.cancel()
            woken.cancel()


def _raise_ended(delivering: dict[str, asyncio.Task[None]]) -> None:
    """Forgets deliveries that are done; raises what one of them raised."""
    for workspace in [workspace for workspace, task in delivering.items() if task.done()]:
        delivering.pop(workspace).result()


async def _cancelled(delivering: dict[str, asyncio.Task[None]]) -> None:
    for task in delivering.values():
        task.cancel()
    await asyncio.gather(*delivering.values(), return_exceptions=True)
