"""A whole process for tests to kill, freeze and stop: copies `COPY_SOURCE` to `COPY_TARGET` on real Kafka.

Each copy names its input and the process that made it; a pause after each batch leaves room to be interrupted.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from runtime.kafka import KafkaConnection
from runtime.process import Context, run
from runtime.records import Output, Record, TopicPartition
from runtime.stage import Handled, LogRange, Sender, continue_from
from runtime.worker import run_worker, worker_policy
from tests.support.worker_stage import SOURCE

MAKER = "maker"


class CopyProcessStage:
    def __init__(self, partition: TopicPartition, target: str, maker: str, context: Context) -> None:
        self._partition = partition
        self._target = target
        self._maker = maker.encode()
        self._context = context

    async def open(self, committed: int | None, log: LogRange) -> int:
        return continue_from(committed, log, where=self._partition)

    async def handle(self, batch: Sequence[Record]) -> Handled:
        await self._context.clock.sleep(0.005)
        return Handled([self._copy(record) for record in batch])

    async def sent(self, next_offset: int) -> None:
        return

    async def idle(self) -> None:
        return

    async def close(self) -> None:
        self._context.log.info("copy.closed", partition=self._partition.partition)

    def _copy(self, record: Record) -> Output:
        source = f"{record.partition}/{record.offset}".encode()
        return Output(self._target, record.key, record.value, ((SOURCE, source), (MAKER, self._maker)))


async def main(context: Context) -> None:
    source, target = os.environ["COPY_SOURCE"], os.environ["COPY_TARGET"]
    connection = KafkaConnection(context.settings.kafka, context.clock, context.instance)
    policy = worker_policy(
        context.settings.worker, group_id=f"copy.{source}", topic=source, instance=context.instance, commit=True
    )

    def stage(partition: TopicPartition, _sender: Sender) -> CopyProcessStage:
        return CopyProcessStage(partition, target, os.environ["COPY_MAKER"], context)

    await run_worker(policy, stage, connection, context.clock, context.metrics, context.stop, context.health)


if __name__ == "__main__":
    run("copy", main)
