"""Counts and times every answer, around an ASGI application. Labels are few and name nobody: the caller says which."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from runtime.clock import Clock
from runtime.metrics import Metrics

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Any, Any, Any], Awaitable[None]]


class Measured:
    """The ASGI application `inner`, measured; `route_of` is asked for the label after the answer."""

    def __init__(self, inner: Application, clock: Clock, metrics: Metrics, route_of: Callable[[Scope], str]) -> None:
        self._inner = inner
        self._clock = clock
        self._metrics = metrics
        self._route_of = route_of

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
            route = self._route_of(scope)
            self._metrics.http_requests.labels(route, str(status)).inc()
            self._metrics.http_seconds.labels(route).observe(self._clock.monotonic() - begun_s)
