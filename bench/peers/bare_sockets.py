"""The bare socket server: `websockets` on uvloop, compression and pings off, nothing else.

A client's first frame is answered with two of the sizes asked for, as ours answers a sign-in; then the connection is read
for ever.
"""

from __future__ import annotations

import contextlib

import msgspec
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from bench.children import say, until_let_go

HOST = "127.0.0.1"


class Argument(msgspec.Struct, frozen=True):
    """How many bytes the frames have that answer a client's first one."""

    answers: tuple[int, ...]


class Listening(msgspec.Struct, frozen=True):
    """Where it listens."""

    port: int


async def run(argument: Argument) -> None:
    """A role of `bench.child`."""
    answers = ["x" * size for size in argument.answers]

    async def handle(connection: ServerConnection) -> None:
        await connection.recv()
        for answer in answers:
            await connection.send(answer)
        with contextlib.suppress(ConnectionClosed):
            async for _ in connection:
                pass

    async with serve(handle, HOST, 0, compression=None, ping_interval=None, server_header=None) as server:
        say(Listening(next(iter(server.sockets)).getsockname()[1]))
        await until_let_go()
