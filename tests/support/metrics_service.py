"""The metrics stage and its writer on a real Kafka and PostgreSQL, fed with an engine's decisions as if they happened now."""

from __future__ import annotations

import time

import msgspec

from deploy.local import kafka, plan, postgres
from deploy.local.plan import Program
from deploy.metrics_recount import NothingTold, Recounted, recount
from runtime.broker import Producer, Reader
from runtime.clock import SystemClock
from runtime.events import to_output
from runtime.ids import random_id
from runtime.kafka import KafkaConnection
from runtime.postgres import connect_pool
from runtime.records import Output, Record, TopicPartition
from runtime.settings import Kafka, Postgres
from schemas.decisions import Decision
from schemas.topics import ROUTING_DECISIONS, Topic, dead_letters_of
from streams.routing.engine import Engine
from tests.support import recordings
from tests.support.stack import RunningStack
from tests.support.waiting import eventually, paced

STAGE = Program("metrics", "streams.metrics", plan.STAGES)
SECOND = Program("metrics_b", "streams.metrics", plan.STAGES)
WRITER = Program("metrics_writer", "consumers.metrics_writer", plan.STAGES)
PROGRAMS = (STAGE, SECOND, WRITER)
PARTS = (kafka.NAME, postgres.NAME, *(program.name for program in PROGRAMS))
LONG_S = 120.0
PER_BATCH = 20


class MetricsService:
    """One workspace of its own on a running stack."""

    def __init__(self, stack: RunningStack) -> None:
        self.supervisor = stack.supervisor
        self.workspace = random_id("ws")
        self.url = stack.endpoints.database_url
        self.told = 0
        self._decisions = _a_day(self.workspace)
        self._connection = KafkaConnection(Kafka(bootstrap_servers=stack.endpoints.kafka), SystemClock(), "test")
        self.producer: Producer = self._connection.producer()
        self.reader: Reader = self._connection.reader()

    async def tell(self, count: int, *, again: bool = False, pace_s: float = 0.02) -> None:
        """The next decisions, stamped now, a few at a time; with `again`, as a router that woke too late repeats them."""
        kept: list[Output] = []
        async for _ in paced(range(0, count, PER_BATCH), pace_s):
            batch = self._decisions[self.told : self.told + PER_BATCH]
            outputs = [self._of(msgspec.structs.replace(one, at_ms=round(time.time() * 1000))) for one in batch]
            kept += outputs
            self.told += len(batch)
            await self.producer.send([*outputs, *(kept[-50:-10] if again else ())])

    async def recounted(self) -> Recounted | None:
        """What counting again finds now; None before anything was told."""
        async with connect_pool(Postgres(url=self.url)) as pool:
            try:
                return await recount(self._connection, pool, self.workspace, patience_s=LONG_S)
            except NothingTold:
                return None

    async def until_told(self, seq: int) -> None:
        """Waits until live figures are complete up to a decision."""

        async def complete() -> bool:
            try:
                found = await recount(self._connection, None, self.workspace, patience_s=0.0, newest=1)
            except NothingTold:
                return False
            return found.seq >= seq

        await eventually(complete, within_s=LONG_S, what=f"figures up to {seq}")

    async def check(self) -> Recounted:
        """All that was sent is in the figures, and counting again gives equal ones, live and by interval."""
        await self.until_told(self.told)
        await eventually(self._has_all_rows, within_s=LONG_S, what="rows up to the last decision")
        found = await self.recounted()
        assert found is not None
        assert found.problems == ()
        assert found.seq == self.told
        assert found.rows
        return found

    async def dead(self, topic: Topic) -> list[Record]:
        """The dead letters of a topic."""
        name = dead_letters_of(topic).name
        log = await self.reader.log_range(TopicPartition(name, 0))
        return [it async for batch in self.reader.read_range(name, 0, log.first, log.end) for it in batch]

    async def until_dead(self, topic: Topic, value: bytes) -> None:
        """Waits until it lies among the dead letters of a topic."""

        async def there() -> bool:
            return value in [letter.value for letter in await self.dead(topic)]

        await eventually(there, what=f"{value!r} among the dead letters of {topic.name}")

    async def _has_all_rows(self) -> bool:
        async with connect_pool(Postgres(url=self.url)) as pool, pool.acquire() as connection:
            found = await connection.fetchval(
                "SELECT max(seq) FROM metric_intervals WHERE workspace = $1", self.workspace
            )
        return bool(found == self.told)

    def _of(self, decision: Decision) -> Output:
        name = f"{decision.epoch}/{decision.seq}"
        return to_output(decision, ROUTING_DECISIONS, key=self.workspace, event_id=name, source="test")


def _a_day(workspace: str) -> list[Decision]:
    log = recordings.read(recordings.FOLDER / "a-busy-day.jsonl.gz")
    engine = Engine.of_log(log[0][2].workspace)
    return [
        msgspec.structs.replace(decision, workspace=workspace)
        for offset, stamp_ms, event in log
        for decision in engine.apply(event, offset=offset, stamp_ms=stamp_ms)
    ]
