"""The life of a process: settings, log, health, signals, then its own `main`, then the end.

SIGTERM and SIGINT set `context.stop`: a process stops taking, finishes, commits and leaves, within the stop time-out. An
exception of `main` is a crash: logged once, exit code 1, and whoever watches the process starts it again. Wrong
settings: exit code 2.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

import msgspec
import uvloop

from runtime import garbage, log
from runtime.clock import Clock, SystemClock
from runtime.health import Health, HealthApp
from runtime.log import Logger
from runtime.metrics import Metrics
from runtime.server import serving
from runtime.settings import Settings, SettingsError, describe, load
from runtime.tracing import Tracing

CRASHED: Final = 1
MISCONFIGURED: Final = 2
LAST_MOMENT_S: Final = 3.0
_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)


class Context(msgspec.Struct, frozen=True):
    """What a process is given; `stop` is set when it shall end."""

    name: str
    instance: str
    settings: Settings
    clock: Clock
    log: Logger
    metrics: Metrics
    health: Health
    tracing: Tracing
    stop: asyncio.Event


Main = Callable[[Context], Awaitable[None]]


def run(name: str, main: Main) -> None:
    """Runs `main` as the process `name` until it ends; leaves with its exit code."""
    try:
        settings = load(os.environ)
    except SettingsError as error:
        sys.stderr.write("".join(f"{problem}\n" for problem in error.problems))
        sys.exit(MISCONFIGURED)
    garbage.settle()
    sys.exit(uvloop.run(_live(name, main, settings)))


async def _live(name: str, main: Main, settings: Settings) -> int:
    instance = settings.process.instance or f"{name}-1"
    logger = log.configure(name, instance, settings.log.level)
    context = Context(
        name=name,
        instance=instance,
        settings=settings,
        clock=SystemClock(),
        log=logger,
        metrics=Metrics(),
        health=Health(),
        tracing=Tracing(settings.trace, name, instance),
        stop=asyncio.Event(),
    )
    loop = asyncio.get_running_loop()
    for number in _SIGNALS:
        loop.add_signal_handler(number, context.stop.set)
    changed = {shown.variable: shown.value for shown in describe(settings, os.environ) if shown.source != "default"}
    logger.info("process.starting", pid=os.getpid(), settings=changed)
    try:
        app = HealthApp(context.health, context.metrics)
        async with serving(app, settings.process.bind, settings.health.port, stop_timeout_ms=1_000) as port:
            _write_port(settings.process.port_file, port)
            await _until_ended(main, context)
    except Exception:
        logger.exception("process.crashed")
        _end_soon(CRASHED)
        return CRASHED
    finally:
        context.tracing.close()
    logger.info("process.stopped")
    _end_soon(0)
    return 0


def _end_soon(code: int) -> None:
    """What a process leaves running at its end, a library's task or thread, gets a moment and keeps nobody waiting."""
    ending = threading.Timer(LAST_MOMENT_S, os._exit, (code,))
    ending.daemon = True
    ending.start()


async def _until_ended(main: Main, context: Context) -> None:
    """Raises what `main` raises, and TimeoutError when it does not end in time after `stop`."""
    running = asyncio.ensure_future(main(context))
    stopped = asyncio.create_task(context.stop.wait())
    try:
        await asyncio.wait({running, stopped}, return_when=asyncio.FIRST_COMPLETED)
        await asyncio.wait_for(running, context.settings.process.stop_timeout_ms / 1000 if stopped.done() else None)
    finally:
        stopped.cancel()


def _write_port(port_file: str | None, port: int) -> None:
    """Whole or not at all: readers may look at any moment."""
    if port_file is None:
        return
    target = Path(port_file)
    partial = target.with_name(target.name + ".partial")
    partial.write_text(f"{port}\n")
    partial.replace(target)
