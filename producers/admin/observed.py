"""Around the application: counts and times every answer, and keeps the trace of the request that is being answered.

Labels are the routes' own templates, so that they are few and name nobody.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from contextvars import ContextVar
from typing import Any, Final

from runtime.clock import Clock
from runtime.metrics import Metrics
from runtime.tracing import child_traceparent

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Any, Any, Any], Awaitable[None]]

UNKNOWN_ROUTE: Final = "other"
_TRACE: ContextVar[str | None] = ContextVar("trace", default=None)


def current_trace() -> str | None:
    """The traceparent of the request that is being answered; None outside of one."""
    return _TRACE.get()


class Observed:
    """The ASGI application `inner`, observed."""

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

        kept = _TRACE.set(child_traceparent(_header(scope, b"traceparent")))
        try:
            await self._inner(scope, receive, note)
        finally:
            _TRACE.reset(kept)
            route = str(scope.get("path_template") or UNKNOWN_ROUTE)
            self._metrics.http_requests.labels(route, str(status)).inc()
            self._metrics.http_seconds.labels(route).observe(self._clock.monotonic() - begun_s)


def _header(scope: Scope, name: bytes) -> str | None:
    for key, value in scope["headers"]:
        if key == name:
            return bytes(value).decode("latin-1")
    return None
