"""Counts and times every answer, around the application; labels are the routes of this table, never what they name."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

from runtime.clock import Clock
from runtime.metrics import Metrics

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Any, Any, Any], Awaitable[None]]

ROUTES: Final = ("interactions", "events", "messages", "decisions", "docs", "openapi.json")


def route_of(path: str) -> str:
    """The label of an address: its last part where that is a route, else `other`."""
    last = path.rpartition("/")[2]
    return last if last in ROUTES else "other"


class Measured:
    """The ASGI application `inner`, measured."""

    def __init__(self, inner: Application, clock: Clock, metrics: Metrics) -> None:
        self._inner = inner
        self._clock = clock
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._inner(scope, receive, send)
            return
        begun_s = self._clock.monotonic()
        status = 0

        async def note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._inner(scope, receive, note)
        finally:
            route = route_of(scope["path"])
            self._metrics.http_requests.labels(route, str(status)).inc()
            self._metrics.http_seconds.labels(route).observe(self._clock.monotonic() - begun_s)
