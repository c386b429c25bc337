"""The message writer's process: the stage on the partition worker, and PostgreSQL."""

from __future__ import annotations

from consumers.message_writer.postgres_store import PostgresMessageStore
from consumers.message_writer.stage import GROUP, MessageStage
from runtime.kafka import KafkaConnection
from runtime.postgres import connect_pool
from runtime.process import Context
from runtime.records import TopicPartition
from runtime.stage import Sender
from runtime.topics_check import check_patiently
from runtime.worker import run_worker, worker_policy
from schemas.topics import MESSAGES


async def main(context: Context) -> None:
    """Runs until `context.stop`."""
    settings = context.settings
    await check_patiently(settings.kafka, context.clock)
    pool = connect_pool(settings.postgres)
    await pool
    store = PostgresMessageStore(pool)

    def stage(where: TopicPartition, sender: Sender) -> MessageStage:
        return MessageStage(where, sender, store, context.clock, context.metrics)

    kafka = KafkaConnection(settings.kafka, context.clock, context.instance)
    policy = worker_policy(
        settings.worker, group_id=GROUP, topic=MESSAGES.name, instance=context.instance, commit=False
    )
    try:
        await run_worker(policy, stage, kafka, context.clock, context.metrics, context.stop, context.health)
    finally:
        pool.terminate()
