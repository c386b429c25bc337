"""The process of a marked writer: PostgreSQL, and one stage a partition on the partition worker."""

from __future__ import annotations

from collections.abc import Callable

from runtime.kafka import KafkaConnection
from runtime.marked_writer import MarkedWriter, Row, Writing
from runtime.postgres import Pool, connect_pool
from runtime.process import Context
from runtime.records import TopicPartition
from runtime.stage import Sender
from runtime.topics_check import check_patiently
from runtime.worker import run_worker, worker_policy
from schemas.topics import Topic


async def run_marked_writer(context: Context, topic: Topic, writing_on: Callable[[Pool], Writing[Row]]) -> None:
    """Keeps `topic` until `context.stop`; the group is called as the writer's stage."""
    settings = context.settings
    await check_patiently(settings.kafka, context.clock)
    pool = connect_pool(settings.postgres)
    await pool
    writing = writing_on(pool)

    def stage(where: TopicPartition, sender: Sender) -> MarkedWriter[Row]:
        return MarkedWriter(where, sender, writing, context.clock, context.metrics)

    kafka = KafkaConnection(settings.kafka, context.clock, context.instance)
    policy = worker_policy(
        settings.worker, group_id=writing.stage, topic=topic.name, instance=context.instance, commit=False
    )
    try:
        await run_worker(policy, stage, kafka, context.clock, context.metrics, context.stop, context.health)
    finally:
        pool.terminate()
