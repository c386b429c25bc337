"""Whether the database is asked at all: after one miss nobody waits for it until it has answered a ping.

One gate for all partitions of a process. Asking costs a contact at most the limit, and only the first one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from prometheus_client import Gauge

from runtime.clock import Clock
from runtime.log import Logger
from runtime.postgres_session import NoAnswer
from streams.identity.store import IdentityStore

PING_EVERY_MS: Final = 200

T = TypeVar("T")


class Gate:
    """Open while the database answers; shut at first."""

    def __init__(self, limit_ms: int, log: Logger, up: Gauge) -> None:
        self.is_open = False
        self._limit_s = limit_ms / 1000
        self._log = log
        self._up = up
        self._missed = asyncio.Event()
        self._missed.set()

    async def ask(self, work: Callable[[], Awaitable[T]]) -> T:
        """The answer of `work`, begun and ended within the limit. Raises NoAnswer at once while shut, and when the
        limit passes; then `work` is cancelled, done or not.
        """
        if not self.is_open:
            raise NoAnswer("shut")
        try:
            return await self._within(work)
        except NoAnswer as error:
            self._shut(str(error))
            raise

    async def try_open(self, store: IdentityStore) -> None:
        """Pings once, within the limit."""
        try:
            await self._within(store.ping)
        except NoAnswer:
            return
        self.is_open = True
        self._missed.clear()
        self._up.set(1)
        self._log.info("identity.database_answers")

    async def keep(self, store: IdentityStore, clock: Clock) -> None:
        """Opens the gate whenever the database answers again; runs until cancelled."""
        while True:
            await self._missed.wait()
            await self.try_open(store)
            await clock.sleep(PING_EVERY_MS / 1000)

    def _shut(self, reason: str) -> None:
        if self.is_open:
            self._log.warning("identity.database_away", reason=reason)
        self.is_open = False
        self._missed.set()
        self._up.set(0)

    async def _within(self, work: Callable[[], Awaitable[T]]) -> T:
        try:
            async with asyncio.timeout(self._limit_s):
                return await work()
        except TimeoutError as error:
            raise NoAnswer(f"no answer in {self._limit_s:g} s") from error
