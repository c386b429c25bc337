"""Calm: nothing that an earlier run left behind is still worked on, so that it burdens no later one.

Calm is when every group has committed all that the log had a second ago, no worker says that it lags (writers keep their
positions in their tables), and no process, PostgreSQL's together being one, has taken more than next to no processor time
for that second: who follows without a group tells nobody where it is, but nobody catches up without a processor. Kafka is
not asked: their polls alone cost it a seventh of one, and it works for nobody else.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException
from typing import Final

import psutil
from aiokafka.admin import AIOKafkaAdminClient
from prometheus_client.parser import text_string_to_metric_families

from bench.services import Services
from deploy.local import kafka
from deploy.local.layout import Layout
from deploy.local.readiness import health_port
from deploy.local.state import HOST
from runtime.clock import SystemClock
from runtime.kafka import KafkaConnection
from runtime.metrics import PREFIX
from runtime.records import TopicPartition
from runtime.settings import Kafka
from runtime.topics_check import admin_client
from schemas.topics import TOPICS

LOOK_S: Final = 1.0
QUIET: Final = 0.1
"""What each may take of a processor: ticks, polls and heartbeats of who has no work come to a fiftieth, work to a fifth."""
WITHIN_S: Final = 600.0
LAG: Final = f"{PREFIX}worker_lag_records"
ANSWER_S: Final = 10.0

Positions = Mapping[TopicPartition, int]


async def calm(stack: Services, within_s: float = WITHIN_S) -> None:
    """Returns once there is calm. Raises RuntimeError, which says who is still at work, when there is none in time."""
    reader = KafkaConnection(Kafka(bootstrap_servers=stack.endpoints.kafka), SystemClock(), "bench").reader()
    everywhere = [TopicPartition(topic.name, one) for topic in TOPICS for one in range(topic.partitions)]
    until_s = time.monotonic() + within_s
    try:
        async with admin_client(stack.endpoints.kafka) as admin:
            while True:
                ends = await reader.ends(everywhere)
                busy = await _at_work(stack)
                busy += await _groups_behind(admin, ends)
                busy += await asyncio.to_thread(_workers_behind, stack)
                if not busy:
                    return
                if time.monotonic() > until_s:
                    raise RuntimeError(f"no calm within {within_s:.0f} s: {'; '.join(busy)}")
    finally:
        await reader.stop()


async def _at_work(stack: Services) -> list[str]:
    before = _spent_s(stack)
    await asyncio.sleep(LOOK_S)
    shares = {name: (spent_s - before[name]) / LOOK_S for name, spent_s in _spent_s(stack).items()}
    return [f"{name} takes {share:.0%} of a processor" for name, share in shares.items() if share > QUIET]


def _spent_s(stack: Services) -> dict[str, float]:
    """Processor time by name."""
    return {name: tree_s(stack.supervisor.pid(name)) for name in stack.supervisor.names if name != kafka.NAME}


def tree_s(pid: int | None) -> float:
    """Processor seconds of a process and of all that it started, ended or not; none when there is no such process."""
    if pid is None:
        return 0.0
    spent_s = 0.0
    with contextlib.suppress(psutil.NoSuchProcess):
        root = psutil.Process(pid)
        for one in (root, *root.children(recursive=True)):
            times = one.cpu_times()
            spent_s += times.user + times.system + times.children_user + times.children_system
    return spent_s


async def _groups_behind(admin: AIOKafkaAdminClient, ends: Positions) -> list[str]:
    found = []
    for group, *_ in await admin.list_consumer_groups():
        offsets = await admin.list_consumer_group_offsets(group)
        committed = {TopicPartition(*at): position.offset for at, position in offsets.items()}
        records = behind(committed, ends)
        if records:
            found.append(f"group {group} is {records} records behind")
    return found


def behind(committed: Positions, ends: Positions) -> int:
    """How many records a group has before it, on all partitions of the topics of which it has committed any."""
    topics = {at.topic for at in committed}
    return sum(max(0, end - committed.get(at, 0)) for at, end in ends.items() if at.topic in topics)


def _workers_behind(stack: Services) -> list[str]:
    ports = {name: health_port(Layout(data_dir=stack.folder).port_file(name)) for name in stack.supervisor.names}
    found = []
    for name, port in ports.items():
        try:
            records = _lag_at(port) if port is not None else 0
        except (OSError, HTTPException):
            found.append(f"{name} does not answer")
        else:
            if records:
                found.append(f"{name} is {records} records behind")
    return found


def _lag_at(port: int) -> int:
    with contextlib.closing(HTTPConnection(HOST, port, timeout=ANSWER_S)) as connection:
        connection.request("GET", "/metrics")
        return lag_in(connection.getresponse().read().decode())


def lag_in(text: str) -> int:
    """All that a process's metrics say it has not handled."""
    families = text_string_to_metric_families(text)
    return sum(int(sample.value) for family in families for sample in family.samples if sample.name == LAG)
