from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import pytest

from consumers.gateway import app
from consumers.gateway.app import Gateway
from consumers.gateway.server import Socket
from tests.support.gateway_parts import a_broker
from tests.support.gateway_service import Desk, NoRecords, context_of


class Pinged(Socket):
    """A socket that counts its pings; when `full`, the first one fills its buffer and waits until the client reads."""

    def __init__(self, *, full: bool) -> None:  # without a connection: only pings are asked of it
        self.full = full
        self.pings = 0
        self.paused = False
        self.pending_pings = {}

    async def ping(self, data: Any = None) -> Any:
        self.pings += 1
        if self.full:
            await asyncio.Event().wait()


async def test_a_client_whose_buffer_a_ping_fills_keeps_nobody_else_from_being_pinged(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(app, "PING_S", 0.01)
    gateway = Gateway(context_of(), a_broker(), Desk(), NoRecords(), 1)
    full, other = Pinged(full=True), Pinged(full=False)
    server = cast(Any, SimpleNamespace(connections=[full, other]))
    await asyncio.wait_for(gateway._keep_alive(server), 60)
    assert (full.pings, other.pings) == (1, 1)
