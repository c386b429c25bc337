"""The timeline on a real Kafka and PostgreSQL: its processes killed, joined by others, and without their database.

After each test the table holds exactly what a naive recount of the logs gives.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

import msgspec
import pytest

from deploy.local import postgres
from runtime.records import Output
from schemas.codec import encode
from schemas.envelope import Envelope, to_headers
from schemas.messages import Author, MessagePosted
from schemas.topics import CUSTOMERS, MESSAGES, ROUTING_DECISIONS, TIMELINE_ENTRIES
from tests.support.freezing import frozen
from tests.support.naive_timeline import Row
from tests.support.stack import RunningStack, running_stack
from tests.support.timeline_builders import a_record, an_entry
from tests.support.timeline_service import (
    LONG_S,
    PARTS,
    PROGRAMS,
    SECOND_STAGE,
    SECOND_WRITER,
    STAGE,
    WRITER,
    TimelineService,
)
from tests.support.waiting import eventually

pytestmark = pytest.mark.timeout(600)
AWAY_S = 18.0
SETTINGS = {"HUBLINE_KAFKA_SESSION_TIMEOUT_MS": "6000", "HUBLINE_POSTGRES_STATEMENT_TIMEOUT_MS": "5000"}


@pytest.fixture(scope="module")
def running() -> Iterator[RunningStack]:
    with running_stack(PARTS, PROGRAMS, SETTINGS) as stack:
        stack.supervisor.halt(SECOND_STAGE.name)
        stack.supervisor.halt(SECOND_WRITER.name)
        yield stack


@pytest.fixture
async def service(running: RunningStack) -> AsyncIterator[TimelineService]:
    service = TimelineService(running)
    await service.producer.start()
    yield service
    await service.producer.stop()
    await service.reader.stop()


async def test_killed_in_the_middle_of_traffic_nothing_is_lost_or_doubled(service: TimelineService) -> None:
    telling = asyncio.create_task(service.tell(2_000))
    await service.until(300)
    service.supervisor.kill(STAGE.name)
    await service.until(700)
    service.supervisor.kill(WRITER.name)
    await telling
    await service.check("killed once each")


async def test_members_come_and_go(service: TimelineService) -> None:
    telling = asyncio.create_task(service.tell(2_000))
    await service.until(200)
    service.supervisor.resume(SECOND_STAGE.name)
    service.supervisor.resume(SECOND_WRITER.name)
    await asyncio.to_thread(service.supervisor.wait_ready, SECOND_STAGE.name)
    await telling
    telling = asyncio.create_task(service.tell(1_000))
    await asyncio.to_thread(service.supervisor.halt, SECOND_STAGE.name)
    await asyncio.to_thread(service.supervisor.halt, SECOND_WRITER.name)
    await telling
    await service.check("a second member of each came and went")


async def test_frozen_ones_wake_as_zombies_when_others_have_their_work_and_do_no_harm(service: TimelineService) -> None:
    assert await _frozen(service, 0.0) == await service.expected()


async def test_a_stopped_database_is_caught_up_with(service: TimelineService) -> None:
    await _without_database(service, AWAY_S)


async def test_poison_is_set_aside_and_other_versions_are_read(service: TimelineService) -> None:
    poison = f"poison of {service.workspace}".encode()
    await service.producer.send(
        [
            Output(topic.name, b"poison", poison, ())
            for topic in (ROUTING_DECISIONS, MESSAGES, CUSTOMERS, TIMELINE_ENTRIES)
        ]
    )
    message = MessagePosted(
        workspace=service.workspace,
        interaction_id="i_1",
        message_id=service.workspace,
        author=Author.AGENT,
        sent_at_ms=1,
    )
    await service.producer.send([_of_another_version(message)])
    entry = a_record(msgspec.structs.replace(an_entry(), workspace=service.workspace, at_ms=2**60))
    await service.producer.send([Output(entry.topic, entry.key, entry.value, entry.headers)])
    await service.tell(200)
    await service.check("poison beside it")
    for topic in (ROUTING_DECISIONS, MESSAGES, CUSTOMERS, TIMELINE_ENTRIES):
        await service.until_dead(topic, poison)
    await service.until_dead(TIMELINE_ENTRIES, entry.value)


@pytest.mark.soak
async def test_killed_again_and_again(service: TimelineService) -> None:
    telling = asyncio.create_task(service.tell(3_900))
    for kept in range(200, 3_000, 400):
        await service.until(kept)
        service.supervisor.kill(STAGE.name)
        service.supervisor.kill(WRITER.name)
    await telling
    await service.check("killed seven times each")


@pytest.mark.soak
async def test_frozen_for_half_a_minute_they_wake_as_zombies_and_do_no_harm(service: TimelineService) -> None:
    assert await _frozen(service, 30.0) == await service.expected()


@pytest.mark.soak
@pytest.mark.timeout(600)
async def test_a_database_that_is_away_for_a_minute_is_caught_up_with(service: TimelineService) -> None:
    await _without_database(service, 60.0)


async def _frozen(service: TimelineService, at_least_s: float) -> dict[str, Row]:
    """The rows in the end. Stage and writer stand still in the middle of traffic, with all partitions in their hands, until
    another one of each has done what was theirs; they wake in the middle of traffic again.
    """
    others = (SECOND_STAGE.name, SECOND_WRITER.name)
    telling = asyncio.create_task(service.tell(600))
    await service.until(100)
    async with frozen(service.supervisor, STAGE.name, WRITER.name, at_least_s=at_least_s):
        for name in others:
            service.supervisor.resume(name)
        await telling
        await service.check("while they were frozen")
        telling = asyncio.create_task(service.tell(600))
    await telling
    found = await service.check("after they woke as zombies")
    for name in others:
        await asyncio.to_thread(service.supervisor.halt, name)
    return found


async def _without_database(service: TimelineService, away_s: float) -> None:
    service.pace_s = away_s / (3_000 / 20)
    telling = asyncio.create_task(service.tell(3_000))
    await service.until(100)
    await asyncio.to_thread(service.supervisor.halt, postgres.NAME)
    await eventually(lambda: service.told >= 2_900, within_s=away_s + LONG_S)
    await asyncio.to_thread(service.supervisor.resume, postgres.NAME)
    await asyncio.to_thread(service.supervisor.wait_ready, postgres.NAME)
    await telling
    await service.check(f"the database was away for about {away_s:.0f} s")


def _of_another_version(message: MessagePosted) -> Output:
    """As an older program wrote it, without what was added since, or a newer one, with what we do not know."""
    payload = msgspec.json.decode(encode(message)) | {"added_later": {"by": "a newer program"}}
    headers = to_headers(Envelope(id=message.message_id, source="test", type="message.posted"))
    kept = tuple(pair for pair in headers if pair[0] != "ce_version")
    return Output(MESSAGES.name, message.interaction_id.encode(), msgspec.json.encode(payload), kept)
