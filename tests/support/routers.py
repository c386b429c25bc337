"""A real Kafka with routers on it as processes, one at a time, and ways to lose what the log holds."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from aiokafka.admin.records_to_delete import RecordsToDelete
from aiokafka.structs import TopicPartition as KafkaPartition

from deploy import topics
from runtime.clock import SystemClock
from runtime.kafka import KafkaConnection
from runtime.records import TopicPartition
from runtime.settings import Kafka
from runtime.topics_check import admin_client
from schemas.topics import ROUTING_DECISIONS, ROUTING_INPUTS
from tests.support.broker_suite import read_all
from tests.support.checker import check_replay, decided
from tests.support.faults import Crash
from tests.support.faulty_day import append, contacts, morning, two_workspaces
from tests.support.gateway_service import Process
from tests.support.stack import RunningStack, running_stack
from tests.support.waiting import eventually

LONG_S = 120.0
SNAPSHOTS = {"HUBLINE_ROUTING_SNAPSHOT_EVERY_RECORDS": "20"}


class RouterLog:
    """A broker with routers on it, one at a time."""

    def __init__(self, stack: RunningStack) -> None:
        self.servers = stack.endpoints.kafka
        self.broker = KafkaConnection(Kafka(bootstrap_servers=self.servers), SystemClock(), "test")
        self._folder: Path = stack.folder
        self._routers = 0

    @contextlib.contextmanager
    def router(self, module: str = "streams.routing", **environ: str) -> Iterator[Process]:
        self._routers += 1
        log = self._folder / f"router-{self._routers}.log"
        own = {"KAFKA_BOOTSTRAP_SERVERS": self.servers, "HUBLINE_INSTANCE": "routing-1", **environ}
        process = Process(module, {"HUBLINE_DATA_DIR": str(self._folder), **own}, log)
        process.start()
        try:
            yield process
        finally:
            process.stop()

    async def truncate(self, partition: int) -> None:
        """The routing log is lost: its topic is made anew, empty."""
        end = await self.end(partition)
        assert end > 0
        async with admin_client(self.servers) as admin:
            await admin.delete_topics([ROUTING_INPUTS.name])

            async def gone() -> Any:
                return ROUTING_INPUTS.name not in await admin.list_topics()

            await eventually(gone, within_s=LONG_S)
        await topics.ensure(self.servers, flush_interactions=False)

        async def empty() -> Any:
            with contextlib.suppress(Exception):
                return await self.end(partition) == 0

        await eventually(empty, within_s=LONG_S)

    async def lose_beginning(self, partition: int, first: int) -> None:
        """Retention takes the inputs before `first`."""
        async with admin_client(self.servers) as admin:
            await admin.delete_records({KafkaPartition(ROUTING_INPUTS.name, partition): RecordsToDelete(first)})

    async def end(self, partition: int) -> int:
        reader = self.broker.reader()
        try:
            return (await reader.log_range(TopicPartition(ROUTING_INPUTS.name, partition))).end
        finally:
            await reader.stop()

    async def workspaces(self) -> list[str]:
        """Every workspace that ever had a decision."""
        found: set[str] = set()
        for partition in range(ROUTING_DECISIONS.partitions):
            records = await read_all(self.broker, ROUTING_DECISIONS.name, partition)
            found |= {(record.key or b"").decode() for record in records}
        return sorted(found)


@contextlib.contextmanager
def running_log() -> Iterator[RouterLog]:
    """On a broker of its own."""
    with running_stack(only=("kafka",)) as stack:
        yield RouterLog(stack)


async def check_crash(log: RouterLog, point: Crash, spared: int) -> None:
    """A router kills itself at that point; the next one goes on, and everything is said once, as it follows."""
    workspaces = two_workspaces()
    environ = {**SNAPSHOTS, "CRASH_POINT": point, "CRASH_SPARED": str(spared), "HUBLINE_WORKER_MAX_BATCH": "10"}
    for workspace in workspaces:
        await append(log.broker, [*morning(workspace), *contacts(workspace, 0, 10)])
    with log.router("tests.support.crashing_router", **environ) as crashing:
        assert crashing.wait() == -signal.SIGKILL, crashing.log_text
    with log.router(**SNAPSHOTS):
        for workspace in workspaces:
            await append(log.broker, contacts(workspace, 10, 5))
            await decided(log.broker, workspace)
    for workspace in workspaces:
        assert await check_replay(log.broker, workspace) == 0, "said again what was already acknowledged"
