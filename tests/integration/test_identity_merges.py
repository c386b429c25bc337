"""A merge in the middle of traffic, and undone, through the real identity process: routed as the survivor in between."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Iterator
from functools import partial

import pytest

from producers.admin.merges import Merges
from runtime.clock import SystemClock
from runtime.postgres import Pool, connect_pool
from runtime.settings import Postgres
from tests.support.identity_builders import an_arrival
from tests.support.identity_service import IDENTITY, PARTS, IdentityService, a_workspace
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


@pytest.fixture
async def pool(running: RunningStack) -> AsyncIterator[Pool]:
    async with connect_pool(Postgres(url=running.endpoints.database_url)) as pool:
        yield pool


async def test_contacts_follow_a_merge_and_its_undoing_and_none_is_lost(service: IdentityService, pool: Pool) -> None:
    ws, merges = a_workspace(), Merges(pool, SystemClock())
    await service.post(*(an_arrival(f"i_{name}", f"card:{name}", workspace=ws) for name in ("1000", "2000")))
    await eventually(lambda: service.is_settled(ws), within_s=LONG_S)
    links = await service.links(ws)
    old, survivor = links["card:1000"], links["card:2000"]
    await pool.execute(
        "UPDATE customers SET tier = 'gold', preferred_agent = 'ana' WHERE workspace = $1 AND customer_id = $2",
        ws,
        survivor,
    )
    async with traffic(service, ws) as posted:
        await routed(service, ws, "before", posted)
        merge_id = (await merges.merge(ws, survivor, old, "test", None)).merge.merge_id
        await routed(service, ws, "merged", posted)
        service.stack.supervisor.kill(IDENTITY.name)
        await routed(service, ws, "killed", posted)
        await merges.undo(ws, merge_id, "test", None)
        await routed(service, ws, "undone", posted)
    await eventually(lambda: service.is_settled(ws), within_s=LONG_S)
    found = (await service.routing(ws)).interactions
    assert set(found) == {"i_1000", "i_2000", *posted}
    assert {event.customer_id for name, event in found.items() if name != "i_2000"} == {old, survivor}
    for phase, customer in (("before", old), ("merged", survivor), ("killed", survivor), ("undone", old)):
        event = found[f"i_{phase}"]
        tier, agent = ("gold", "ana") if customer == survivor else (None, None)
        assert (event.customer_id, event.tier, event.preferred_agent) == (customer, tier, agent), phase
    assert (await service.links(ws))["card:1000"] == old


@contextlib.asynccontextmanager
async def traffic(service: IdentityService, workspace: str) -> AsyncIterator[list[str]]:
    """Contacts by the merged one's card, on and on; the names of those that the broker has."""
    posted: list[str] = []
    ended = asyncio.Event()

    async def post() -> None:
        async for number in paced(itertools.count(), 0.01):
            if ended.is_set():
                return
            await service.post(an_arrival(f"i_t{number}", "card:1000", workspace=workspace))
            posted.append(f"i_t{number}")

    posting = asyncio.create_task(post())
    try:
        yield posted
    finally:
        ended.set()
        await posting


async def routed(service: IdentityService, workspace: str, phase: str, posted: list[str]) -> None:
    """Posts one contact more, in the middle of the others, and waits until it is routed."""
    await service.post(an_arrival(f"i_{phase}", "card:1000", workspace=workspace))
    posted.append(f"i_{phase}")
    await eventually(partial(is_routed, service, workspace, f"i_{phase}"), within_s=LONG_S, what=f"{phase} is routed")


async def is_routed(service: IdentityService, workspace: str, name: str) -> bool:
    return name in (await service.routing(workspace)).interactions
