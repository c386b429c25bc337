"""`python -m streams.routing`: one router among those that share the partitions of the routing log."""

from __future__ import annotations

from runtime.kafka import KafkaConnection
from runtime.process import Context, run
from streams.routing.worker import main


async def _main(context: Context) -> None:
    await main(context, KafkaConnection(context.settings.kafka, context.clock, context.instance))


if __name__ == "__main__":
    run("routing", _main)
