"""The router as a process that kills itself (SIGKILL) at the point named by CRASH_POINT, spared CRASH_SPARED times."""

from __future__ import annotations

import os
import signal

from runtime.kafka import KafkaConnection
from runtime.process import Context, run
from streams.routing.worker import main
from tests.support.faults import Crash, CrashingBroker


def _kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


async def _main(context: Context) -> None:
    kafka = KafkaConnection(context.settings.kafka, context.clock, context.instance)
    point, spared = Crash(os.environ["CRASH_POINT"]), int(os.environ["CRASH_SPARED"])
    await main(context, CrashingBroker(kafka, point, spared, _kill))


if __name__ == "__main__":
    run("routing", _main)
