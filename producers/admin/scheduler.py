"""Opens and closes queues as their hours say: at each change, at once when a document comes into force, and at start.

Every admin process does this, without a lock: a statement that was made before is ignored by routing (see
`producers.admin.opening`), so several say the same, and one that was down says what is now. Without the database the last
known documents hold; without the broker it keeps trying, and then says what is, not what was missed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Final, Protocol

import msgspec

from producers.admin.opening import Schedule, Statement, statements
from producers.admin.problems import InvalidDocument
from runtime.broker import Broker, Producer
from runtime.clock import Clock
from runtime.log import Logger
from runtime.metrics import Metrics
from runtime.postgres import AWAY

POLL_S: Final = 0.5
RETRY_S: Final = 1.0
LONGEST_SLEEP_S: Final = 30.0
"""The machine's clock may be set, and a suspended machine wakes: it looks again after this."""


class Store(Protocol):
    """What of `producers.admin.hours_store.HoursStore` is needed here."""

    async def in_force(self) -> Mapping[str, int]: ...

    async def schedule(self, workspace: str, version: int) -> Schedule: ...

    async def opened(self, workspace: str, queues: list[str], version: int) -> None: ...


class _Known(msgspec.Struct, frozen=True):
    schedule: Schedule
    since_ms: int


class Scheduler:
    """Runs until stopped; `enforce` is for whoever brings a version into force."""

    def __init__(self, store: Store, broker: Broker, clock: Clock, log: Logger, metrics: Metrics) -> None:
        self._store = store
        self._broker = broker
        self._clock = clock
        self._log = log
        self._metrics = metrics
        self._known: dict[str, _Known] = {}
        self._said: dict[tuple[str, str], tuple[int, int]] = {}
        self._unreadable: set[tuple[str, int]] = set()
        self._changed = asyncio.Event()
        self.trouble: str | None = None
        """Why nothing is said just now; None = it is."""
        metrics.hours_overdue_seconds.set_function(lambda: self._overdue_ms() / 1000)

    async def run(self) -> None:
        """Never returns; cancel it."""
        await asyncio.gather(self._watch(), self._speak())

    async def enforce(self, workspace: str, version: int, producer: Producer) -> None:
        """Says what a version that routing has just applied makes of its queues; returns when that is in the log."""
        await self._learn(workspace, version)
        await self._say(self._due(workspace)[0], producer)

    async def _watch(self) -> None:
        """Follows which documents are in force."""
        while True:
            try:
                for workspace, version in (await self._store.in_force()).items():
                    await self._learn(workspace, version)
            except AWAY as error:
                self._log.debug("hours.database_away", error=type(error).__name__)
            except Exception as error:
                self._log.error("hours.watch_failed", exc_info=error)
            await self._clock.sleep(POLL_S)

    async def _learn(self, workspace: str, version: int) -> None:
        known = self._known.get(workspace)
        if (known is not None and known.schedule.version >= version) or (workspace, version) in self._unreadable:
            return
        try:
            schedule = await self._store.schedule(workspace, version)
        except InvalidDocument as error:
            self._unreadable.add((workspace, version))
            self._log.error("hours.unreadable", workspace=workspace, version=version, error=str(error))
            return
        newest = self._known.get(workspace)
        if newest is None or newest.schedule.version < version:
            self._known[workspace] = _Known(schedule, self._clock.now_ms())
            self._changed.set()

    async def _speak(self) -> None:
        """Says what is due, and waits for the next change."""
        while True:
            producer = self._broker.producer()
            try:
                await producer.start()
                while True:
                    await self._turn(producer)
            except Exception as error:
                self.trouble = f"{type(error).__name__}: {error}"
                self._log.warning("hours.interrupted", error=type(error).__name__, exc_info=error)
            finally:
                await producer.stop()
            await self._clock.sleep(RETRY_S)

    async def _turn(self, producer: Producer) -> None:
        self._changed.clear()
        next_ms: int | None = None
        for workspace in list(self._known):
            due, changes_ms = self._due(workspace)
            await self._say(due, producer)
            if changes_ms is not None:
                next_ms = changes_ms if next_ms is None else min(next_ms, changes_ms)
        self.trouble = None
        left_s = LONGEST_SLEEP_S if next_ms is None else (next_ms - self._clock.now_ms()) / 1000
        await self._pause(max(0.0, min(left_s, LONGEST_SLEEP_S)))

    def _due(self, workspace: str) -> tuple[list[Statement], int | None]:
        """What of a workspace has not been said yet, and when its next change is."""
        known = self._known.get(workspace)
        if known is None:
            return [], None
        found, next_ms = statements(known.schedule, self._clock.now_ms())
        return [one for one in found if self._said.get((workspace, one.queue), (0, 0)) < one.place], next_ms

    async def _say(self, due: list[Statement], producer: Producer) -> None:
        """Returns when it is in the log."""
        if not due:
            return
        await producer.send([one.output() for one in due])
        now_ms = self._clock.now_ms()
        for one in due:
            self._said[one.workspace, one.queue] = one.place
            self._metrics.hours_stated.labels("open" if one.open else "closed").inc()
            self._metrics.hours_late_seconds.observe(max(0, now_ms - self._since_ms(one)) / 1000)
        count = sum(one.open for one in due)
        workspace, version = due[0].workspace, due[0].version
        self._log.info("hours.said", workspace=workspace, version=version, opened=count, closed=len(due) - count)
        await self._forget_opened(workspace, version, [one.queue for one in due])

    async def _forget_opened(self, workspace: str, version: int, queues: list[str]) -> None:
        """Queues that have no hours any more need no care; without the database they are opened again at next start."""
        calendars = self._known[workspace].schedule.calendars
        without = [queue for queue in queues if queue in calendars and calendars[queue] is None]
        if without:
            try:
                await self._store.opened(workspace, without, version)
            except AWAY as error:
                self._log.debug("hours.database_away", error=type(error).__name__)

    def _since_ms(self, statement: Statement) -> int:
        """Since when it should have been said: the change, or the moment at which the document was known."""
        return max(statement.since_ms, self._known[statement.workspace].since_ms)

    def _overdue_ms(self) -> int:
        due = [one for workspace in self._known for one in self._due(workspace)[0]]
        return max((self._clock.now_ms() - self._since_ms(one) for one in due), default=0)

    async def _pause(self, seconds: float) -> None:
        """Returns after so long, or when a document has come into force."""
        pause = asyncio.create_task(self._clock.sleep(seconds))
        woken = asyncio.create_task(self._changed.wait())
        try:
            await asyncio.wait((pause, woken), return_when=asyncio.FIRST_COMPLETED)
        finally:
            pause.cancel()
            woken.cancel()
