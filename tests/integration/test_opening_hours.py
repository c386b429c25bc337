"""Opening hours on the real parts: documents, the admin process on a clock that the test sets, the log, and routing."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from deploy.routing_log import records_of
from producers.admin.document import Format
from producers.admin.publication import Draft, Publication
from producers.admin.versions import State, Versions
from runtime.clock import SystemClock
from runtime.ids import random_id
from runtime.kafka import KafkaConnection
from runtime.postgres import connect_pool
from runtime.settings import Kafka, Postgres
from schemas import codec
from schemas.decisions import LegEnded, LegQueued, QueueChanged
from schemas.inputs import InteractionIdentified, QueueClosed, QueueOpened
from schemas.topics import ROUTING_DECISIONS, ROUTING_INPUTS
from tests.support.checker import check_replay, decided
from tests.support.clock_process import set_clock
from tests.support.faulty_day import append
from tests.support.gateway_service import Process
from tests.support.ports import free_port
from tests.support.stack import RunningStack, running_stack
from tests.support.waiting import eventually

pytestmark = pytest.mark.timeout(600)
LONG_S = 120.0
DAYTIME = """
hours: {shop: {time_zone: Europe/Berlin, weekly: {mon-sun: "09:00-18:00"}, closed_on: [2026-12-24]}}
queues: {service: {hours: shop}, always: {}}
"""
WITHOUT = "queues: {service: {}, always: {}}\n"


class Shop:
    """A workspace, its documents, its contacts, and what is said of it."""

    def __init__(self, stack: RunningStack) -> None:
        self.stack = stack
        self.workspace = random_id("shop")
        self.clock_file = stack.folder / "clock"
        self.broker = KafkaConnection(Kafka(bootstrap_servers=stack.endpoints.kafka), SystemClock(), "test")
        self._version: int | None = None

    def it_is(self, at: str) -> None:
        """The admin processes' clock shows this, in UTC."""
        set_clock(self.clock_file, int(datetime.fromisoformat(at).replace(tzinfo=UTC).timestamp() * 1000))

    @contextlib.contextmanager
    def process(self, module: str, instance: str) -> Iterator[Process]:
        environ = {
            "KAFKA_BOOTSTRAP_SERVERS": self.stack.endpoints.kafka,
            "DATABASE_URL": self.stack.endpoints.database_url,
            "HUBLINE_DATA_DIR": str(self.stack.folder),
            "HUBLINE_INSTANCE": instance,
            "HUBLINE_ADMIN_PORT": str(free_port()),
            "CLOCK_FILE": str(self.clock_file),
        }
        process = Process(module, environ, self.stack.folder / f"{instance}.log")
        process.start()
        try:
            yield process
        finally:
            process.stop()

    async def publish(self, text: str) -> None:
        """Returns when the document is in force."""
        async with connect_pool(Postgres(url=self.stack.endpoints.database_url)) as pool:
            publication = Publication(Versions(pool, SystemClock()), SystemClock(), int(LONG_S * 1000))
            draft = Draft(workspace=self.workspace, text=text, form=Format.YAML)
            published = await publication.publish(draft, self._version, "test")
        assert published.state is State.APPLIED, published
        self._version = published.version

    async def remembered(self) -> list[str]:
        """The queues that the database remembers to have had hours."""
        async with connect_pool(Postgres(url=self.stack.endpoints.database_url)) as pool:
            rows = await pool.fetch("SELECT queue FROM queues_with_hours WHERE workspace = $1", self.workspace)
        return [row["queue"] for row in rows]

    async def fate_of_a_contact(self) -> str:
        """What becomes of one that comes now."""
        name = random_id("c")
        contact = InteractionIdentified(
            workspace=self.workspace,
            interaction_id=name,
            adapter="web",
            instance="web-1",
            channel="web_chat",
            queue="service",
        )
        await append(self.broker, [contact])

        async def told() -> str | None:
            for one in await self._read(ROUTING_DECISIONS):
                leg = one.leg if isinstance(one, LegQueued | LegEnded) else None
                if leg is not None and leg.interaction_id == name:
                    return leg.state.value + ("" if leg.reason is None else f" {leg.reason.value}")
            return None

        return str(await eventually(told, within_s=LONG_S, what="a decision on the contact"))

    async def changes(self) -> list[bool]:
        """What routing has made of the queue with hours, change by change."""
        said = [one.queue for one in await self._read(ROUTING_DECISIONS) if isinstance(one, QueueChanged)]
        states = [queue.open for queue in said if queue is not None and queue.queue == "service"]
        return [now for before, now in zip([None, *states], states, strict=False) if now is not before]

    async def statements(self) -> list[bool]:
        """Everything that was said of opening hours."""
        said = [one for one in await self._read(ROUTING_INPUTS) if isinstance(one, QueueOpened | QueueClosed)]
        assert {one.queue for one in said} == {"service"}
        return [isinstance(one, QueueOpened) for one in said]

    async def _read(self, topic: Any) -> list[Any]:
        reader = self.broker.reader()
        try:
            return [
                codec.decode(topic, record.value or b"") async for record in records_of(reader, topic, self.workspace)
            ]
        finally:
            await reader.stop()


