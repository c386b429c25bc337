"""Kafka: a connection that makes the clients which the rest of the product uses. See `runtime.broker`."""

from __future__ import annotations

from runtime.broker import GroupPolicy
from runtime.clock import Clock
from runtime.kafka_clients import ClientSetup, make_consumer, make_producer
from runtime.kafka_group import KafkaGroupConsumer
from runtime.kafka_producer import KafkaProducer
from runtime.kafka_reader import KafkaReader
from runtime.settings import Kafka

__all__ = ["KafkaConnection", "KafkaReader", "make_consumer", "make_producer"]


class KafkaConnection:
    """Makes clients of one cluster; nothing connects before a client is started."""

    def __init__(self, settings: Kafka, clock: Clock, client_id: str) -> None:
        self.setup = ClientSetup(settings=settings, clock=clock, client_id=client_id)

    def consumer(self, policy: GroupPolicy) -> KafkaGroupConsumer:
        return KafkaGroupConsumer(self.setup, policy)

    def producer(self) -> KafkaProducer:
        return KafkaProducer(self.setup)

    def reader(self) -> KafkaReader:
        return KafkaReader(self.setup)
