"""Serves an ASGI application on one address until told to stop. Used for health and by every HTTP process."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any, Final

import msgspec
import uvicorn

Application = Callable[..., Awaitable[Any]]

_BACKLOG: Final = 2_048
_KEEP_ALIVE_S: Final = 75
"""Longer than clients keep idle connections, so that none is closed under a request."""


class SocketPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """How websockets are served: not compressed, pinged each `ping_ms`, gone without an answer for as long."""

    max_frame_bytes: int
    ping_ms: int


class _Server(uvicorn.Server):
    """uvicorn without its signal handlers: `runtime.process` owns the signals."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 = any free one. Raises OSError when the port is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # Named, asyncio sets TCP_NODELAY.
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((host, port))
        sock.listen(_BACKLOG)
        sock.setblocking(False)
    except OSError:
        sock.close()
        raise
    return sock


@contextlib.asynccontextmanager
async def serving(
    app: Application,
    host: str,
    port: int,
    *,
    stop_timeout_ms: int = 5_000,
    sockets: SocketPolicy | None = None,
) -> AsyncIterator[int]:
    """Serves `app` while the block runs; yields the real port. On leaving, open requests get `stop_timeout_ms`, and
    websockets (served when there is a policy for them) are closed with 1012.
    """
    with contextlib.closing(listen(host, port)) as sock:
        config = uvicorn.Config(
            app,
            loop="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_keep_alive=_KEEP_ALIVE_S,
            timeout_graceful_shutdown=max(1, stop_timeout_ms // 1000),
            proxy_headers=False,
            **_socket_settings(sockets),
        )
        server = _Server(config)
        running = asyncio.create_task(server.serve(sockets=[sock]), name=f"serve:{port}")
        try:
            yield int(sock.getsockname()[1])
        finally:
            server.should_exit = True
            await running


def _socket_settings(policy: SocketPolicy | None) -> dict[str, Any]:
    if policy is None:
        return {"ws": "none"}
    return {
        "ws": "websockets-sansio",
        "ws_max_size": policy.max_frame_bytes,
        "ws_ping_interval": policy.ping_ms / 1000,
        "ws_ping_timeout": policy.ping_ms / 1000,
        "ws_per_message_deflate": False,
    }
