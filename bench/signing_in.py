"""Opens an agent's socket, ours or a peer's, and signs in on it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin

from deploy.console.client import ORIGIN
from schemas.live import Close

AT_ONCE: Final = 20
AGAIN_S: Final = 0.1
PATIENCE_S: Final = 60.0


async def signed_in(url: str, hello: Callable[[], str], answers: int) -> tuple[ClientConnection, tuple[int, ...]]:
    """The connection after `answers` frames, and their sizes in bytes.

    A gateway that has not heard of a new workspace yet is asked again. Raises ConnectionClosed for any other refusal,
    TimeoutError when it never hears of it.
    """
    async with asyncio.timeout(PATIENCE_S):
        while True:
            connection = await connect(
                url, origin=Origin(ORIGIN), compression=None, ping_interval=None, max_queue=None, max_size=None
            )
            try:
                await connection.send(hello())
                sizes = [len(await connection.recv(decode=False)) for _ in range(answers)]
                return connection, tuple(sizes)
            except ConnectionClosed as closed:
                if closed.rcvd is None or closed.rcvd.code != Close.UNKNOWN_WORKSPACE:
                    raise
            await asyncio.sleep(AGAIN_S)
