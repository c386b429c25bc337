from __future__ import annotations

from runtime.metrics import Metrics
from runtime.records import Record, TopicPartition
from runtime.stage import Handled
from runtime.worker_metrics import PartitionMetrics

WHERE = TopicPartition("in", 3)


def value(metrics: Metrics, name: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(f"hubline_worker_{name}", labels)


def record(offset: int, timestamp_ms: int) -> Record:
    return Record("in", 3, offset, timestamp_ms, b"k", b"v", ())


def test_a_batch_is_counted_by_topic() -> None:
    metrics = Metrics()
    PartitionMetrics(metrics, WHERE).observe([record(0, 1), record(1, 2)], Handled(), 0.5, 0.25)
    assert value(metrics, "records_total", topic="in") == 2
    assert value(metrics, "handle_seconds_sum", topic="in") == 0.5
    assert value(metrics, "send_seconds_sum", topic="in") == 0.25


def test_lag_is_what_the_broker_holds_and_the_age_of_the_last_record_handled() -> None:
    metrics = Metrics()
    observed = PartitionMetrics(metrics, WHERE)
    observed.observe([record(9, 60_000)], Handled(), 0.0, 0.0)
    observed.observe_lag(10, 15, now_ms=62_500)
    assert value(metrics, "lag_records", topic="in", partition="3") == 5
    assert value(metrics, "lag_seconds", topic="in", partition="3") == 2.5


def test_there_is_no_lag_at_the_end_nor_before_the_first_fetch_nor_for_a_partition_given_up() -> None:
    metrics = Metrics()
    observed = PartitionMetrics(metrics, WHERE)
    observed.observe([record(9, 60_000)], Handled(), 0.0, 0.0)
    for end in (10, None):
        observed.observe_lag(10, end, now_ms=99_000)
        assert value(metrics, "lag_records", topic="in", partition="3") == 0
        assert value(metrics, "lag_seconds", topic="in", partition="3") == 0
    observed.observe_lag(10, 20, now_ms=99_000)
    observed.forget()
    assert value(metrics, "lag_records", topic="in", partition="3") == 0
