"""Figures on a real Kafka and PostgreSQL: the stage killed, joined by another, fed repetitions and poison, the database
stopped. After each test counting again from the log gives equal figures, live and by interval.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

import msgspec
import pytest

from deploy.local import postgres
from deploy.metrics_recount import Recounted
from runtime.records import Output
from schemas.codec import encode
from schemas.decisions import DuplicateIgnored
from schemas.envelope import Envelope, to_headers
from schemas.topics import METRICS_INTERVALS, ROUTING_DECISIONS
from tests.support.freezing import frozen
from tests.support.metrics_service import PARTS, PROGRAMS, SECOND, STAGE, WRITER, MetricsService
from tests.support.stack import RunningStack, running_stack

pytestmark = pytest.mark.timeout(600)
SETTINGS = {"HUBLINE_KAFKA_SESSION_TIMEOUT_MS": "6000"}


@pytest.fixture(scope="module")
def running() -> Iterator[RunningStack]:
    with running_stack(PARTS, PROGRAMS, SETTINGS) as stack:
        stack.supervisor.halt(SECOND.name)
        yield stack


@pytest.fixture
async def service(running: RunningStack) -> AsyncIterator[MetricsService]:
    service = MetricsService(running)
    await service.producer.start()
    yield service
    await service.producer.stop()
    await service.reader.stop()


async def test_killed_in_the_middle_of_traffic_with_repetitions_no_figure_differs(service: MetricsService) -> None:
    telling = asyncio.create_task(service.tell(1_500, again=True))
    await service.until_told(200)
    service.supervisor.kill(STAGE.name)
    await service.until_told(600)
    service.supervisor.kill(WRITER.name)
    await telling
    await service.check()


async def test_another_member_comes_and_goes(service: MetricsService) -> None:
    telling = asyncio.create_task(service.tell(1_500))
    await service.until_told(200)
    service.supervisor.resume(SECOND.name)
    await asyncio.to_thread(service.supervisor.wait_ready, SECOND.name)
    await telling
    telling = asyncio.create_task(service.tell(700))
    await asyncio.to_thread(service.supervisor.halt, SECOND.name)
    await telling
    await service.check()


async def test_frozen_ones_wake_as_zombies_when_another_has_their_work_and_do_no_harm(service: MetricsService) -> None:
    assert (await _frozen(service, 0.0)).problems == ()


async def test_poison_is_set_aside_a_newer_program_is_read_and_a_stopped_database_caught_up_with(
    service: MetricsService,
) -> None:
    poison = f"poison of {service.workspace}".encode()
    await service.producer.send(
        [Output(topic.name, service.workspace.encode(), poison, ()) for topic in (ROUTING_DECISIONS, METRICS_INTERVALS)]
    )
    await asyncio.to_thread(service.supervisor.halt, postgres.NAME)
    await service.tell(600)
    await service.producer.send([_by_a_newer_program(service.workspace, service.told + 1)])
    await service.until_told(service.told + 1)
    await asyncio.to_thread(service.supervisor.resume, postgres.NAME)
    await asyncio.to_thread(service.supervisor.wait_ready, postgres.NAME)
    service.told += 1
    await service.check()
    for topic in (ROUTING_DECISIONS, METRICS_INTERVALS):
        await service.until_dead(topic, poison)


@pytest.mark.soak
async def test_frozen_for_half_a_minute_they_wake_as_zombies_and_do_no_harm(service: MetricsService) -> None:
    assert (await _frozen(service, 30.0)).problems == ()


@pytest.mark.soak
async def test_killed_again_and_again(service: MetricsService) -> None:
    telling = asyncio.create_task(service.tell(3_900, again=True, pace_s=0.2))
    for seq in range(200, 3_200, 300):
        await service.until_told(seq)
        service.supervisor.kill(STAGE.name)
        service.supervisor.kill(WRITER.name)
    await telling
    await service.check()


async def _frozen(service: MetricsService, at_least_s: float) -> Recounted:
    """What counting again finds. The stage, with all partitions in its hands, and the writer stand still in the middle of
    traffic until another stage has told all; they wake in the middle of traffic again.
    """
    telling = asyncio.create_task(service.tell(600))
    await service.until_told(100)
    async with frozen(service.supervisor, STAGE.name, WRITER.name, at_least_s=at_least_s):
        service.supervisor.resume(SECOND.name)
        await telling
        await service.until_told(service.told)
        telling = asyncio.create_task(service.tell(600))
    await telling
    found = await service.check()
    await asyncio.to_thread(service.supervisor.halt, SECOND.name)
    return found


def _by_a_newer_program(workspace: str, seq: int) -> Output:
    decision = DuplicateIgnored(workspace=workspace, epoch=1, seq=seq, cause=seq, at_ms=1)
    payload = msgspec.json.decode(encode(decision)) | {"added_later": {"by": "a newer program"}}
    headers = to_headers(Envelope(id=f"{workspace}/1/{seq}", source="test", type="duplicate.ignored"))
    kept = tuple(pair for pair in headers if pair[0] != "ce_version")
    return Output(ROUTING_DECISIONS.name, workspace.encode(), msgspec.json.encode(payload), kept)
