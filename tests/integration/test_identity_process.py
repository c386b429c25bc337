"""The identity process on a real Kafka and PostgreSQL: killed, and with the database stopped, frozen and killed."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from deploy.local import postgres
from runtime.records import Output
from schemas.codec import decode
from schemas.customers import CustomerCreated, IdentityLinked
from schemas.inputs import InteractionIdentified
from schemas.interactions import CustomerLeft
from schemas.topics import BY_NAME, CUSTOMERS, INTERACTIONS, dead_letters_of
from tests.support.identity_builders import a_change, an_arrival
from tests.support.identity_service import IDENTITY, PARTS, IdentityService, a_workspace
from tests.support.product import another_in_partition
from tests.support.stack import RunningStack, running_stack
from tests.support.waiting import eventually, paced

LONG_S = 120.0
pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def running() -> Iterator[RunningStack]:
    with running_stack(PARTS, (IDENTITY,)) as stack:
        yield stack


@pytest.fixture
async def service(running: RunningStack) -> AsyncIterator[IdentityService]:
    service = IdentityService(running)
    await service.begin()
    yield service
    await service.end()


async def until(look: Callable[[], Any], what: str = "") -> None:
    await eventually(look, within_s=LONG_S, what=what)


async def settled(service: IdentityService, workspace: str) -> None:
    await until(lambda: service.is_settled(workspace), what="all stored and told")


async def test_contacts_become_identified_inputs_rows_and_events(service: IdentityService) -> None:
    ws = a_workspace()
    await service.post(
        an_arrival("i_1", "phone:13800138000", workspace=ws, name="Li"),
        an_arrival("i_2", "phone:+86 138 0013 8000", "card:vip-1", workspace=ws),
        an_arrival("i_3", workspace=ws),
        an_arrival("i_1", "phone:13800138000", workspace=ws),
        a_change("i_3", "card:VIP1", workspace=ws, priority=2),
        CustomerLeft(workspace=ws, interaction_id="i_3"),
    )
    await settled(service, ws)
    routing = await service.routing(ws)
    [customer] = set((await service.links(ws)).values())
    assert {it: event.customer_id for it, event in routing.interactions.items()} == dict.fromkeys(
        ("i_1", "i_2", "i_3"), customer
    )
    assert [type(event).__name__ for event in routing.accepted[:5]] == [
        "InteractionIdentified",
        "InteractionIdentified",
        "InteractionIdentified",
        "InteractionUpdated",
        "CustomerLeft",
    ]
    told = [
        decode(CUSTOMERS, it.value or b"") for it in await service.records(CUSTOMERS) if it.key == customer.encode()
    ]
    assert [type(event) for event in told] == [CustomerCreated, IdentityLinked, IdentityLinked]


async def test_poison_ends_in_the_dead_letters_and_stops_nobody(service: IdentityService) -> None:
    ws = a_workspace()
    await service.producer.send([Output(INTERACTIONS.name, ws.encode(), b"\xff poison", ())])
    await service.post(an_arrival("i_1", workspace=ws))
    await settled(service, ws)
    dead = await service.records(BY_NAME[dead_letters_of(INTERACTIONS).name])
    assert [it.value for it in dead if it.key == ws.encode()] == [b"\xff poison"]


async def test_killed_again_and_again_under_load_nothing_is_lost_or_doubled(service: IdentityService) -> None:
    ws = a_workspace()
    async with traffic(service, ws, 600) as posted:
        for _ in range(3):
            await until(partial(more_than, service, ws, 20 + len((await service.routing(ws)).interactions)))
            service.stack.supervisor.kill(IDENTITY.name)
    await until(lambda: more_than(service, ws, len(posted) - 1))
    await settled(service, ws)
    await check(service, ws, len(posted))


async def test_a_stopped_database_stops_nobody_and_is_filled_afterwards(service: IdentityService) -> None:
    ws, supervisor = a_workspace(), service.stack.supervisor
    await service.post(an_arrival("i_first", "card:0000", workspace=ws))
    await settled(service, ws)
    async with traffic(service, ws, 300) as posted:
        await until(lambda: more_than(service, ws, 50))
        supervisor.halt(postgres.NAME)
        await until(lambda: unidentified(service, ws))
        supervisor.kill(IDENTITY.name)
    await until(lambda: more_than(service, ws, len(posted)), what="all routed without a database")
    supervisor.resume(postgres.NAME)
    supervisor.wait_ready(postgres.NAME)
    await settled(service, ws)
    await check(service, ws, len(posted) + 1)


async def test_a_killed_database_is_no_loss(service: IdentityService) -> None:
    ws = a_workspace()
    async with traffic(service, ws, 300) as posted:
        await until(lambda: more_than(service, ws, 50))
        service.stack.supervisor.kill(postgres.NAME)
    await until(lambda: more_than(service, ws, len(posted) - 1))
    service.stack.supervisor.wait_ready(postgres.NAME)
    await settled(service, ws)
    await check(service, ws, len(posted))


async def test_a_frozen_database_holds_nobody_up(service: IdentityService) -> None:
    ws = a_workspace()
    async with traffic(service, ws, 300) as posted:
        await until(lambda: more_than(service, ws, 50))
        frozen = service.freeze_database()
        try:
            await until(lambda: unidentified(service, ws))
            await until(lambda: more_than(service, ws, 299), what="all routed meanwhile")
        finally:
            service.wake(frozen)
    await settled(service, ws)
    await check(service, ws, len(posted))


async def test_a_second_process_takes_its_share_and_leaves_cleanly(service: IdentityService, tmp_path: Path) -> None:
    workspaces = [another_in_partition(number) for number in (0, 1, 6, 7, 14, 15)]  # Some for each, however they share.
    with another_process(service, tmp_path) as second:
        await eventually(lambda: metric(tmp_path, "worker_partitions") > 0, within_s=LONG_S)
        async with contextlib.AsyncExitStack() as running:
            posted = [await running.enter_async_context(traffic(service, ws, 150)) for ws in workspaces]
            await eventually(lambda: metric(tmp_path, "worker_records_total") > 0, within_s=LONG_S)
            second.terminate()
            assert await asyncio.to_thread(second.wait, LONG_S) == 0
    for ws, numbers in zip(workspaces, posted, strict=True):
        await settled(service, ws)
        await check(service, ws, len(numbers))


@contextlib.contextmanager
def another_process(service: IdentityService, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A second identity process, killed at the end if it still runs."""
    environ = {
        "PATH": os.environ["PATH"],
        **service.stack.endpoints.environ,
        "HUBLINE_INSTANCE": "identity-2",
        "HUBLINE_PORT_FILE": str(folder / "port"),
    }
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "streams.identity"], cwd=Path(__file__).parents[2], env=environ, stderr=log
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def metric(folder: Path, name: str) -> float:
    """A metric of the second process, 0 while it has none."""
    port_file = folder / "port"
    if not port_file.exists():
        return 0.0
    text = httpx.get(f"http://127.0.0.1:{port_file.read_text().strip()}/metrics", timeout=60).text
    found = re.search(rf'^hubline_{name}\{{topic="interactions.v1"\}} (\S+)', text, re.M)
    return float(found[1]) if found is not None else 0.0


