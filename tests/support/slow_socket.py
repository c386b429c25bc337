"""A socket that takes a snapshot and then nothing for a while, with so small buffers that the gateway notices."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Origin

from deploy.console.client import ORIGIN
from deploy.console.mirror import Mirror
from schemas import live
from schemas.metrics import Dimension
from tests.support.product_people import Tickets

SEGMENT = 536
BUFFER = 4_096
"""With small segments the kernel keeps little on both sides: what is not read waits in the gateway soon."""


class SlowSocket:
    """A supervisor's socket that is read only when told to."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self.mirror = Mirror()

    async def snapshot(self, ticket: str, metrics: tuple[Dimension, ...] = ()) -> None:
        """Says hello and reads up to the snapshot, and no further."""
        await self._connection.send(live.encode(live.Hello(ticket=ticket, metrics=metrics)).decode())
        while self.mirror.cursor is None:
            self.mirror.take(live.decode_server(await self._connection.recv()))

    async def catch_up(self, until_seq: int) -> int:
        """Reads on until that decision is shown; returns the most decisions that one frame brought. Raises ConnectionClosed."""
        longest = 0
        while self.mirror.seq < until_seq:
            before = self.mirror.seq
            self.mirror.take(live.decode_server(await self._connection.recv()))
            longest = max(longest, self.mirror.seq - before)
        return longest

    async def catch_up_figures(self, until_seq: int) -> int:
        """Reads on until figures of that decision are shown; returns how many frames of them came."""
        came = 0
        while self.mirror.figures.head is None or self.mirror.figures.head.seq < until_seq:
            frame = live.decode_server(await self._connection.recv())
            self.mirror.take(frame)
            came += isinstance(frame, live.MetricsShown)
        return came


@contextlib.asynccontextmanager
async def slow_socket(url: str, tickets: Tickets, *, metrics: tuple[Dimension, ...] = ()) -> AsyncIterator[SlowSocket]:
    """Connected, with its snapshot taken."""
    where = urlsplit(url)
    own = socket.socket()
    own.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, SEGMENT)
    own.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
    own.connect((where.hostname, where.port))
    own.setblocking(False)
    async with connect(
        url,
        sock=own,
        origin=Origin(ORIGIN),
        compression=None,
        max_queue=1,
        max_size=None,
        ping_interval=None,
        proxy=None,
    ) as connection:
        slow = SlowSocket(connection)
        await slow.snapshot(await tickets(), metrics)
        yield slow
