"""Puts a workload into the routing log of a real broker, and makes the decisions' topics new between measurements."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, Final

import msgspec
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from bench.waiting import until
from bench.workload import LIVE_BATCH, WORKSPACE, Workload, encoded_size
from deploy import topics
from deploy.local import kafka_probe
from runtime.events import to_output
from runtime.partitioner import partition_of
from runtime.topics_check import TopicsWrong, admin_client, look
from runtime.tracing import child_traceparent
from schemas.topics import ROUTING_DECISIONS, ROUTING_INPUTS, ROUTING_SNAPSHOTS, WORKSPACE_PARTITIONS, Topic

PARTITION: Final = partition_of(WORKSPACE.encode(), WORKSPACE_PARTITIONS)
CHUNK: Final = 800
BATCH_BYTES: Final = 1_000_000
PATIENCE_S: Final = 60.0


class Prepared(msgspec.Struct, frozen=True):
    """A log: so many inputs in `PARTITION`, which lead to so many decisions of so many bytes on average; `opening` are
    those of its first chunks. `max_batch`: how many a worker is handed at once.
    """

    bootstrap: str
    partition: int
    inputs: int
    decisions: int
    decision_bytes: int
    opening: tuple[int, int]
    max_batch: int = 500

    def live(self) -> Prepared:
        """The log's beginning, in batches as they come while everybody is at work."""
        inputs, decisions = self.opening
        return msgspec.structs.replace(self, inputs=inputs, decisions=decisions, max_batch=LIVE_BATCH)


async def prepare(bootstrap: str, inputs: int, repeated: float) -> Prepared:
    """Writes at least `inputs` inputs; each chunk is made from what the broker's stamp of the one before led to."""
    workload = Workload(repeated=repeated)
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", max_batch_size=BATCH_BYTES)
    await producer.start()
    written, size, opening = 0, 0, (0, 0)
    try:
        events = workload.opening()
        while written < inputs:
            offset, stamp_ms = await _append(producer, events, written)
            size += encoded_size(workload.take(events, offset, stamp_ms))
            written += len(events)
            if opening[0] < 2 * CHUNK:
                opening = (written, workload.decided)
            events = workload.chunk(CHUNK)
    finally:
        await producer.stop()
    return Prepared(bootstrap, PARTITION, written, workload.decided, size // workload.decided, opening)


async def _append(producer: AIOKafkaProducer, events: list[Any], first: int) -> tuple[int, int]:
    """One batch, so one stamp; its first offset and the stamp. Raises RuntimeError when it does not fit one batch."""
    batch = producer.create_batch()
    for number, event in enumerate(events, first):
        output = to_output(
            event,
            ROUTING_INPUTS,
            key=WORKSPACE,
            event_id=f"e_{number:024x}",
            source="/bench",
            subject=WORKSPACE,
            traceparent=child_traceparent(None),
        )
        if batch.append(key=output.key, value=output.value, timestamp=None, headers=list(output.headers)) is None:
            raise RuntimeError(f"{len(events)} inputs do not fit into one batch")
    batch.close()
    done = await (await producer.send_batch(batch, ROUTING_INPUTS.name, partition=PARTITION))
    if done.offset != first:
        raise RuntimeError(f"somebody else writes to this log: {done.offset} instead of {first}")
    return done.offset, done.timestamp


OUTPUTS: Final = (ROUTING_DECISIONS, ROUTING_SNAPSHOTS)


async def renew_outputs(bootstrap: str, outputs: Sequence[Topic] = OUTPUTS) -> None:
    """What is written begins again, empty: the same log can be read once more."""
    names = [topic.name for topic in outputs]
    host, _, port = bootstrap.partition(":")
    async with admin_client(bootstrap) as admin:
        await admin.delete_topics(names)

        async def gone() -> bool:
            return not await look(admin, names)

        await until(gone, PATIENCE_S)

    async def made() -> bool:
        try:
            await topics.ensure(bootstrap)
        except (TopicsWrong, KafkaError):
            return False
        return await asyncio.to_thread(kafka_probe.leads_all, host, int(port))

    await until(made, PATIENCE_S)
