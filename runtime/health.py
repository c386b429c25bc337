"""What a process says of itself: /livez, /readyz and /metrics.

A check is a function that returns None when all is well, or the reason in one sentence. Live = need not be restarted;
ready = does its work. Without any check for readiness a process is not ready until it says so.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

import msgspec

from runtime.metrics import Metrics

Check = Callable[[], str | None]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_JSON: Final = "application/json"
_TEXT: Final = "text/plain; version=0.0.4; charset=utf-8"


class Health:
    """The checks of one process. `is_standby`: another one works and this one waits, warm, which is all it is to do."""

    def __init__(self) -> None:
        self.is_standby = False
        self._live: dict[str, Check] = {}
        self._ready: dict[str, Check] = {}

    def add_live(self, name: str, check: Check) -> None:
        """Registers or replaces a check of liveness."""
        self._live[name] = check

    def add_ready(self, name: str, check: Check) -> None:
        """Registers or replaces a check of readiness."""
        self._ready[name] = check

    def set_ready(self, name: str, reason: str | None = None) -> None:
        """Registers a constant: ready, or not for `reason`."""
        self._ready[name] = lambda: reason

    def live_problems(self) -> dict[str, str]:
        """The names of failing checks of liveness with their reasons."""
        return _failing(self._live)

    def ready_problems(self) -> dict[str, str]:
        """As above for readiness, those of liveness included; one that stands by is ready when it is live."""
        if self.is_standby:
            return self.live_problems()
        if not self._ready:
            return {"start": "starting"}
        return {**_failing(self._live), **_failing(self._ready)}


class HealthApp:
    """The ASGI application: 200 or 503 with `{"ok": ..., "problems": {...}}`, for a standby with `"standby": true`; and
    the metrics as text.
    """

    def __init__(self, health: Health, metrics: Metrics) -> None:
        self._health = health
        self._metrics = metrics

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await _answer(send, *self._respond(scope["path"]))

    def _respond(self, path: str) -> tuple[int, str, bytes]:
        match path:
            case "/livez":
                return _verdict(self._health.live_problems())
            case "/readyz":
                return _verdict(self._health.ready_problems(), standby=self._health.is_standby)
            case "/metrics":
                return 200, _TEXT, self._metrics.render()
            case _:
                return 404, _JSON, b'{"ok":false}'


def _failing(checks: dict[str, Check]) -> dict[str, str]:
    answers = ((name, check()) for name, check in checks.items())
    return {name: reason for name, reason in answers if reason is not None}


def _verdict(problems: dict[str, str], *, standby: bool = False) -> tuple[int, str, bytes]:
    said: dict[str, Any] = {"ok": not problems, "problems": problems}
    if standby:
        said["standby"] = True
    return (503 if problems else 200), _JSON, msgspec.json.encode(said)


async def _answer(send: Send, status: int, content_type: str, body: bytes) -> None:
    headers = [(b"content-type", content_type.encode()), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
