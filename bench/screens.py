"""Agents' sockets that only watch: when was each contact first shown on any of them?"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from typing import Final

import msgspec
from websockets.asyncio.client import ClientConnection

from bench.signing_in import AT_ONCE, signed_in


class Seen(msgspec.Struct, frozen=True):
    """An interaction on a screen."""

    interaction_id: str


class Frame(msgspec.Struct, frozen=True):
    """The part of a frame that is looked at."""

    interactions: tuple[Seen, ...] = ()


_DECODER: Final = msgspec.json.Decoder(Frame)


class Screens:
    """`shown_s`: by interaction, the moment of the first frame that shows it."""

    def __init__(self) -> None:
        self.shown_s: dict[str, float] = {}

    @contextlib.asynccontextmanager
    async def watching(self, url: str, hellos: list[Callable[[], str]], answers: int) -> AsyncIterator[None]:
        """Sockets that sign in, and are open once each has had `answers` frames; closed with the block."""
        turn = asyncio.Semaphore(AT_ONCE)
        reading: list[asyncio.Task[None]] = []

        async def one(hello: Callable[[], str]) -> ClientConnection:
            async with turn:
                connection, _ = await signed_in(url, hello, answers)
                reading.append(asyncio.create_task(self._read(connection)))
                return connection

        connections = await asyncio.gather(*(one(hello) for hello in hellos))
        try:
            yield
        finally:
            for connection in connections:
                connection.transport.abort()
            await asyncio.gather(*reading, return_exceptions=True)

    async def _read(self, connection: ClientConnection) -> None:
        while True:
            data = await connection.recv(decode=False)
            now_s = time.perf_counter()
            for seen in _DECODER.decode(data).interactions:
                self.shown_s.setdefault(seen.interaction_id, now_s)
