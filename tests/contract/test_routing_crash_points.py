"""The router on the broker in memory, crashing once at every numbered point, each time the point is passed.

Afterwards the log holds what a router that never crashed would have said, byte for byte and once.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import pytest

from deploy.verification import verify
from runtime.broker import Broker
from runtime.clock import SystemClock
from runtime.memory import MemoryBroker
from schemas.topics import TOPICS
from streams.routing.worker import main
from tests.support.checker import check_replay
from tests.support.faults import ROUTER_POINTS, Crash, CrashingBroker, Planted
from tests.support.faulty_day import append, contacts, morning, two_workspaces
from tests.support.gateway_service import context_of
from tests.support.waiting import eventually

SETTINGS = {
    "HUBLINE_ROUTING_SNAPSHOT_EVERY_RECORDS": "25",
    "HUBLINE_ROUTING_IDLE_MS": "1",
    "HUBLINE_WORKER_MAX_BATCH": "9",
}
CONTACTS = 6
LIVES_AT_LEAST = {Crash.SNAPSHOT_CHUNKS: 2, Crash.SNAPSHOT_MANIFEST: 2, Crash.SNAPSHOT_INDEX: 2, Crash.READ: 1}
"""How often a day must at least pass each point, so that nothing is proved by never getting there."""


def a_broker() -> MemoryBroker:
    stamped = [topic.name for topic in TOPICS if topic.log_append_time]
    return MemoryBroker({topic.name: topic.partitions for topic in TOPICS}, SystemClock(), log_append_time=stamped)


async def routed(broker: Broker, log: Broker, workspaces: tuple[str, ...]) -> None:
    """A router until everything in the log is decided. Raises what ends it before."""
    context = context_of("routing-1", **SETTINGS)
    running = asyncio.create_task(main(context, broker))

    async def done() -> Any:
        if running.done():
            running.result()
        found = [await verify(log, workspace) for workspace in workspaces]
        assert [one.breach for one in found] == [None] * len(found)
        return all(one.undecided == 0 and one.decisions > 0 for one in found)

    try:
        await eventually(done, within_s=60)
    finally:
        context.stop.set()
        with contextlib.suppress(Planted):
            await running


@pytest.mark.long
@pytest.mark.parametrize("point", ROUTER_POINTS)
async def test_whenever_it_crashes_the_log_says_everything_once(point: Crash) -> None:
    lives = 0
    while True:
        inner, workspaces = a_broker(), two_workspaces()
        crashing = CrashingBroker(inner, point, lives)
        for workspace in workspaces:
            await append(inner, morning(workspace))
        for first in range(0, CONTACTS, 2):
            for workspace in workspaces:
                await append(inner, contacts(workspace, first, 2))
            with contextlib.suppress(Planted):
                await routed(crashing, inner, workspaces)
            await routed(inner if crashing.crashed else crashing, inner, workspaces)
        for workspace in workspaces:
            assert await check_replay(inner, workspace) == 0, "nothing is said twice on one broker without zombies"
        if not crashing.crashed:
            break
        lives += 1
    assert lives >= LIVES_AT_LEAST.get(point, 10)
