"""Creates the topics of `schemas.topics` that are missing, and checks all of them.

A topic that exists with other partitions or settings is reported, never changed: its log may depend on them.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from typing import Final

from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from runtime.topics_check import FoundTopic, TopicsWrong, admin_client, differences, look, settings_of
from schemas.topics import INTERACTIONS, TOPICS, Topic

ALREADY_EXISTS: Final = 36
COPIES: Final = 3
LED_PATIENCE_S: Final = 30.0
LED_POLL_S: Final = 0.05
COMPACTION: Final[dict[str, str]] = {
    "segment.bytes": str(32 * 1024 * 1024),
    "segment.ms": str(60 * 60 * 1000),
    "min.cleanable.dirty.ratio": "0.2",
}
"""A compacted topic's newest segment is never cleaned: short ones keep old snapshots from piling up."""
FLUSH_EACH: Final[dict[str, str]] = {"flush.messages": "1"}
"""Each record on disk before it is acknowledged: for one node, and dear."""


def creation(topic: Topic, replication: int, flush_interactions: bool) -> NewTopic:
    """How a topic is created."""
    settings = settings_of(topic)
    if topic.compacted:
        settings |= COMPACTION
    if flush_interactions and topic.name == INTERACTIONS.name:
        settings |= FLUSH_EACH
    return NewTopic(topic.name, topic.partitions, replication, topic_configs=settings)


def replication_for(brokers: int) -> int:
    """How many copies a cluster of this size keeps."""
    return max(1, min(brokers, COPIES))


async def ensure(
    bootstrap_servers: str,
    topics: Iterable[Topic] = TOPICS,
    *,
    replication: int | None = None,
    flush_interactions: bool = False,
) -> tuple[str, ...]:
    """The names of the topics created now; on return all exist as wanted, and each partition has a leader.

    Without `replication` a topic has a copy on each of up to three brokers.
    Raises TopicsWrong with every difference, or a KafkaError when the broker does not answer.
    """
    wanted = tuple(topics)
    async with admin_client(bootstrap_servers) as admin:
        found = await look(admin, [topic.name for topic in wanted])
        fresh = [topic for topic in wanted if topic.name not in found]
        if fresh:
            copies = replication or replication_for(len((await admin.describe_cluster())["brokers"]))
            answer = await admin.create_topics([creation(topic, copies, flush_interactions) for topic in fresh])
            _raise_refused(answer.to_object()["topic_errors"])
            found = await _wait_led(admin, wanted)
    problems = [problem for topic in wanted for problem in differences(topic, found.get(topic.name))]
    if problems:
        raise TopicsWrong(problems)
    return tuple(topic.name for topic in fresh)


def _raise_refused(errors: list[dict[str, object]]) -> None:
    problems = [
        f"topic {error['topic']} was not created: {error['error_message'] or error['error_code']}"
        for error in errors
        if error["error_code"] not in (0, ALREADY_EXISTS)
    ]
    if problems:
        raise TopicsWrong(problems)


async def _wait_led(admin: AIOKafkaAdminClient, wanted: tuple[Topic, ...]) -> dict[str, FoundTopic]:
    deadline = time.monotonic() + LED_PATIENCE_S
    while True:
        found = await look(admin, [topic.name for topic in wanted])
        if len(found) == len(wanted) and all(topic.led for topic in found.values()):
            return found
        if time.monotonic() > deadline:
            raise TopicsWrong([f"not every partition had a leader after {LED_PATIENCE_S:.0f} s"])
        await asyncio.sleep(LED_POLL_S)
