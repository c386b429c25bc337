from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer

from runtime import log
from runtime.broker import Displaced
from runtime.clock import SystemClock
from runtime.faust_app import FROZEN_SHARE, FaustApp
from runtime.health import Health
from runtime.metrics import Metrics
from runtime.process import Context
from runtime.settings import LogLevel, load
from runtime.tracing import Tracing
from schemas.topics import ROUTING_DECISIONS
from tests.support.waiting import eventually


class LateClock(SystemClock):
    """Its monotonic time runs ahead by `late_s`."""

    late_s = 0.0

    def monotonic(self) -> float:
        return super().monotonic() + self.late_s


def an_app(folder: Path, clock: LateClock, port: int = 1) -> FaustApp:
    settings = load({"HUBLINE_DATA_DIR": str(folder), "KAFKA_BOOTSTRAP_SERVERS": f"127.0.0.1:{port}"})
    context = Context(
        name="test",
        instance="test-1",
        settings=settings,
        clock=clock,
        log=log.configure("test", "test-1", LogLevel.ERROR),
        metrics=Metrics(),
        health=Health(),
        tracing=Tracing(settings.trace, "test", "test-1"),
        stop=asyncio.Event(),
    )
    return FaustApp(context, "test")


async def test_a_consumer_that_was_made_and_has_not_begun_is_no_member_and_no_error(tmp_path: Path) -> None:
    stream = an_app(tmp_path, LateClock())
    stream._check_member()
    stream._made(AIOKafkaConsumer(bootstrap_servers="127.0.0.1:1"))
    stream._check_member()


async def test_a_slow_start_is_no_standstill(tmp_path: Path) -> None:
    clock = LateClock()
    stream = an_app(tmp_path, clock)
    stream._made(AIOKafkaConsumer(bootstrap_servers="127.0.0.1:1"))
    clock.late_s = 60.0 / FROZEN_SHARE
    stream.check_awake()


async def test_who_is_to_end_writes_nothing_any_more(tmp_path: Path) -> None:
    stream = an_app(tmp_path, LateClock())
    stream.fail(Displaced("another has gone on"))
    with pytest.raises(Displaced):
        stream.check_awake()


async def test_a_start_that_is_under_way_holds_nothing_and_is_not_ready(tmp_path: Path) -> None:
    held: list[asyncio.StreamWriter] = []
    silent = await asyncio.start_server(lambda _reader, writer: held.append(writer), "127.0.0.1", 0)
    stream = an_app(tmp_path, LateClock(), silent.sockets[0].getsockname()[1])
    starting = asyncio.create_task(stream.app.start())
    await eventually(lambda: stream.app.started)
    assert stream.held(ROUTING_DECISIONS) == ()
    assert stream._problem() == "joining the group"
    starting.cancel()
    await asyncio.wait({starting})
    silent.close()
    for writer in held:
        writer.close()
