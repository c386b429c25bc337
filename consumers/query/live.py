"""What is live: views of all workspaces and their newest figures, each with how old it is.

A view counts as current as of the last moment at which all that the broker held then was applied. Without the broker
answers go on, from ever older views that say so.
"""

from __future__ import annotations

import asyncio
from typing import Final

from aiokafka.errors import KafkaError

from consumers.query.latest import Latest
from consumers.query.problems import not_ready
from runtime.broker import Broker, Fetched
from runtime.clock import Clock
from runtime.errors import Invalid, LogBroken
from runtime.events import event_of
from runtime.following import DECISIONS, FollowerHooks, ViewFollower
from runtime.log import Logger
from runtime.problems import Problem
from runtime.records import TopicPartition
from schemas.decisions import Decision, EpochStarted
from schemas.estimate import QueueOrders
from schemas.metrics import MetricsMeasured
from schemas.topics import METRICS_LIVE
from schemas.view import Touch, View

PROBE_S: Final = 1.0
FIRST_PROBE_S: Final = 0.1
PROBE_TIMEOUT_S: Final = 5.0
GATHERED_MS: Final = 100
"""How much older an answer may be so that what it is made of comes in fewer, larger pieces."""
FIGURES: Final = tuple(TopicPartition(METRICS_LIVE.name, one) for one in range(METRICS_LIVE.partitions))
TAIL_RECORDS: Final = 500
"""Of each partition: the last whole measurements are among them, or the next one comes within half a minute."""


class Live:
    """Follows decisions and measurements of all workspaces; `trouble` says why live parts cannot be answered."""

    def __init__(self, broker: Broker, clock: Clock, log: Logger) -> None:
        self._reader = broker.reader()
        self._figures_reader = broker.reader()
        self._clock = clock
        self._log = log
        hooks = FollowerHooks(appeared=self._appeared, decided=self._decided)
        self._follower = ViewFollower(self._reader, log, hooks)
        self._orders: dict[str, QueueOrders] = {}
        self._latest: dict[str, Latest] = {}
        self._current_ms: int | None = None
        self.trouble: str | None = "the live view is being read"

    async def run(self) -> None:
        """Follows until cancelled; raises what must end the process (a gap, a broken log)."""
        await self._follower.start()
        work = (self._follower.run(gather_ms=GATHERED_MS), self._probe(), self._follow_figures())
        tasks = [asyncio.ensure_future(one) for one in work]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def stop(self) -> None:
        """Lets the clients go."""
        await self._reader.stop()
        await self._figures_reader.stop()

    def view(self, workspace: str) -> tuple[View, int]:
        """The workspace's view, and as of when it is complete.

        Raises:
            Problem: 503 before the first time that it was.
        """
        if self._current_ms is None:
            raise not_ready("the live view")
        return self._follower.views.get(workspace) or View(workspace), self._current_ms

    def orders(self, workspace: str) -> QueueOrders:
        """Who stands where in its queues."""
        return self._orders.get(workspace) or QueueOrders(0)

    def view_if_any(self, workspace: str) -> tuple[View, int] | None:
        """As `view`, for who can do without."""
        try:
            return self.view(workspace)
        except Problem:
            return None

    async def end_of(self, partition: TopicPartition) -> int:
        """Where the log of the partition ends now. Raises Problem: 503 when the broker does not answer."""
        try:
            async with asyncio.timeout(PROBE_TIMEOUT_S):
                return (await self._reader.log_range(partition)).end
        except (TimeoutError, OSError, KafkaError):
            raise not_ready("the log") from None

    def latest(self, workspace: str) -> Latest:
        """The newest figures."""
        return self._latest.setdefault(workspace, Latest())

    def take_figures(self, fetched: Fetched) -> None:
        """Takes measurements in."""
        for records in fetched.values():
            for record in records:
                try:
                    measured = event_of(record, METRICS_LIVE, MetricsMeasured)
                except Invalid:
                    self._log.error("figures.undecodable", partition=record.partition, offset=record.offset)
                else:
                    self.latest(measured.workspace).take(measured)

    def _appeared(self, view: View) -> None:
        self._orders[view.workspace] = QueueOrders.of(view)

    def _decided(self, view: View, decision: Decision, touches: list[Touch]) -> None:
        if isinstance(decision, EpochStarted):
            self._appeared(view)
        self._orders[view.workspace].heard(touches, view.at_ms)

    async def _probe(self) -> None:
        while True:
            asked_ms = self._clock.now_ms()
            try:
                async with asyncio.timeout(PROBE_TIMEOUT_S):
                    ends = await self._follower.ends(DECISIONS)
                    while not self._follower.has_reached(ends):
                        await self._clock.sleep(FIRST_PROBE_S)
                self._current_ms, self.trouble = asked_ms, None
            except (TimeoutError, OSError, KafkaError) as error:
                self._log.warning("live.behind", error=type(error).__name__)
            await self._clock.sleep(PROBE_S)

    async def _follow_figures(self) -> None:
        while True:
            try:
                async for fetched in self._figures_reader.follow(await self._near_the_end(), gather_ms=GATHERED_MS):
                    self.take_figures(fetched)
            except LogBroken as error:
                self._log.warning("figures.log_broken", error=str(error))

    async def _near_the_end(self) -> dict[TopicPartition, int]:
        ranges = await asyncio.gather(*(self._figures_reader.log_range(partition) for partition in FIGURES))
        found = zip(FIGURES, ranges, strict=True)
        return {partition: max(log.first, log.end - TAIL_RECORDS) for partition, log in found}
