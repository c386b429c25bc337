"""A real Kafka under the suites of brokers and workers; each test makes topics of its own."""

from __future__ import annotations

from typing import Any

from aiokafka.admin import NewTopic
from aiokafka.admin.records_to_delete import RecordsToDelete
from aiokafka.structs import TopicPartition as KafkaPartition

from runtime.clock import SystemClock
from runtime.kafka import KafkaConnection
from runtime.records import TopicPartition
from runtime.settings import Kafka
from runtime.topics_check import admin_client
from tests.support.broker_suite import Bench
from tests.support.waiting import eventually


class KafkaBench(Bench):
    """Connections with timings short enough for a test."""

    def __init__(self, bootstrap_servers: str, **settings: Any) -> None:
        quick = {"session_timeout_ms": 6_000, "heartbeat_interval_ms": 300, "fetch_max_wait_ms": 50, **settings}
        self.settings = Kafka(bootstrap_servers=bootstrap_servers, **quick)
        self.broker: KafkaConnection = KafkaConnection(self.settings, SystemClock(), "test")

    async def create(self, name: str, partitions: int, *, log_append_time: bool = False) -> None:
        """Creates a topic and waits until it can be written."""
        stamp = "LogAppendTime" if log_append_time else "CreateTime"
        async with admin_client(self.settings.bootstrap_servers) as admin:
            await admin.create_topics([NewTopic(name, partitions, 1, topic_configs={"message.timestamp.type": stamp})])

            async def led() -> Any:
                [found] = await admin.describe_topics([name])
                return len(found["partitions"]) == partitions and all(it["leader"] >= 0 for it in found["partitions"])

            await eventually(led)

    async def drop_before(self, partition: TopicPartition, first: int) -> None:
        async with admin_client(self.settings.bootstrap_servers) as admin:
            await admin.delete_records({KafkaPartition(*partition): RecordsToDelete(first)})
