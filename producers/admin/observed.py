"""Around the application: counts and times every answer, and keeps the trace of the request that is being answered.

Labels are the routes' own templates, so that they are few and name nobody.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import Final

from runtime.clock import Clock
from runtime.measured import Application, Measured, Receive, Scope, Send
from runtime.metrics import Metrics
from runtime.tracing import child_traceparent

UNKNOWN_ROUTE: Final = "other"
_TRACE: ContextVar[str | None] = ContextVar("trace", default=None)


def current_trace() -> str | None:
    """The traceparent of the request that is being answered; None outside of one."""
    return _TRACE.get()


class Observed:
    """The ASGI application `inner`, observed."""

    def __init__(self, inner: Application, clock: Clock, metrics: Metrics) -> None:
        self._measured = Measured(inner, clock, metrics, _route_of)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._measured(scope, receive, send)
            return
        kept = _TRACE.set(child_traceparent(_header(scope, b"traceparent")))
        try:
            await self._measured(scope, receive, send)
        finally:
            _TRACE.reset(kept)


def _route_of(scope: Scope) -> str:
    return str(scope.get("path_template") or UNKNOWN_ROUTE)


def _header(scope: Scope, name: bytes) -> str | None:
    for key, value in scope["headers"]:
        if key == name:
            return bytes(value).decode("latin-1")
    return None
