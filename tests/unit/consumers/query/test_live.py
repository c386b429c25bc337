from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable
from typing import Any, NoReturn, cast

import pytest
import structlog
import structlog.testing
from aiokafka.errors import KafkaTimeoutError

from consumers.query.live import Live
from runtime.clock import SystemClock
from runtime.events import to_output
from runtime.memory import MemoryBroker
from runtime.memory_clients import MemoryReader
from runtime.problems import Problem
from runtime.records import TopicPartition
from runtime.stage import LogRange
from schemas.decisions import EpochStarted
from schemas.topics import METRICS_LIVE, ROUTING_DECISIONS, VIEW_SNAPSHOTS
from tests.support.decided import Floor
from tests.support.waiting import eventually

TOPICS = (ROUTING_DECISIONS, VIEW_SNAPSHOTS, METRICS_LIVE)


class Log:
    """What routing has decided, in memory."""

    def __init__(self) -> None:
        self.floor = Floor()
        self.broker = MemoryBroker({topic.name: topic.partitions for topic in TOPICS}, SystemClock())
        self.said = structlog.testing.LogCapture()
        self._told = 0

    def tell(self) -> None:
        for decision in self.floor.said[self._told :]:
            name = f"{decision.epoch}/{decision.seq}"
            output = to_output(decision, ROUTING_DECISIONS, key=decision.workspace, event_id=name, source="test")
            self.broker.append(output, 0)
        self._told = len(self.floor.said)

    @contextlib.asynccontextmanager
    async def followed(self) -> AsyncIterator[Live]:
        logger = structlog.wrap_logger(
            structlog.PrintLogger(),
            [self.said],
            structlog.make_filtering_bound_logger("info"),
            cache_logger_on_first_use=False,
        )
        live = Live(self.broker, SystemClock(), cast(Any, logger))
        task = asyncio.create_task(live.run())
        try:
            yield live
        finally:
            task.cancel()
            await asyncio.wait({task})
            await live.stop()


async def test_places_in_line_follow_the_decisions() -> None:
    log = Log()
    log.floor.opened("ana")
    log.floor.arrives("i1")
    log.floor.arrives("i2")
    log.tell()
    async with log.followed() as live:

        def place(leg_id: str) -> int | None:
            return live.orders(log.floor.workspace).position(leg_id)

        await eventually(lambda: place("i2.1") == 2, what="the second place")
        log.floor.offered("i1", "ana")
        log.floor.accepted("i1")
        log.tell()
        await eventually(lambda: place("i2.1") == 1, what="the first place")
        log.floor.said.append(
            EpochStarted(
                workspace=log.floor.workspace,
                epoch=2,
                seq=1,
                cause=9,
                at_ms=log.floor.now_ms,
                previous_epoch=1,
                previous_seq=len(log.floor.said),
            )
        )
        log.tell()
        await eventually(lambda: place("i2.1") is None, what="a new epoch, in which nobody was spoken of yet")
        assert live.orders("elsewhere").entering("orders", 0).position == 1


class Unsteady(MemoryReader):
    """Of a broker that answers questions or does not, as a test says."""

    answers = True

    async def log_range(self, partition: TopicPartition) -> LogRange:
        return await super().log_range(partition) if self.answers else self._silent()

    async def ends(self, partitions: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
        return await super().ends(partitions) if self.answers else self._silent()

    def _silent(self) -> NoReturn:
        raise KafkaTimeoutError("nobody answers")


async def test_a_broker_that_does_not_answer_ends_nothing_and_what_needs_it_says_so() -> None:
    log = Log()
    log.floor.opened("ana")
    log.tell()
    reader = Unsteady(log.broker)
    log.broker.reader = lambda: reader  # type: ignore[method-assign]
    async with log.followed() as live:
        await eventually(lambda: live.trouble is None)
        reader.answers = False
        with pytest.raises(Problem, match="the log cannot be reached"):
            await live.end_of(TopicPartition(ROUTING_DECISIONS.name, 0))
        asked = live.view(log.floor.workspace)[1]
        await eventually(lambda: "live.behind" in [one["event"] for one in log.said.entries])
        reader.answers = True
        await eventually(lambda: live.view(log.floor.workspace)[1] > asked)


async def test_before_all_was_read_once_there_is_no_answer() -> None:
    live = Live(Log().broker, SystemClock(), cast(Any, structlog.get_logger()))
    with pytest.raises(Problem):
        live.view("shop")
    assert live.view_if_any("shop") is None
