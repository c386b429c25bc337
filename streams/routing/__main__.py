"""`python -m streams.routing`: one router among those that share the partitions of the routing log."""

from __future__ import annotations

from runtime import garbage
from runtime.kafka import KafkaConnection
from runtime.process import Context, run
from runtime.topics_check import check_patiently
from streams.routing.worker import main


async def _main(context: Context) -> None:
    await check_patiently(context.settings.kafka, context.clock)
    await main(context, KafkaConnection(context.settings.kafka, context.clock, context.instance))


if __name__ == "__main__":
    garbage.seldom()
    run("routing", _main)
