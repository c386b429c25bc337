"""Open-loop load: contacts are posted at fixed moments whatever has become of those before. A bare HTTP/1.1 client, so
that the load costs little of the machine that is measured.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from typing import Final

import msgspec

HOST: Final = "127.0.0.1"
CONNECTIONS: Final = 48
NUMBERS: Final = 200
ANSWER_S: Final = 120.0


class Target(msgspec.Struct, frozen=True):
    """Where contacts are posted."""

    port: int
    path: str
    key: str


class Load(msgspec.Struct, frozen=True):
    """`count` contacts at `rate_per_s`; ids begin with `label`."""

    label: str
    rate_per_s: float
    count: int


class Answer(msgspec.Struct, frozen=True):
    """The part of a 202 that is looked at."""

    interaction_id: str


class Answered(msgspec.Struct, frozen=True):
    """`at_s`: by interaction, when its 202 had come; `late_s`: how much later than planned the latest one was posted."""

    at_s: dict[str, float]
    late_s: float


class Connection:
    """One connection that is kept open."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, target: Target) -> None:
        self._reader = reader
        self._writer = writer
        self._head = (
            f"POST {target.path} HTTP/1.1\r\nHost: {HOST}\r\nAuthorization: Bearer {target.key}\r\n"
            "Content-Type: application/json\r\nContent-Length: "
        ).encode()

    async def post(self, body: bytes) -> str:
        """Returns the interaction's id. Raises RuntimeError for any other answer than 202."""
        self._writer.write(b"%b%d\r\n\r\n%b" % (self._head, len(body), body))
        head = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        length = int(head.partition(b"content-length:")[2].split(b"\r\n", 1)[0])
        answer = await self._reader.readexactly(length)
        if not head.startswith(b"http/1.1 202"):
            raise RuntimeError(f"{head.splitlines()[0].decode()}: {answer[:300].decode(errors='replace')}")
        return msgspec.json.decode(answer, type=Answer).interaction_id

    async def close(self) -> None:
        """Ends the connection."""
        self._writer.close()
        with contextlib.suppress(OSError):
            await self._writer.wait_closed()


async def pour(target: Target, load: Load, body: Callable[[str, int], bytes]) -> Answered:
    """Posts the load. Raises what a posting raised."""
    pool: asyncio.Queue[Connection] = asyncio.Queue()
    opened = [Connection(*await asyncio.open_connection(HOST, target.port), target) for _ in range(CONNECTIONS)]
    for connection in opened:
        pool.put_nowait(connection)
    answered: dict[str, float] = {}
    late_s = 0.0

    async def one(number: int, due_s: float) -> None:
        nonlocal late_s
        connection = await pool.get()
        late_s = max(late_s, time.perf_counter() - due_s)
        interaction_id = await connection.post(body(load.label, number))
        answered[interaction_id] = time.perf_counter()
        pool.put_nowait(connection)

    try:
        begin_s = time.perf_counter()
        async with asyncio.timeout(load.count / load.rate_per_s + ANSWER_S), asyncio.TaskGroup() as posting:
            for number in range(load.count):
                due_s = begin_s + number / load.rate_per_s
                await asyncio.sleep(max(0.0, due_s - time.perf_counter()))
                posting.create_task(one(number, due_s))
    finally:
        for connection in opened:
            await connection.close()
    return Answered(answered, late_s)


def contact(label: str, number: int, queue: str) -> bytes:
    """A web chat of one of two hundred customers."""
    body = {
        "channel": "web_chat",
        "external_id": f"{label}-{number}",
        "queue": queue,
        "contact_points": [{"kind": "phone", "value": f"+86138{number % NUMBERS:08d}"}],
    }
    return msgspec.json.encode(body)
