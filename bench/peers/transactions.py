"""The same worker on Kafka's transactions: each batch of decisions and the position it came from in one transaction.

aiokafka's own (`begin_transaction`, `send_offsets_to_transaction`, `commit_transaction`), as its documentation has it for
read-process-write; batches as large as the worker hands over.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from aiokafka import AIOKafkaProducer
from aiokafka.structs import TopicPartition as KafkaPartition

from bench.children import say
from bench.routed import Meter, MeteredKafka, MeteredProducer, context, setup_of
from bench.routing_log import Prepared
from runtime import garbage
from runtime.kafka_clients import ClientSetup, started
from runtime.records import Output, Record, TopicPartition
from runtime.stage import Handled, Sender
from runtime.worker import run_worker, worker_policy
from schemas.topics import ROUTING_INPUTS
from streams.routing.worker import RoutingStage

GROUP = "routing"
TRANSACTIONAL_ID = "routing-bench"

Argument = Prepared
Positions = dict[KafkaPartition, int]


class TransactionalProducer(MeteredProducer):
    """Each call is one transaction, which also holds the positions reached."""

    positions: Positions

    def __init__(self, setup: ClientSetup) -> None:
        super().__init__(setup)
        self._own_setup = setup
        self._turn = asyncio.Lock()

    async def start(self) -> None:
        settings = self._own_setup.settings

        def make() -> AIOKafkaProducer:
            return AIOKafkaProducer(
                bootstrap_servers=settings.bootstrap_servers,
                client_id=self._own_setup.client_id,
                transactional_id=TRANSACTIONAL_ID,
                acks="all",
                linger_ms=0,
                max_batch_size=settings.batch_bytes,
                request_timeout_ms=settings.request_timeout_ms,
            )

        self._started = await started(self._own_setup, make)

    async def send(self, outputs: Sequence[Output]) -> None:
        async with self._turn:
            client = self._client
            await client.begin_transaction()
            await super(MeteredProducer, self).send(outputs)
            if self.positions:
                await client.send_offsets_to_transaction(dict(self.positions), GROUP)
            await client.commit_transaction()
        self.meter.acknowledged(outputs)


class TransactionalKafka(MeteredKafka):
    """Its producers are transactional."""

    def __init__(self, setup: ClientSetup, meter: Meter, positions: Positions) -> None:
        super().__init__(setup, meter)
        self.positions = positions

    def producer(self) -> TransactionalProducer:
        made = TransactionalProducer(self.setup)
        made.meter, made.positions = self.meter, self.positions
        return made


class PositionedStage(RoutingStage):
    """The product's stage, which says how far it has read."""

    positions: Positions

    async def handle(self, batch: Sequence[Record]) -> Handled:
        handled = await super().handle(batch)
        last = batch[-1 if handled.taken is None else handled.taken - 1]
        self.positions[KafkaPartition(last.topic, last.partition)] = last.offset + 1
        return handled


async def run(work: Prepared) -> None:
    """A role of `bench.child`."""
    garbage.settle()
    garbage.seldom()
    stop = asyncio.Event()
    around = context(stop, work)
    meter, positions = Meter(work, stop), Positions()
    kafka = TransactionalKafka(setup_of(around), meter, positions)
    reader = kafka.reader()

    def stage(partition: TopicPartition, sender: Sender) -> RoutingStage:
        made = PositionedStage(partition, sender, reader, around.clock, around.settings.routing)
        made.positions = positions
        return made

    policy = worker_policy(
        around.settings.worker,
        group_id=GROUP,
        topic=ROUTING_INPUTS.name,
        instance=around.instance,
        commit=False,
        idle_ms=around.settings.routing.idle_ms,
    )
    try:
        await run_worker(policy, stage, kafka, around.clock, around.metrics, stop, around.health)
    finally:
        await reader.stop()
    say(meter.timing)
