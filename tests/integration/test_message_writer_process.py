"""The message writer on a real Kafka and PostgreSQL: killed, displaced, and with the database stopped and killed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any

import asyncpg
import pytest

from consumers.message_writer.writer import GROUP
from deploy.local import kafka, plan, postgres
from deploy.local.plan import Program
from runtime.broker import Producer, Reader
from runtime.clock import SystemClock
from runtime.ids import random_id
from runtime.kafka import KafkaConnection
from runtime.partitioner import partition_of
from runtime.records import Output, TopicPartition
from runtime.settings import Kafka
from runtime.topics_check import admin_client
from schemas.codec import decode, encode
from schemas.envelope import Envelope, to_headers
from schemas.event import wire_type
from schemas.messages import MessagePosted
from schemas.topics import MESSAGES, dead_letters_of
from tests.support.message_builders import a_message
from tests.support.stack import RunningStack, running_stack
from tests.support.waiting import eventually, paced

WRITER = Program("message_writer", "consumers.message_writer", plan.STAGES)
PARTS = (kafka.NAME, postgres.NAME, WRITER.name)
LONG_S = 120.0
pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def running() -> Iterator[RunningStack]:
    with running_stack(PARTS, (WRITER,)) as stack:
        yield stack


class Service:
    def __init__(self, stack: RunningStack) -> None:
        self.supervisor = stack.supervisor
        self.workspace = random_id("ws")
        self.sent: set[str] = set()
        self.kafka = stack.endpoints.kafka
        self._url = stack.endpoints.database_url
        connection = KafkaConnection(Kafka(bootstrap_servers=self.kafka), SystemClock(), "test")
        self.producer: Producer = connection.producer()
        self.reader: Reader = connection.reader()

    async def post(self, first: int, end: int) -> None:
        """Messages of seven interactions, a few at a time, every tenth twice."""
        async for number in paced(range(first, end), 0.003):
            message = a_message(f"m_{number}", f"i_{number % 7}", workspace=self.workspace, text=f"text {number}")
            await self.producer.send([_output(message)] * (2 if number % 10 == 0 else 1))
            self.sent.add(message.message_id)

    async def rows(self) -> list[tuple[str, int, int]]:
        connection = await asyncpg.connect(self._url)
        try:
            found = await connection.fetch(
                "SELECT message_id, log_partition, number FROM messages WHERE workspace = $1", self.workspace
            )
        finally:
            await connection.close()
        return [(row["message_id"], row["log_partition"], row["number"]) for row in found]

    async def kept(self, count: int) -> bool:
        return len(await self.rows()) >= count

    async def dead(self, key: bytes) -> list[bytes | None]:
        """What the dead letters hold of that key."""
        name = dead_letters_of(MESSAGES).name
        log = await self.reader.log_range(TopicPartition(name, 0))
        letters = [it async for batch in self.reader.read_range(name, 0, log.first, log.end) for it in batch]
        return [letter.value for letter in letters if letter.key == key]

    async def first_in_log(self) -> set[tuple[str, int, int]]:
        """Each message of the log at its first place."""
        found: dict[str, tuple[str, int, int]] = {}
        for number in range(MESSAGES.partitions):
            log = await self.reader.log_range(TopicPartition(MESSAGES.name, number))
            async for batch in self.reader.read_range(MESSAGES.name, number, log.first, log.end):
                for record in batch:
                    event = decode(MESSAGES, record.value) if record.value != b"poison" and record.value else None
                    if isinstance(event, MessagePosted) and event.workspace == self.workspace:
                        found.setdefault(event.message_id, (event.message_id, record.partition, record.offset))
        return set(found.values())


@pytest.fixture
async def service(running: RunningStack) -> AsyncIterator[Service]:
    service = Service(running)
    await service.producer.start()
    yield service
    await service.producer.stop()
    await service.reader.stop()


async def check(service: Service, count: int) -> None:
    """Every message that was acknowledged is in the table once, under the number of its first record."""
    rows = await service.rows()
    assert len(rows) == len(service.sent) == count
    assert {row[0] for row in rows} == service.sent
    assert set(rows) == await service.first_in_log()


async def until_kept(service: Service, count: int) -> None:
    async def kept() -> Any:
        return await service.kept(count)

    await eventually(kept, within_s=LONG_S, what=f"{count} kept")


async def test_killed_again_and_again_every_message_is_kept_once(service: Service) -> None:
    posting = asyncio.create_task(service.post(0, 600))
    for kept in (100, 250, 400):
        await until_kept(service, kept)
        service.supervisor.kill(WRITER.name)
    await posting
    await until_kept(service, 600)
    await check(service, 600)


async def test_a_stopped_database_is_waited_for_and_a_killed_one_too(service: Service) -> None:
    posting = asyncio.create_task(service.post(0, 400))
    await until_kept(service, 50)
    service.supervisor.halt(postgres.NAME)
    await eventually(lambda: len(service.sent) >= 250, within_s=LONG_S)
    service.supervisor.resume(postgres.NAME)
    service.supervisor.wait_ready(postgres.NAME)
    await until_kept(service, 260)
    service.supervisor.kill(postgres.NAME)
    await posting
    await eventually(lambda: service.supervisor.is_ready(postgres.NAME), within_s=LONG_S)
    await until_kept(service, 400)
    await check(service, 400)


async def test_a_message_of_an_unknown_interaction_is_kept_and_poison_is_not(service: Service) -> None:
    key = random_id("i").encode()
    message = a_message("m_1", key.decode(), workspace=service.workspace)
    await service.producer.send([Output(MESSAGES.name, key, b"poison", ()), _output(message)])
    service.sent.add("m_1")
    await until_kept(service, 1)
    await check(service, 1)
    assert await eventually(lambda: service.dead(key), what="a dead letter") == [b"poison"]


async def test_it_stops_cleanly_and_its_position_is_the_tables(service: Service) -> None:
    await service.post(0, 30)
    await until_kept(service, 30)
    service.supervisor.halt(WRITER.name)
    await service.post(30, 60)
    service.supervisor.resume(WRITER.name)
    await until_kept(service, 60)
    await check(service, 60)
    committed = await _committed(service, [f"i_{number}" for number in range(7)])
    assert committed == {None}


async def _committed(service: Service, keys: Sequence[str]) -> set[int | None]:
    """What the group has committed for the partitions of these keys: nothing, as the table has the position."""
    async with admin_client(service.kafka) as admin:
        offsets = await admin.list_consumer_group_offsets(GROUP)
    wanted = {TopicPartition(MESSAGES.name, partition_of(key.encode(), MESSAGES.partitions)) for key in keys}
    return {found.offset for at, found in offsets.items() if TopicPartition(*at) in wanted} or {None}


def _output(message: MessagePosted) -> Output:
    envelope = Envelope(id=message.message_id, source="test", type=wire_type(message))
    return Output(MESSAGES.name, message.interaction_id.encode(), encode(message), to_headers(envelope))