@pytest.fixture(scope="module")
def own() -> Iterator[RunningStack]:
    """A stack whose parts these tests stop."""
    with running_stack() as stack:
        yield stack


@pytest.fixture
def shop(own: RunningStack) -> Shop:
    return Shop(own)


ADMIN = "tests.support.clock_process"


async def test_queues_open_and_close_by_the_clock_through_kills_and_with_two_at_it(shop: Shop) -> None:
    async def is_said(*states: bool) -> None:
        async def look() -> bool:
            return await shop.changes() == list(states)

        await eventually(look, within_s=LONG_S, what=f"{states}, not {await shop.changes()}")

    with shop.process("streams.routing", "routing-1"):
        shop.it_is("2026-12-22T16:59:59.500")
        with shop.process(ADMIN, "admin-1") as admin:
            await shop.publish(DAYTIME)
            assert await shop.fate_of_a_contact() == "queued"
            shop.it_is("2026-12-22T17:00:00.001")
            await is_said(True, False)
            assert await shop.fate_of_a_contact() == "flowed_out closed"
            admin.kill()
        shop.it_is("2026-12-23T08:00:00")
        with shop.process(ADMIN, "admin-1") as admin:
            await is_said(True, False, True)
            assert await shop.fate_of_a_contact() == "queued"
            before = len(await shop.statements())
            admin.kill()
            admin.start()
            with shop.process(ADMIN, "admin-2"):

                async def both_have_spoken() -> bool:
                    return len(await shop.statements()) == before + 2

                await eventually(both_have_spoken, within_s=LONG_S, what="two more statements")
                shop.it_is("2026-12-24T12:00:00")
                await is_said(True, False, True, False)
                assert await shop.fate_of_a_contact() == "flowed_out closed"
                assert await shop.remembered() == ["service"]
                await shop.publish(WITHOUT)
                assert await shop.fate_of_a_contact() == "queued"
                await is_said(True, False, True, False, True)

                async def forgotten() -> bool:
                    return await shop.remembered() == []

                await eventually(forgotten, within_s=LONG_S, what="the queue needs no care any more")
        await decided(shop.broker, shop.workspace)
        await check_replay(shop.broker, shop.workspace)


async def test_with_the_database_away_the_last_known_document_holds_and_with_kafka_away_it_keeps_trying(
    shop: Shop,
) -> None:
    async def is_said(*states: bool) -> None:
        async def look() -> bool:
            return await shop.changes() == list(states)

        await eventually(look, within_s=LONG_S, what=f"{states}")

    with shop.process("streams.routing", "routing-1") as router, shop.process(ADMIN, "admin-1"):
        shop.it_is("2026-12-22T12:00:00")
        await shop.publish(DAYTIME)
        shop.stack.supervisor.halt("postgres")
        shop.it_is("2026-12-22T20:00:00")
        await is_said(True, False)
        shop.stack.supervisor.resume("postgres")
        router.stop()
        shop.stack.supervisor.halt("kafka")
        shop.it_is("2026-12-23T12:00:00")
        shop.stack.supervisor.resume("kafka")
        router.start()
        await is_said(True, False, True)
