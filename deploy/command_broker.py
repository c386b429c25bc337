"""Commands that talk to the broker: settings of the running stack, little patience, and exit codes."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

import typer

from runtime.broker import Broker

NEGATIVE: Final = 1
WRONG_USAGE: Final = 2
NOT_REACHABLE: Final = 3
PATIENCE_MS: Final = 5_000
ResultT = TypeVar("ResultT")


def with_broker(
    name: str, work: Callable[[Broker], Awaitable[ResultT]], negative: type[Exception] | tuple[type[Exception], ...]
) -> ResultT:
    """What `work` returns. Exits: 1 with the text of a `negative`, 2 for wrong settings, 3 when Kafka is not reached."""
    import msgspec
    from aiokafka.errors import KafkaError

    from deploy.local.stack import with_local_stack
    from runtime.clock import SystemClock
    from runtime.kafka import KafkaConnection
    from runtime.settings import SettingsError, load

    try:
        settings = load(with_local_stack(os.environ))
    except SettingsError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(WRONG_USAGE) from error
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    impatient = msgspec.structs.replace(settings.kafka, start_patience_ms=PATIENCE_MS)

    async def working() -> ResultT:
        return await work(KafkaConnection(impatient, SystemClock(), name))

    try:
        return asyncio.run(working())
    except negative as answer:
        typer.echo(str(answer), err=True)
        raise typer.Exit(NEGATIVE) from answer
    except (KafkaError, OSError) as error:
        typer.echo(f"Kafka at {settings.kafka.bootstrap_servers} cannot be reached: {error}", err=True)
        raise typer.Exit(NOT_REACHABLE) from error
