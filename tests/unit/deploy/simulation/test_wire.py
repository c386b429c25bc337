from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from deploy.simulation.wire import Broken, Wire, parse_head

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
ANSWER = b"HTTP/1.1 202 Accepted\r\nContent-Length: 2\r\n\r\n{}"


def test_a_head_is_read_whatever_the_letters_of_its_names() -> None:
    status, headers = parse_head(b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\ncontent-length:7\r\n\r\n")
    assert (status, headers) == (503, {"retry-after": "1", "content-length": "7"})


def test_what_is_no_answer_is_refused() -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        parse_head(b"hello\r\n\r\n")


@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 202", b"hello\r\n\r\n", ANSWER[:-1]])
async def test_an_answer_that_is_not_whole_is_broken(said: bytes) -> None:
    async with await asyncio.start_server(_saying(said), "127.0.0.1", 0) as server:
        wire = Wire(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        with pytest.raises(Broken):
            await wire.exchange("GET", "/", {})


async def test_a_connection_is_kept_and_a_whole_answer_is_given() -> None:
    async with await asyncio.start_server(_saying(ANSWER, times=2), "127.0.0.1", 0) as server:
        wire = Wire(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        answers = [await wire.exchange("POST", "/", {"x": "y"}, b"body") for _ in range(2)]
        assert [(one.status, one.body) for one in answers] == [(202, b"{}")] * 2
        await wire.close()


def _saying(said: bytes, times: int = 1) -> Handler:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in range(times):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(said)
            await writer.drain()
        writer.close()

    return serve