@contextlib.asynccontextmanager
async def traffic(service: IdentityService, workspace: str, count: int) -> AsyncIterator[list[int]]:
    """Contacts of which every third is by a customer seen before and every tenth is posted twice: `count`, and more as
    long as the block lasts. The numbers of all.
    """
    posted: list[int] = []
    ended = asyncio.Event()

    async def post() -> None:
        async for number in paced(itertools.count(), 0.005):
            if ended.is_set() and number >= count:
                return
            event = an_arrival(f"i_{number}", f"card:{number % (count * 2 // 3) + 1000}", workspace=workspace)
            await service.post(*[event] * (2 if number % 10 == 0 else 1))
            posted.append(number)

    posting = asyncio.create_task(post())
    try:
        yield posted
        ended.set()
        await posting
    finally:
        posting.cancel()
        await asyncio.wait({posting})


async def more_than(service: IdentityService, workspace: str, count: int) -> bool:
    return len((await service.routing(workspace)).interactions) > count


async def unidentified(service: IdentityService, workspace: str) -> bool:
    """Whether contacts go on without a customer, several batches long."""
    routed = (await service.routing(workspace)).interactions.values()
    return sum(event.customer_id is None for event in routed) > 20


async def check(service: IdentityService, workspace: str, count: int) -> None:
    """Each contact once in routing, each with the customer of its card, one customer for each card."""
    routing, rows, links = (
        await service.routing(workspace),
        await service.rows(workspace),
        await service.links(workspace),
    )
    taken = [event.interaction_id for event in routing.accepted if isinstance(event, InteractionIdentified)]
    assert len(taken) == len(set(taken)) == len(rows) == count
    assert None not in rows.values()
    assert set(rows.values()) == set(links.values())
    assert len(set(links.values())) == len(links)
