from __future__ import annotations

import os

from bench.calm import behind, lag_in, tree_s
from runtime.metrics import Metrics
from runtime.records import TopicPartition

ENDS = {TopicPartition("in", 0): 10, TopicPartition("in", 1): 4, TopicPartition("other", 0): 99}


def test_a_group_that_committed_every_end_or_went_further_is_not_behind() -> None:
    assert behind({TopicPartition("in", 0): 10, TopicPartition("in", 1): 5}, ENDS) == 0


def test_a_group_is_behind_on_a_partition_of_its_topic_of_which_it_committed_nothing() -> None:
    assert behind({TopicPartition("in", 0): 7}, ENDS) == 3 + 4


def test_a_group_without_positions_is_nowhere_behind() -> None:
    assert behind({}, ENDS) == 0


def test_the_lags_of_all_partitions_that_a_process_shows_are_one_sum() -> None:
    metrics = Metrics()
    metrics.lag_records.labels("in", "0").set(3)
    metrics.lag_records.labels("in", "1").set(4)
    metrics.lag_seconds.labels("in", "0").set(60)
    assert lag_in(metrics.render().decode()) == 7
    assert lag_in(Metrics().render().decode()) == 0


def test_a_living_process_took_time_and_one_that_does_not_run_none() -> None:
    assert tree_s(os.getpid()) > 0
    assert tree_s(None) == 0
