"""One ASGI application for all that comes to the port: sockets, the question that browsers ask before they post, and the rest."""

from __future__ import annotations

from typing import Final

from producers.web.origins import Origins
from producers.web.sockets import Receive, Scope, Send, Sockets
from runtime.measured import Application

ALLOWED: Final = (
    (b"access-control-allow-methods", b"GET, POST"),
    (b"access-control-allow-headers", b"authorization, content-type, idempotency-key, x-file-name"),
    (b"access-control-max-age", b"600"),
    (b"vary", b"Origin"),
)


class Front:
    """Dispatches; `pages` serves HTTP."""

    def __init__(self, sockets: Sockets, origins: Origins, pages: Application) -> None:
        self._sockets = sockets
        self._origins = origins
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await self._sockets.handle(scope, receive, send)
            return
        headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
        if scope["type"] == "http" and scope["method"] == "OPTIONS" and b"access-control-request-method" in headers:
            await self._preflight(headers, send)
        else:
            await self._pages(scope, receive, send)

    async def _preflight(self, headers: dict[bytes, str], send: Send) -> None:
        origin = headers.get(b"origin")
        admitted = origin is not None and self._origins.admits(origin, headers.get(b"host", ""))
        answer = [(b"access-control-allow-origin", str(origin).encode()), *ALLOWED] if admitted else []
        await send({"type": "http.response.start", "status": 204 if admitted else 403, "headers": answer})
        await send({"type": "http.response.body", "body": b""})
