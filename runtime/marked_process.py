"""The process of a marked writer: PostgreSQL, and one stage a partition on the partition worker."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Final

import msgspec

from runtime.kafka import KafkaConnection
from runtime.marked_writer import MarkedWriter, Row, Writing
from runtime.postgres import Pool, connect_pool
from runtime.process import Context
from runtime.records import TopicPartition
from runtime.stage import Sender
from runtime.topics_check import check_patiently
from runtime.worker import run_worker, worker_policy
from schemas.topics import Topic

MOST_ROWS: Final = 2_000
"""What is read at once when there is much to catch up with: the price of a transaction is then small beside its rows."""

GATHERED_MS: Final = 100
"""How much later a row may be kept so that it shares its transaction with more of them."""


async def run_marked_writer(
    context: Context,
    topic: Topic,
    writing_on: Callable[[Pool], Writing[Row]],
    beside: Callable[[Pool], Coroutine[Any, Any, None]] | None = None,
) -> None:
    """Keeps `topic` until `context.stop`; the group is called as the writer's stage. `beside` runs as long, without end:
    what it raises ends the writer too.
    """
    settings = context.settings
    await check_patiently(settings.kafka, context.clock)
    pool = connect_pool(settings.postgres, resets=False)
    await pool
    writing = writing_on(pool)

    def stage(where: TopicPartition, sender: Sender) -> MarkedWriter[Row]:
        return MarkedWriter(where, sender, writing, context.clock, context.metrics)

    kafka = KafkaConnection(settings.kafka, context.clock, context.instance)
    policy = worker_policy(
        settings.worker,
        group_id=writing.stage,
        topic=topic.name,
        instance=context.instance,
        commit=False,
        gather_ms=GATHERED_MS,
    )
    policy = msgspec.structs.replace(policy, max_batch=max(policy.max_batch, MOST_ROWS))
    running = [
        asyncio.create_task(
            run_worker(policy, stage, kafka, context.clock, context.metrics, context.stop, context.health)
        )
    ]
    if beside is not None:
        running.append(asyncio.create_task(beside(pool)))
    try:
        ended, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
        for task in ended:
            task.result()
    finally:
        await _cancelled(running)
        pool.terminate()


async def _cancelled(running: list[asyncio.Task[None]]) -> None:
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
