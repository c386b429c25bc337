"""The worker's metrics of one partition, with their labels resolved once."""

from __future__ import annotations

from collections.abc import Sequence

from runtime.metrics import Metrics
from runtime.records import Record, TopicPartition
from runtime.stage import Handled


class PartitionMetrics:
    """What a pump observes; lag is 0 when all that the broker has told of is handled."""

    def __init__(self, metrics: Metrics, partition: TopicPartition) -> None:
        topic, number = partition.topic, str(partition.partition)
        self._lag_records = metrics.lag_records.labels(topic, number)
        self._lag_seconds = metrics.lag_seconds.labels(topic, number)
        self._batch_records = metrics.batch_records.labels(topic)
        self._handle_seconds = metrics.handle_seconds.labels(topic)
        self._send_seconds = metrics.send_seconds.labels(topic)
        self._handled = metrics.handled.labels(topic)
        self._outputs = metrics.outputs.labels(topic)
        self._dead_letters = metrics.dead_letters.labels(topic)
        self.backpressured = metrics.retries.labels(topic, "backpressure")
        self.transient = metrics.retries.labels(topic, "transient")
        self._last_timestamp_ms: int | None = None

    def observe(self, batch: Sequence[Record], handled: Handled, handle_s: float, send_s: float) -> None:
        """One batch whose outputs are acknowledged."""
        self._batch_records.observe(len(batch))
        self._handle_seconds.observe(handle_s)
        self._send_seconds.observe(send_s)
        self._handled.inc(len(batch))
        self._outputs.inc(len(handled.outputs))
        self._dead_letters.inc(len(handled.dead))
        self._last_timestamp_ms = batch[-1].timestamp_ms

    def observe_lag(self, next_offset: int, known_end: int | None, now_ms: int) -> None:
        """How far behind the partition is, by what the last fetch told."""
        behind = max(0, (known_end or 0) - next_offset)
        self._lag_records.set(behind)
        age_ms = now_ms - self._last_timestamp_ms if behind and self._last_timestamp_ms is not None else 0
        self._lag_seconds.set(max(0, age_ms) / 1000)

    def forget(self) -> None:
        """The partition is another's now: its lag is not ours to show."""
        self._lag_records.set(0)
        self._lag_seconds.set(0)
