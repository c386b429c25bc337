"""Whether the broker's topics are as `schemas.topics` lists them; nothing is changed here.

What must not differ: the number of partitions (a workspace would lose its order), how long records are kept, and whose
clock stamps them.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

import msgspec
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaConnectionError, NodeNotReadyError, RequestTimedOutError

from runtime.clock import Clock
from runtime.settings import Kafka
from schemas.topics import TOPICS, Topic

FOREVER: Final = "-1"
_UNREACHABLE: Final = (KafkaConnectionError, NodeNotReadyError, RequestTimedOutError)
_RETRY_S: Final = 0.25
RETENTION_MS: Final = "retention.ms"
RETENTION_BYTES: Final = "retention.bytes"
CLEANUP: Final = "cleanup.policy"
STAMP: Final = "message.timestamp.type"


class FoundTopic(msgspec.Struct, frozen=True):
    """A topic as the broker has it; `led` = each partition has a leader."""

    name: str
    partitions: int
    led: bool
    settings: Mapping[str, str]


class TopicsWrong(Exception):
    """Every difference at once, one sentence each."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = tuple(problems)


def settings_of(topic: Topic) -> dict[str, str]:
    """The broker's settings that this topic must have."""
    kept = FOREVER if topic.retention_ms is None else str(topic.retention_ms)
    return {
        CLEANUP: "compact" if topic.compacted else "delete",
        RETENTION_MS: kept,
        RETENTION_BYTES: FOREVER,
        STAMP: "LogAppendTime" if topic.log_append_time else "CreateTime",
    }


def differences(wanted: Topic, found: FoundTopic | None) -> tuple[str, ...]:
    """What is wrong with a topic, one sentence each; nothing when it is as wanted."""
    if found is None:
        return (f"topic {wanted.name} does not exist",)
    problems = []
    if found.partitions != wanted.partitions:
        problems.append(
            f"topic {wanted.name} has {found.partitions} partitions instead of {wanted.partitions}, which never changes"
        )
    for name, value in settings_of(wanted).items():
        if found.settings.get(name) != value:
            problems.append(f"topic {wanted.name} has {name}={found.settings.get(name)} instead of {value}")
    return tuple(problems)


async def check(bootstrap_servers: str, topics: Iterable[Topic] = TOPICS) -> None:
    """Raises TopicsWrong with every difference, or a KafkaError when the broker does not answer."""
    wanted = tuple(topics)
    async with admin_client(bootstrap_servers) as admin:
        found = await look(admin, [topic.name for topic in wanted])
    problems = [problem for topic in wanted for problem in differences(topic, found.get(topic.name))]
    if problems:
        raise TopicsWrong(problems)


async def check_patiently(settings: Kafka, clock: Clock) -> None:
    """As `check`, for a process that starts: while the broker is away it tries again until its patience ends."""
    deadline = clock.monotonic() + settings.start_patience_ms / 1000
    while True:
        try:
            return await check(settings.bootstrap_servers)
        except _UNREACHABLE:
            if clock.monotonic() >= deadline:
                raise
        await clock.sleep(_RETRY_S)


@asynccontextmanager
async def admin_client(bootstrap_servers: str) -> AsyncIterator[AIOKafkaAdminClient]:
    """A started administrator's client, closed at the end."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap_servers)
    await admin.start()
    try:
        yield admin
    finally:
        await admin.close()


async def look(admin: AIOKafkaAdminClient, names: Sequence[str]) -> dict[str, FoundTopic]:
    """The topics of these names that exist, as the broker has them."""
    described = {one["topic"]: one for one in await admin.describe_topics(list(names)) if one["error_code"] == 0}
    if not described:
        return {}
    asked = [ConfigResource(ConfigResourceType.TOPIC, name, dict.fromkeys(_ASKED)) for name in described]
    settings: dict[str, dict[str, str]] = {}
    for answer in await admin.describe_configs(asked):
        for resource in answer.to_object()["resources"]:
            entries = resource["config_entries"]
            settings[resource["resource_name"]] = {one["config_names"]: one["config_value"] for one in entries}
    return {name: _found(name, one["partitions"], settings.get(name, {})) for name, one in described.items()}


_ASKED: Final = (CLEANUP, RETENTION_MS, RETENTION_BYTES, STAMP)


def _found(name: str, partitions: Sequence[Mapping[str, Any]], settings: Mapping[str, str]) -> FoundTopic:
    led = all(partition["leader"] >= 0 for partition in partitions)
    return FoundTopic(name=name, partitions=len(partitions), led=led, settings=settings)
