"""Parts of a gateway on a broker in memory, and an open session that remembers what it is told."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Coroutine
from typing import Any

import structlog

from consumers.gateway.session import Here, Limits, Session
from consumers.gateway.workspace import Workspace
from runtime.clock import ManualClock, SystemClock
from runtime.memory import MemoryBroker
from runtime.sender import Sender
from schemas import live
from schemas.topics import TOPICS
from schemas.view import View
from tests.support.decided import Floor
from tests.support.gateway_service import agent


def a_broker() -> MemoryBroker:
    return MemoryBroker({topic.name: topic.partitions for topic in TOPICS}, SystemClock())


def a_sender(broker: MemoryBroker) -> Sender:
    return Sender(broker.producer, SystemClock(), structlog.get_logger())


@contextlib.asynccontextmanager
async def working(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """In the background while the block runs."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


class Listener:
    """Ana's session, open, in a workspace where she is connected on i1."""

    def __init__(self) -> None:
        self.floor = Floor()
        self.floor.opened("ana")
        self.floor.arrives("i1")
        self.floor.offered("i1", "ana")
        self.floor.accepted("i1")
        self.workspace = Workspace(View("shop"))
        for decision in self.floor.said:
            self.workspace.apply(decision)
        self.workspace.flush(1)
        self.told: list[live.Frame] = []
        self.session = Session("s1", self, Limits())
        hello = live.Hello(ticket="t")
        self.session.receive(live.encode(hello), 1)
        here = Here(gateway="gateway-1", now_ms=1, caught_up=True)
        self.session.redeemed(agent("shop", "ana"), hello, self.workspace, here)

    def has_room(self) -> bool:
        return True

    def write(self, data: bytes) -> None:
        self.told.append(live.decode_server(data))

    def tell(self, _session: Session, frame: live.Frame) -> None:
        self.told.append(frame)


class HurriedClock(ManualClock):
    """Sleeps take no time."""

    async def sleep(self, seconds: float) -> None:
        self.advance_ms(int(seconds * 1000))
        await asyncio.sleep(0)
