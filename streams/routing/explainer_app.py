"""The explainer over HTTP: one address, `GET /v1/workspaces/{workspace}/interactions/{id}/trace`, which writes nothing.

Who asks is verified here too, whoever forwards the question. What cannot be answered now is 503 with `Retry-After`.
"""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import parse_qsl, unquote

import msgspec

from runtime.credentials import BearerVerifier, Principal, StoreAway
from runtime.log import Logger
from runtime.measured import Receive, Scope, Send
from schemas.trace import Trace
from schemas.vocabulary import Role
from streams.routing.explaining import NotInLog
from streams.routing.past import Busy, Past, TooFar

MAY_ASK: Final = frozenset({Role.SUPERVISOR, Role.ADMINISTRATOR, Role.ANALYST})
"""Those who may see how every agent stands."""
RETRY_AFTER_S: Final = 2
_PARTS: Final = 6
_DIGITS: Final = 16


class Refusal(Exception):
    """An answer that is not the trace."""

    def __init__(self, status: int, title: str, detail: str = "", retry_after_s: int | None = None) -> None:
        super().__init__(title)
        self.status = status
        self.title = title
        self.detail = detail
        self.retry_after_s = retry_after_s


class ExplainerApp:
    """An ASGI application."""

    def __init__(self, past: Past, verifier: BearerVerifier, log: Logger) -> None:
        self._past = past
        self._verifier = verifier
        self._log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        del receive
        if scope["type"] != "http":
            return
        try:
            body, headers = msgspec.json.encode(await self._answer(scope)), []
            status = 200
        except Refusal as refusal:
            status, body, headers = refusal.status, _problem(refusal), _headers(refusal)
        kind = b"application/json" if status == 200 else b"application/problem+json"
        shared = [(b"content-type", kind), (b"content-length", b"%d" % len(body)), (b"cache-control", b"no-store")]
        await send({"type": "http.response.start", "status": status, "headers": [*shared, *headers]})
        await send({"type": "http.response.body", "body": body})

    async def _answer(self, scope: Scope) -> Trace:
        if scope["method"] not in ("GET", "HEAD"):
            raise Refusal(405, "The address does not take this method")
        workspace, interaction_id = address_of(scope["raw_path"].decode("ascii", "replace"))
        asked = asked_in(scope["query_string"].decode("ascii", "replace"))
        who = await self._who(dict(scope["headers"]).get(b"authorization", b"").decode("latin-1"))
        if who.workspace != workspace:
            raise Refusal(404, "There is no such thing here")
        if not who.roles & MAY_ASK:
            raise Refusal(403, "Your roles do not allow that", f"one of {', '.join(sorted(MAY_ASK))}")
        return await self._trace(workspace, interaction_id, asked)

    async def _who(self, authorization: str) -> Principal:
        scheme, _, token = authorization.partition(" ")
        try:
            who = await self._verifier.verify(token.strip()) if scheme.lower() == "bearer" else None
        except StoreAway:
            raise Refusal(503, "The database cannot be reached", retry_after_s=RETRY_AFTER_S) from None
        if who is None:
            raise Refusal(401, "Nobody we know")
        return who

    async def _trace(self, workspace: str, interaction_id: str, asked: Asked) -> Trace:
        try:
            return await self._past.trace(workspace, interaction_id, asked.at_ms, asked.since_ms)
        except NotInLog as error:
            raise Refusal(404, "There is no such thing here", str(error)) from None
        except Busy:
            raise Refusal(503, "Too many questions wait", retry_after_s=RETRY_AFTER_S) from None
        except TooFar:
            detail = "it lies far back: asking again gets further, and `hubline explain` has no limit"
            raise Refusal(503, "It takes too long", detail, RETRY_AFTER_S) from None
        except OSError as error:
            self._log.warning("explainer.broker_away", error=type(error).__name__)
            raise Refusal(503, "The log cannot be reached", retry_after_s=RETRY_AFTER_S) from None


def address_of(path: str) -> tuple[str, str]:
    """The workspace and the interaction that a path names. Raises Refusal: 404."""
    parts = path.strip("/").split("/")
    if len(parts) != _PARTS or (parts[0], parts[1], parts[3], parts[5]) != (
        "v1",
        "workspaces",
        "interactions",
        "trace",
    ):
        raise Refusal(404, "There is no such thing here")
    return unquote(parts[2]), unquote(parts[4])


class Asked(msgspec.Struct, frozen=True):
    """What stands in the query: the trace as of `at_ms`; the interaction did not come before `since_ms`."""

    at_ms: int | None = None
    since_ms: int | None = None


def asked_in(query: str) -> Asked:
    """The query, read. Raises Refusal: 422 for anything else."""
    found: dict[str, int] = {}
    for name, text in parse_qsl(query, keep_blank_values=True):
        known = name in Asked.__struct_fields__ and name not in found
        if not (known and text.isascii() and text.isdigit() and len(text) <= _DIGITS):
            raise Refusal(422, "The query breaks the contract", "at_ms and since_ms, in milliseconds since 1970")
        found[name] = int(text)
    return Asked(**found)


def route_of(scope: Scope) -> str:
    """The label of a request."""
    return "/trace" if str(scope.get("path", "")).endswith("/trace") else "other"


def _problem(refusal: Refusal) -> bytes:
    body: dict[str, Any] = {"type": "about:blank", "title": refusal.title, "status": refusal.status}
    if refusal.detail:
        body["detail"] = refusal.detail
    return msgspec.json.encode(body)


def _headers(refusal: Refusal) -> list[tuple[bytes, bytes]]:
    found = []
    if refusal.retry_after_s is not None:
        found.append((b"retry-after", b"%d" % refusal.retry_after_s))
    if refusal.status == 401:
        found.append((b"www-authenticate", b'Bearer realm="hubline"'))
    if refusal.status == 405:
        found.append((b"allow", b"GET"))
    return found
