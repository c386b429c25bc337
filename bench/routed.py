"""The real routing stage on the real worker, timed from the first read to the broker's word on the last decision."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

import msgspec
import structlog

from bench.children import say
from bench.routing_log import Prepared
from runtime import garbage
from runtime.broker import GroupPolicy
from runtime.clock import SystemClock
from runtime.health import Health
from runtime.kafka import KafkaConnection
from runtime.kafka_clients import ClientSetup
from runtime.kafka_group import KafkaGroupConsumer
from runtime.kafka_producer import KafkaProducer
from runtime.metrics import Metrics
from runtime.process import Context
from runtime.records import Output, TopicPartition
from runtime.settings import Kafka, Settings, Worker
from runtime.tracing import Tracing
from schemas.topics import ROUTING_DECISIONS
from streams.routing.engine import Engine
from streams.routing.worker import main

INSTANCE = "routing-1"

Argument = Prepared


class Timing(msgspec.Struct, frozen=True):
    """What a child answers: how long all inputs took, and how much came of them."""

    seconds: float
    decisions: int


class Meter:
    """Notices the beginning and the end; `done` is set with the last decision that is expected."""

    def __init__(self, work: Prepared, done: asyncio.Event) -> None:
        self.work = work
        self.decisions = 0
        self._done = done
        self._began_s = 0.0
        self._ended_s = 0.0

    def began(self, partition: TopicPartition) -> None:
        if partition.partition == self.work.partition:
            self._began_s = time.perf_counter()

    def acknowledged(self, outputs: Sequence[Output]) -> None:
        self.decisions += sum(output.topic == ROUTING_DECISIONS.name for output in outputs)
        if self.decisions >= self.work.decisions and not self._done.is_set():
            self._ended_s = time.perf_counter()
            self._done.set()

    @property
    def timing(self) -> Timing:
        return Timing(self._ended_s - self._began_s, self.decisions)


class MeteredConsumer(KafkaGroupConsumer):
    """The product's, watched."""

    meter: Meter

    def begin(self, partition: TopicPartition, offset: int) -> None:
        self.meter.began(partition)
        super().begin(partition, offset)


class MeteredProducer(KafkaProducer):
    """The product's, watched."""

    meter: Meter

    async def send(self, outputs: Sequence[Output]) -> None:
        await super().send(outputs)
        self.meter.acknowledged(outputs)


class MeteredKafka(KafkaConnection):
    """The product's connection, whose clients are watched."""

    def __init__(self, setup: ClientSetup, meter: Meter) -> None:
        super().__init__(setup.settings, setup.clock, setup.client_id)
        self.meter = meter

    def consumer(self, policy: GroupPolicy) -> MeteredConsumer:
        made = MeteredConsumer(self.setup, policy)
        made.meter = self.meter
        return made

    def producer(self) -> MeteredProducer:
        made = MeteredProducer(self.setup)
        made.meter = self.meter
        return made


def context(stop: asyncio.Event, work: Prepared) -> Context:
    """What the routing process is given, with the product's default settings but for the size of batches."""
    settings = Settings(kafka=Kafka(bootstrap_servers=work.bootstrap), worker=Worker(max_batch=work.max_batch))
    return Context(
        name="routing",
        instance=INSTANCE,
        settings=settings,
        clock=SystemClock(),
        log=structlog.get_logger(),
        metrics=Metrics(),
        health=Health(),
        tracing=Tracing(settings.trace, "routing", INSTANCE),
        stop=stop,
    )


def setup_of(around: Context) -> ClientSetup:
    """How the clients of that process are set up."""
    return ClientSetup(settings=around.settings.kafka, clock=around.clock, client_id=around.instance)


async def run(work: Prepared, factory: type[Engine] = Engine) -> None:
    """A role of `bench.child`."""
    garbage.settle()
    garbage.seldom()
    stop = asyncio.Event()
    around = context(stop, work)
    meter = Meter(work, stop)
    await main(around, MeteredKafka(setup_of(around), meter), factory)
    if work.opening[0] < work.inputs and meter.decisions != work.decisions:
        raise RuntimeError(f"{meter.decisions} decisions where {work.decisions} follow from the log")
    say(meter.timing)
