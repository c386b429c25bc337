from __future__ import annotations

from schemas import topics
from schemas.codec import UNIONS


def test_what_is_keyed_by_workspace_shares_one_partition_number() -> None:
    counts = {topic.partitions for topic in topics.TOPICS if topic.key is topics.Key.WORKSPACE}
    assert counts == {topics.WORKSPACE_PARTITIONS} == {16}


OF_ONE_STAGE = (topics.METRICS_STATE, topics.TIMELINE_STATE)
"""Tables that nobody reads but the stage that keeps them."""


def test_every_topic_has_a_union_of_events_but_those_of_dead_letters() -> None:
    for topic in topics.TOPICS:
        assert (topic.events in UNIONS) is not (topic.name.startswith("dlq.") or topic in OF_ONE_STAGE)


def test_dead_letters_are_kept_without_limit_in_one_partition() -> None:
    dead = topics.dead_letters_of(topics.INTERACTIONS)
    assert (dead.name, dead.partitions, dead.retention_ms) == ("dlq.interactions.v1", 1, None)
    assert topics.BY_NAME[dead.name] == dead


def test_only_the_routing_log_is_stamped_by_the_broker() -> None:
    assert [topic.name for topic in topics.TOPICS if topic.log_append_time] == ["routing.inputs.v1"]


def test_inputs_and_decisions_are_kept_without_limit() -> None:
    assert topics.ROUTING_INPUTS.retention_ms is topics.ROUTING_DECISIONS.retention_ms is None
