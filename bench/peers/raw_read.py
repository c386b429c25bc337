"""Reads a partition to its end and does nothing with it: what any recovery from these bytes must take at least."""

from __future__ import annotations

import time

import msgspec
from aiokafka import AIOKafkaConsumer
from aiokafka.structs import TopicPartition

from bench.children import say


class Argument(msgspec.Struct, frozen=True):
    """Which partition, and how much is asked for at once."""

    bootstrap: str
    topic: str
    partition: int
    fetch_bytes: int


class ReadAll(msgspec.Struct, frozen=True):
    """The answer."""

    seconds: float
    size_bytes: int


async def run(argument: Argument) -> None:
    """A role of `bench.child`."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=argument.bootstrap,
        auto_offset_reset="none",
        enable_auto_commit=False,
        max_partition_fetch_bytes=argument.fetch_bytes,
    )
    await consumer.start()
    try:
        source = TopicPartition(argument.topic, argument.partition)
        began_s = time.perf_counter()
        consumer.assign([source])
        await consumer.seek_to_beginning(source)
        end = (await consumer.end_offsets([source]))[source]
        size = 0
        while await consumer.position(source) < end:
            for records in (await consumer.getmany(timeout_ms=1_000)).values():
                size += sum(len(record.value or b"") for record in records)
        say(ReadAll(time.perf_counter() - began_s, size))
    finally:
        await consumer.stop()
