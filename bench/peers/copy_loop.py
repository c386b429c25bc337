"""The bare loop: reads the same inputs with aiokafka and sends as many records, as long, with the same headers.

No decoding, no state, no positions, no groups. Tuned: uvloop, no checks of CRC beyond aiokafka's own, one `send_batch` for
all that one `getmany` gave, headers made once but for the id. It waits for the acknowledgement before it reads on, as
whoever may lose nothing must.
"""

from __future__ import annotations

import time
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.structs import TopicPartition

from bench.children import say
from bench.routed import Timing
from bench.routing_log import Prepared
from bench.workload import WORKSPACE
from schemas.envelope import Envelope, to_headers
from schemas.topics import ROUTING_DECISIONS, ROUTING_INPUTS
from streams.routing.position import CAUSE_HEADER

MAX_RECORDS = 500
BATCH_BYTES = 524_288
FETCH_BYTES = 524_288

Argument = Prepared


async def run(work: Prepared) -> None:
    """A role of `bench.child`."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=work.bootstrap,
        auto_offset_reset="none",
        enable_auto_commit=False,
        max_partition_fetch_bytes=FETCH_BYTES,
    )
    producer = AIOKafkaProducer(
        bootstrap_servers=work.bootstrap, enable_idempotence=True, acks="all", max_batch_size=BATCH_BYTES
    )
    await consumer.start()
    await producer.start()
    try:
        say(await _copy(work, consumer, producer))
    finally:
        await consumer.stop()
        await producer.stop()


async def _copy(work: Prepared, consumer: AIOKafkaConsumer, producer: AIOKafkaProducer) -> Timing:
    source = TopicPartition(ROUTING_INPUTS.name, work.partition)
    consumer.assign([source])
    consumer.seek(source, 0)
    await producer.partitions_for(ROUTING_DECISIONS.name)
    writer = _Writer(work, producer)
    read = 0
    began_s = time.perf_counter()
    while read < work.inputs:
        fetched = await consumer.getmany(timeout_ms=1_000, max_records=MAX_RECORDS)
        for record in fetched.get(source, ()):
            read += 1
            if read <= work.inputs:
                await writer.answer(record, read * work.decisions // work.inputs)
        await writer.flush()
    return Timing(time.perf_counter() - began_s, writer.sent)


class _Writer:
    """Fills batches; `sent` counts what was put into them."""

    def __init__(self, work: Prepared, producer: AIOKafkaProducer) -> None:
        self.sent = 0
        self._producer = producer
        self._partition = work.partition
        self._value = b"x" * work.decision_bytes
        self._key = WORKSPACE.encode()
        fixed = to_headers(Envelope(id="", source="/streams/routing", type="offer.accepted"))
        self._before, self._after = fixed[:2], fixed[3:]
        self._batch = producer.create_batch()
        self._waits: list[Any] = []

    async def answer(self, record: Any, through: int) -> None:
        """Records up to number `through`, all because of this one."""
        cause = (CAUSE_HEADER, b"%d" % record.offset)
        while self.sent < through:
            name = ("ce_id", b"bench/1/%d" % self.sent)
            headers = [*self._before, name, *self._after, cause, record.headers[-1]]
            if self._batch.append(timestamp=None, key=self._key, value=self._value, headers=headers) is None:
                await self._send()
            else:
                self.sent += 1

    async def flush(self) -> None:
        """Returns when everything is acknowledged."""
        if self._batch.record_count():
            await self._send()
        for wait in self._waits:
            await wait
        self._waits = []

    async def _send(self) -> None:
        topic = ROUTING_DECISIONS.name
        self._waits.append(await self._producer.send_batch(self._batch, topic, partition=self._partition))
        self._batch = self._producer.create_batch()
