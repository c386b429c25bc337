"""The router as a process on a real Kafka: killed at the numbered points, and before a log that was truncated or recreated."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from deploy.routing_log import partition_for, reopen
from tests.support.checker import decided
from tests.support.faults import Crash
from tests.support.faulty_day import append, contacts, morning, two_workspaces
from tests.support.routers import RouterLog, check_crash, running_log

NO_SNAPSHOTS = {"HUBLINE_ROUTING_SNAPSHOT_EVERY_MS": "3600000"}
pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def log() -> Iterator[RouterLog]:
    with running_log() as log:
        yield log


POINTS = [(Crash.READ, 2), (Crash.APPLIED, 1), (Crash.HALF_SENT, 1), (Crash.ALL_SENT, 1), (Crash.SNAPSHOT_CHUNKS, 1)]


@pytest.mark.parametrize(("point", "spared"), [*POINTS, (Crash.SNAPSHOT_MANIFEST, 2)])
async def test_killed_at_a_numbered_point_it_goes_on_and_says_everything_once(
    log: RouterLog, point: Crash, spared: int
) -> None:
    await check_crash(log, point, spared)


async def test_a_truncated_log_is_refused_and_goes_on_in_a_new_epoch(log: RouterLog) -> None:
    workspaces = two_workspaces()
    partition = partition_for(workspaces[0])
    with log.router(**NO_SNAPSHOTS):
        for workspace in workspaces:
            await append(log.broker, [*morning(workspace), *contacts(workspace, 0, 5)])
            await decided(log.broker, workspace)
    await log.truncate(partition)
    with log.router() as refusing:
        assert refusing.wait() == 1
        assert "hubline log reopen" in refusing.log_text, refusing.log_text
    for workspace in await log.workspaces():
        assert (await reopen(log.broker, workspace)).epoch == 2
    with log.router():
        for workspace in workspaces:
            await append(log.broker, [*morning(workspace), *contacts(workspace, 0, 5)])
            after = await decided(log.broker, workspace)
            assert (after.epoch, after.breach) == (2, None)
            assert after.decisions == after.seq > 10
    with log.router():
        for workspace in workspaces:
            await append(log.broker, contacts(workspace, 5, 5))
            assert (await decided(log.broker, workspace)).epoch == 2


async def test_a_log_that_starts_later_than_the_state_is_refused(log: RouterLog) -> None:
    workspace, _ = two_workspaces()
    partition = partition_for(workspace)
    with log.router(**NO_SNAPSHOTS):
        await append(log.broker, [*morning(workspace), *contacts(workspace, 0, 5)])
        await decided(log.broker, workspace)
    await log.lose_beginning(partition, await log.end(partition) - 3)
    with log.router() as refusing:
        assert refusing.wait() == 1
        assert "the log starts at" in refusing.log_text, refusing.log_text
