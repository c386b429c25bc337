"""HTTP/1.1 over kept connections, as little of it as posting to this product needs: it leaves the machine to the product.

An exchange that breaks may have been taken or not; whoever asked says it again.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

import msgspec

TIMEOUT_S: Final = 15.0
HEAD_END: Final = b"\r\n\r\n"
IDLE_MOST: Final = 64

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Broken(Exception):
    """No whole answer came: nobody can know whether the request was taken."""


class Answer(msgspec.Struct, frozen=True):
    """A whole answer."""

    status: int
    body: bytes


class Wire:
    """Connections to one server; each carries one exchange at a time."""

    def __init__(self, url: str) -> None:
        where = urlsplit(url)
        self._host, self._port = where.hostname or "", where.port or 80
        self._idle: list[Connection] = []

    async def close(self) -> None:
        """Closes what is idle."""
        for _, writer in self._idle:
            writer.close()
        self._idle.clear()

    async def exchange(self, method: str, target: str, headers: Mapping[str, str], body: bytes = b"") -> Answer:
        """Sends a request and reads its answer. Raises Broken."""
        try:
            async with asyncio.timeout(TIMEOUT_S):
                return await self._exchange(self._request(method, target, headers, body))
        except (OSError, EOFError, TimeoutError, ValueError, asyncio.LimitOverrunError) as error:
            raise Broken(str(error)) from error

    async def cut(self, target: str, headers: Mapping[str, str], body: bytes) -> None:
        """Posts on a connection of its own, and closes it before anything of the answer is read."""
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection(self._host, self._port)
            writer.write(self._request("POST", target, headers, body))
            await writer.drain()
            writer.close()
            await writer.wait_closed()

    def _request(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> bytes:
        lines = [f"{method} {target} HTTP/1.1", f"host: {self._host}:{self._port}", f"content-length: {len(body)}"]
        lines.extend(f"{name}: {value}" for name, value in headers.items())
        return "\r\n".join(lines).encode() + HEAD_END + body

    async def _exchange(self, request: bytes) -> Answer:
        reader, writer = self._idle.pop() if self._idle else await asyncio.open_connection(self._host, self._port)
        kept = False
        try:
            writer.write(request)
            status, headers = parse_head(await reader.readuntil(HEAD_END))
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            kept = headers.get("connection") != "close" and len(self._idle) < IDLE_MOST
            return Answer(status, body)
        finally:
            if kept:
                self._idle.append((reader, writer))
            else:
                writer.close()


def parse_head(head: bytes) -> tuple[int, dict[str, str]]:
    """The status and the headers, by their names in small letters. Raises ValueError."""
    first, *lines = head.decode("latin-1").rstrip("\r\n").split("\r\n")
    pairs = (line.partition(":") for line in lines)
    status = first.partition(" ")[2].partition(" ")[0]
    return int(status), {name.strip().lower(): value.strip().lower() for name, _, value in pairs}
