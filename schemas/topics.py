"""The only list of Kafka topics.

Partition counts never change: a workspace or a customer would move to another partition and lose its order.
Topics keyed by workspace have the same count, so that a workspace has one partition number in all of them.
"""

from __future__ import annotations

import enum
from typing import Final

from schemas.event import Value

WORKSPACE_PARTITIONS: Final = 16
CUSTOMER_PARTITIONS: Final = 32
DAY_MS: Final = 24 * 60 * 60 * 1000


class Key(enum.StrEnum):
    """What a topic's records are keyed, and so ordered, by."""

    WORKSPACE = "workspace"
    INTERACTION = "interaction"
    CUSTOMER = "customer"
    CHUNK = "chunk"
    ORIGINAL = "original"


class Topic(Value, frozen=True, kw_only=True):
    """One topic; `retention_ms` None = kept without limit, `events` = the tags' union in `schemas.codec.UNIONS`, "" = bytes
    that are no events.
    """

    name: str
    key: Key
    partitions: int
    events: str
    retention_ms: int | None = None
    compacted: bool = False
    log_append_time: bool = False


INTERACTIONS: Final = Topic(
    name="interactions.v1",
    key=Key.WORKSPACE,
    partitions=WORKSPACE_PARTITIONS,
    events="interactions",
    retention_ms=30 * DAY_MS,
)
MESSAGES: Final = Topic(
    name="messages.v1",
    key=Key.INTERACTION,
    partitions=CUSTOMER_PARTITIONS,
    events="messages",
    retention_ms=30 * DAY_MS,
)
CUSTOMERS: Final = Topic(name="customers.v1", key=Key.CUSTOMER, partitions=CUSTOMER_PARTITIONS, events="customers")
ROUTING_INPUTS: Final = Topic(
    name="routing.inputs.v1",
    key=Key.WORKSPACE,
    partitions=WORKSPACE_PARTITIONS,
    events="inputs",
    log_append_time=True,
)
ROUTING_DECISIONS: Final = Topic(
    name="routing.decisions.v1", key=Key.WORKSPACE, partitions=WORKSPACE_PARTITIONS, events="decisions"
)
ROUTING_SNAPSHOTS: Final = Topic(
    name="routing.snapshots.v1",
    key=Key.CHUNK,
    partitions=WORKSPACE_PARTITIONS,
    events="snapshots",
    compacted=True,
)
VIEW_SNAPSHOTS: Final = Topic(
    name="view.snapshots.v1",
    key=Key.CHUNK,
    partitions=WORKSPACE_PARTITIONS,
    events="snapshots",
    compacted=True,
)
TIMELINE_ENTRIES: Final = Topic(
    name="timeline.entries.v1",
    key=Key.CUSTOMER,
    partitions=CUSTOMER_PARTITIONS,
    events="timeline",
    retention_ms=30 * DAY_MS,
)
TIMELINE_STATE: Final = Topic(
    name="timeline.state.v1", key=Key.CHUNK, partitions=WORKSPACE_PARTITIONS, events="", compacted=True
)
METRICS_LIVE: Final = Topic(
    name="metrics.live.v1",
    key=Key.WORKSPACE,
    partitions=WORKSPACE_PARTITIONS,
    events="metrics_live",
    retention_ms=DAY_MS,
)
TYPING: Final = Topic(name="typing.v1", key=Key.INTERACTION, partitions=4, events="typing", retention_ms=10 * 60 * 1000)
METRICS_INTERVALS: Final = Topic(
    name="metrics.intervals.v1",
    key=Key.WORKSPACE,
    partitions=WORKSPACE_PARTITIONS,
    events="metrics_intervals",
    retention_ms=30 * DAY_MS,
)
METRICS_STATE: Final = Topic(
    name="metrics.state.v1", key=Key.CHUNK, partitions=WORKSPACE_PARTITIONS, events="", compacted=True
)

_WORK: Final = (
    INTERACTIONS,
    MESSAGES,
    CUSTOMERS,
    ROUTING_INPUTS,
    ROUTING_DECISIONS,
    ROUTING_SNAPSHOTS,
    VIEW_SNAPSHOTS,
    TIMELINE_ENTRIES,
    TIMELINE_STATE,
    METRICS_LIVE,
    METRICS_INTERVALS,
    METRICS_STATE,
    TYPING,
)
_DEAD_LETTERED: Final = (
    INTERACTIONS,
    MESSAGES,
    CUSTOMERS,
    ROUTING_INPUTS,
    ROUTING_DECISIONS,
    TIMELINE_ENTRIES,
    METRICS_INTERVALS,
)


def dead_letters_of(topic: Topic) -> Topic:
    """Where the records of `topic` go that cannot be processed: the original bytes, kept without limit."""
    return Topic(name=f"dlq.{topic.name}", key=Key.ORIGINAL, partitions=1, events="")


TOPICS: Final[tuple[Topic, ...]] = _WORK + tuple(dead_letters_of(topic) for topic in _DEAD_LETTERED)
BY_NAME: Final[dict[str, Topic]] = {topic.name: topic for topic in TOPICS}
