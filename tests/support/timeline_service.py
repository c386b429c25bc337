"""The timeline's stage and writer on a real Kafka and PostgreSQL, fed with an engine's decisions as if they happened now.

What must be in the table is recounted from the logs themselves by `tests.support.naive_timeline`.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

import asyncpg
import msgspec

from deploy.local import kafka, plan, postgres
from deploy.local.plan import Program
from runtime.broker import Producer, Reader
from runtime.clock import SystemClock
from runtime.events import to_output
from runtime.ids import random_id
from runtime.kafka import KafkaConnection
from runtime.records import Output, Record, TopicPartition
from runtime.settings import Kafka
from schemas.codec import Undecodable, decode
from schemas.customers import CustomerCreated, CustomersMerged
from schemas.decisions import Decision
from schemas.messages import Author, MessagePosted
from schemas.topics import CUSTOMERS, MESSAGES, ROUTING_DECISIONS, Topic, dead_letters_of
from streams.routing.engine import Engine
from tests.support import recordings
from tests.support.naive_timeline import Row, expected_of_decisions, expected_of_messages
from tests.support.stack import RunningStack
from tests.support.waiting import eventually, paced

STAGE = Program("timeline", "streams.timeline", plan.STAGES)
WRITER = Program("timeline_writer", "consumers.timeline_writer", plan.STAGES)
SECOND_STAGE = Program("timeline_b", "streams.timeline", plan.STAGES)
SECOND_WRITER = Program("timeline_writer_b", "consumers.timeline_writer", plan.STAGES)
PROGRAMS = (STAGE, WRITER, SECOND_STAGE, SECOND_WRITER)
PARTS = (kafka.NAME, postgres.NAME, *(program.name for program in PROGRAMS))
LONG_S = 120.0
PER_BATCH = 20


class TimelineService:
    """One workspace of its own on a running stack."""

    def __init__(self, stack: RunningStack) -> None:
        self.supervisor = stack.supervisor
        self.workspace = random_id("ws")
        self.url = stack.endpoints.database_url
        self.pace_s = 0.02
        self._decisions = _a_day(self.workspace)
        self._told = 0
        self._customers: dict[str, Row] = {}
        connection = KafkaConnection(Kafka(bootstrap_servers=stack.endpoints.kafka), SystemClock(), "test")
        self.producer: Producer = connection.producer()
        self.reader: Reader = connection.reader()

    async def tell(self, count: int) -> None:
        """The next decisions, stamped now, a few at a time; a message and a customer now and then, some twice."""
        async for _ in paced(range(0, count, PER_BATCH), self.pace_s):
            batch = self._decisions[self._told : self._told + PER_BATCH]
            assert batch, "the recorded day has no more decisions"
            stamped = [msgspec.structs.replace(one, at_ms=round(time.time() * 1000)) for one in batch]
            outputs = [self._of_decision(one) for one in stamped]
            self._told += len(batch)
            await self.producer.send([*outputs, *self._beside(self._told)])

    @property
    def told(self) -> int:
        """How many decisions were sent."""
        return self._told

    async def expected(self) -> dict[str, Row]:
        """What the table must hold, by the logs."""
        decisions = [one for one in await self._log(ROUTING_DECISIONS) if isinstance(one, Decision)]
        messages = [one for one in await self._log(MESSAGES) if isinstance(one, MessagePosted)]
        return {**expected_of_decisions(decisions), **expected_of_messages(messages), **self._customers}

    async def rows(self) -> list[Row]:
        """What it holds."""
        connection = await asyncpg.connect(self.url)
        try:
            found = await connection.fetch("SELECT * FROM timeline_entries WHERE workspace = $1", self.workspace)
        finally:
            await connection.close()
        return [dict(row) for row in found]

    async def count(self) -> int:
        """How many rows there are, 0 while the database is away."""
        try:
            return len(await self.rows())
        except (OSError, asyncpg.PostgresError):
            return 0

    async def until(self, count: int) -> None:
        """Waits until as many rows are there."""

        async def there() -> bool:
            return await self.count() >= count

        await eventually(there, within_s=LONG_S, what=f"{count} rows of the timeline")

    async def check(self, what: str) -> dict[str, Row]:
        """The rows, once all that must be there are, and no others are; prints how late they came."""
        expected = await self.expected()
        await self.until(len(expected))
        rows = await self.rows()
        found = {row["entry_id"]: comparable(row) for row in rows}
        assert [name for name, times in Counter(row["entry_id"] for row in rows).items() if times > 1] == []
        assert found == expected
        lags = sorted(row["stored_ms"] - row["at_ms"] for row in rows if row["kind"] not in _UNTIMED)
        p50, p99 = lags[len(lags) // 2], lags[len(lags) * 99 // 100]
        print(f"{what}: {len(rows)} rows; stored after p50 {p50} ms, p99 {p99} ms, at most {lags[-1]} ms")
        return found

    async def dead(self, topic: Topic) -> list[Record]:
        """The dead letters of a topic."""
        name = dead_letters_of(topic).name
        log = await self.reader.log_range(TopicPartition(name, 0))
        return [it async for batch in self.reader.read_range(name, 0, log.first, log.end) for it in batch]

    async def until_dead(self, topic: Topic, value: bytes | None) -> None:
        """Waits until it lies among the dead letters of a topic."""

        async def there() -> bool:
            return value in [letter.value for letter in await self.dead(topic)]

        await eventually(there, what=f"{value!r} among the dead letters of {topic.name}")

    def _of_decision(self, decision: Decision) -> Output:
        name = f"{decision.epoch}/{decision.seq}"
        return to_output(decision, ROUTING_DECISIONS, key=self.workspace, event_id=name, source="test")

    def _beside(self, number: int) -> list[Output]:
        sent_ms = round(time.time() * 1000)
        message = MessagePosted(
            workspace=self.workspace,
            interaction_id=f"c{number}",
            message_id=f"{self.workspace}-{number}",
            author=Author.CUSTOMER,
            sent_at_ms=sent_ms,
            text="你好",
        )
        again = msgspec.structs.replace(message, sent_at_ms=sent_ms + 7)
        posted = [
            to_output(one, MESSAGES, key=one.interaction_id, event_id=one.message_id, source="test")
            for one in (message, again)
        ]
        return posted + self._customer(f"cust-{number}", sent_ms)

    def _customer(self, customer_id: str, at_ms: int) -> list[Output]:
        created = CustomerCreated(workspace=self.workspace, customer_id=customer_id, at_ms=at_ms)
        merged = CustomersMerged(
            workspace=self.workspace,
            customer_id="main",
            merged_id=customer_id,
            merge_id=f"g-{customer_id}",
            by="li",
            at_ms=at_ms + 1,
        )
        shared = {"workspace": self.workspace, "at_ms": at_ms}
        merge = {**shared, "at_ms": at_ms + 1, "kind": "customers.merged", "merge_id": merged.merge_id, "by_user": "li"}
        made: list[Row] = [
            {**shared, "entry_id": f"c/test/{customer_id}", "kind": "customer.created", "customer_id": customer_id},
            {**merge, "entry_id": f"c/test/{merged.merge_id}", "customer_id": "main", "other_customer_id": customer_id},
            {
                **merge,
                "entry_id": f"c/test/{merged.merge_id}/1",
                "customer_id": customer_id,
                "other_customer_id": "main",
            },
        ]
        self._customers.update({row["entry_id"]: row for row in made})
        first = to_output(created, CUSTOMERS, key=customer_id, event_id=customer_id, source="test")
        then = to_output(merged, CUSTOMERS, key="main", event_id=merged.merge_id, source="test")
        return [first, first, then]

    async def _log(self, topic: Topic) -> Sequence[Any]:
        found = []
        for number in range(topic.partitions):
            log = await self.reader.log_range(TopicPartition(topic.name, number))
            async for batch in self.reader.read_range(topic.name, number, log.first, log.end):
                found += [event for record in batch if (event := _event(topic, record)) is not None]
        return [event for event in found if event.workspace == self.workspace]


_UNTIMED = frozenset({"customer.created", "customers.merged", "message.posted"})
_NOT_COMPARED = frozenset({"stored_ms"})


def comparable(row: Row) -> Row:
    """A row of the table as the recount has it: without what is empty; places only of decisions."""
    found = {key: value for key, value in row.items() if value is not None and key not in _NOT_COMPARED}
    if found.pop("explanation", None) is not None:
        found["explained"] = True
    if found["kind"] in _UNTIMED:
        del found["place"]
    return found


def _event(topic: Topic, record: Record) -> Any:
    try:
        return decode(topic, record.value or b"")
    except Undecodable:
        return None


def _a_day(workspace: str) -> list[Decision]:
    """A recorded day's decisions for another workspace; every second interaction has a customer."""
    log = recordings.read(recordings.FOLDER / "a-busy-day.jsonl.gz")
    engine = Engine.of_log(log[0][2].workspace)
    decisions = [
        decision
        for offset, stamp_ms, event in log
        for decision in engine.apply(event, offset=offset, stamp_ms=stamp_ms)
    ]
    return [_dressed(msgspec.structs.replace(one, workspace=workspace)) for one in decisions]


def _dressed(decision: Decision) -> Decision:
    value = decision.interaction
    if value is None or int(value.interaction_id.removeprefix("c")) % 2:
        return decision
    known = msgspec.structs.replace(value, customer_id=f"cust-{value.interaction_id}", site="tianhe")
    return msgspec.structs.replace(decision, interaction=known)
