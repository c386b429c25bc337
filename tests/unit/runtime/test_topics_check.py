"""What counts as a wrong topic."""

from __future__ import annotations

import pytest

from runtime.topics_check import FoundTopic, differences, settings_of
from schemas.topics import INTERACTIONS, ROUTING_INPUTS, ROUTING_SNAPSHOTS, TOPICS, Topic


def found(topic: Topic, partitions: int | None = None, **changed: str) -> FoundTopic:
    settings = settings_of(topic) | {name.replace("_", "."): value for name, value in changed.items()}
    return FoundTopic(name=topic.name, partitions=partitions or topic.partitions, led=True, settings=settings)


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_a_topic_as_listed_is_right(topic: Topic) -> None:
    assert differences(topic, found(topic)) == ()


def test_a_missing_topic_is_one_difference() -> None:
    assert differences(INTERACTIONS, None) == ("topic interactions.v1 does not exist",)


def test_every_difference_is_said_at_once() -> None:
    wrong = found(ROUTING_INPUTS, partitions=8, message_timestamp_type="CreateTime", retention_ms="604800000")
    said = differences(ROUTING_INPUTS, wrong)
    assert len(said) == 3
    assert "8 partitions instead of 16" in said[0]


def test_what_is_kept_without_limit_has_no_limit_by_size_either() -> None:
    assert settings_of(ROUTING_INPUTS)["retention.ms"] == settings_of(ROUTING_INPUTS)["retention.bytes"] == "-1"
    assert differences(ROUTING_INPUTS, found(ROUTING_INPUTS, retention_bytes="1000000")) != ()


def test_the_inputs_are_stamped_by_the_broker_and_snapshots_are_compacted() -> None:
    assert settings_of(ROUTING_INPUTS)["message.timestamp.type"] == "LogAppendTime"
    assert settings_of(ROUTING_SNAPSHOTS)["cleanup.policy"] == "compact"
