from __future__ import annotations

import asyncio
import errno
import socket
from typing import Any

import httpx
import pytest

from runtime.server import listen, serving


async def hello(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": scope["path"].encode()})


async def test_an_application_is_served_on_a_free_port_while_the_block_runs() -> None:
    async with serving(hello, "127.0.0.1", 0) as port, httpx.AsyncClient(timeout=60) as client:
        answer = await client.get(f"http://127.0.0.1:{port}/there")
        assert (answer.status_code, answer.text) == (200, "/there")
    with pytest.raises(OSError, match=r".") as refused, socket.create_connection(("127.0.0.1", port), timeout=1):
        pass
    assert refused.value.errno == errno.ECONNREFUSED


async def test_a_request_under_way_is_finished_before_the_block_is_left() -> None:
    asked, go_on = asyncio.Event(), asyncio.Event()

    async def slow(scope: Any, receive: Any, send: Any) -> None:
        asked.set()
        await go_on.wait()
        await hello(scope, receive, send)

    async with httpx.AsyncClient(timeout=60) as client:
        async with serving(slow, "127.0.0.1", 0) as port:
            answering = asyncio.create_task(client.get(f"http://127.0.0.1:{port}/slow"))
            await asyncio.wait_for(asked.wait(), 60)
            asyncio.get_running_loop().call_later(0.05, go_on.set)
        assert (await answering).text == "/slow"


def test_a_taken_port_is_an_error_at_once() -> None:
    with listen("127.0.0.1", 0) as taken, pytest.raises(OSError, match=r".") as refused:
        listen("127.0.0.1", taken.getsockname()[1])
    assert refused.value.errno == errno.EADDRINUSE
