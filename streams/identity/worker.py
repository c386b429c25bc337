"""The identity process: the stage on the partition worker, PostgreSQL behind one gate, and the gate's keeper.

It starts, and routes, whether or not the database answers.
"""

from __future__ import annotations

import asyncio

from runtime.ids import random_id
from runtime.kafka import KafkaConnection
from runtime.postgres import connect_pool
from runtime.process import Context
from runtime.records import TopicPartition
from runtime.stage import Sender
from runtime.topics_check import check_patiently
from runtime.worker import run_worker, worker_policy
from schemas.topics import INTERACTIONS
from streams.identity.gate import Gate
from streams.identity.outputs import IDENTITY
from streams.identity.postgres_store import SESSION, PostgresIdentityStore
from streams.identity.stage import IdentityStage, Surroundings


async def main(context: Context) -> None:
    """Runs until `context.stop`."""
    settings = context.settings
    await check_patiently(settings.kafka, context.clock)
    pool = connect_pool(settings.postgres, SESSION, resets=False)
    await pool
    store = PostgresIdentityStore(pool, lambda: random_id("c"))
    gate = Gate(settings.identity.database_limit_ms, context.log, context.metrics.database_up)
    kafka = KafkaConnection(settings.kafka, context.clock, context.instance)
    reader = kafka.reader()
    around = Surroundings(
        store=store,
        gate=gate,
        reader=reader,
        region=settings.identity.default_region,
        hop=context.tracing.hop(IDENTITY),
        metrics=context.metrics,
    )

    def stage(where: TopicPartition, sender: Sender) -> IdentityStage:
        return IdentityStage(where, sender, around)

    policy = worker_policy(settings.worker, group_id=IDENTITY, topic=INTERACTIONS.name, instance=context.instance)
    await gate.try_open(store)
    try:
        async with asyncio.TaskGroup() as tasks:
            keeper = tasks.create_task(gate.keep(store, context.clock))
            await run_worker(policy, stage, kafka, context.clock, context.metrics, context.stop, context.health)
            keeper.cancel()
    finally:
        pool.terminate()
        await reader.stop()
