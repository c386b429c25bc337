"""How topics are created."""

from __future__ import annotations

import pytest

from deploy import topics
from runtime.topics_check import settings_of
from schemas.topics import INTERACTIONS, ROUTING_INPUTS, ROUTING_SNAPSHOTS


def test_a_topic_is_created_as_the_list_says() -> None:
    made = topics.creation(ROUTING_INPUTS, replication=3, flush_interactions=False)
    assert (made.name, made.num_partitions, made.replication_factor) == ("routing.inputs.v1", 16, 3)
    assert made.topic_configs == settings_of(ROUTING_INPUTS)


def test_a_compacted_topic_gets_short_segments_so_that_it_can_be_cleaned() -> None:
    made = topics.creation(ROUTING_SNAPSHOTS, replication=1, flush_interactions=False)
    assert made.topic_configs == settings_of(ROUTING_SNAPSHOTS) | topics.COMPACTION


def test_only_interactions_are_flushed_and_only_when_asked() -> None:
    asked = topics.creation(INTERACTIONS, replication=1, flush_interactions=True)
    assert asked.topic_configs["flush.messages"] == "1"
    for topic, flush in ((INTERACTIONS, False), (ROUTING_INPUTS, True)):
        assert "flush.messages" not in topics.creation(topic, 1, flush).topic_configs


@pytest.mark.parametrize(("brokers", "copies"), [(1, 1), (2, 2), (3, 3), (9, 3)])
def test_a_cluster_keeps_up_to_three_copies(brokers: int, copies: int) -> None:
    assert topics.replication_for(brokers) == copies
