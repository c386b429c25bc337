"""The explainer over HTTP: one address, `GET /v1/workspaces/{workspace}/interactions/{id}/trace`, which writes nothing.

Who asks is verified here too, whoever forwards the question. What cannot be answered now is 503 with `Retry-After`.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import parse_qsl, unquote

import msgspec

from runtime.bearer import principal_of
from runtime.credentials import BearerVerifier, Principal, StoreAway
from runtime.log import Logger
from runtime.measured import Receive, Scope, Send
from runtime.problems import MEDIA_TYPE, Problem, ProblemKind
from schemas.trace import Trace
from schemas.vocabulary import Role
from streams.routing.explaining import NotInLog
from streams.routing.past import Busy, Past, TooFar

MAY_ASK: Final = frozenset({Role.SUPERVISOR, Role.ADMINISTRATOR, Role.ANALYST})
"""Those who may see how every agent stands."""
RETRY_AFTER_S: Final = 2
_PARTS: Final = 6
_DIGITS: Final = 16


class Kind(ProblemKind):
    """Status, name and title."""

    UNAUTHENTICATED = (401, "unauthenticated", "Nobody we know")
    FORBIDDEN = (403, "forbidden", "Your roles do not allow that")
    NOT_FOUND = (404, "not-found", "There is no such thing here")
    METHOD_NOT_ALLOWED = (405, "method-not-allowed", "The address does not take this method")
    INVALID = (422, "invalid", "The query breaks the contract")
    DATABASE_AWAY = (503, "database-away", "The database cannot be reached")
    BUSY = (503, "busy", "Too many questions wait")
    TOO_FAR = (503, "too-far", "It takes too long")
    LOG_AWAY = (503, "log-away", "The log cannot be reached")

    @property
    def type(self) -> str:
        return "about:blank"


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
            body = msgspec.json.encode(await self._answer(scope))
            status, media_type, more = 200, "application/json", {}
        except Problem as problem:
            body = msgspec.json.encode(problem.document())
            status, media_type, more = problem.kind.status, MEDIA_TYPE, problem.headers()
        headers = {"content-type": media_type, "content-length": str(len(body)), "cache-control": "no-store", **more}
        encoded = [(name.encode(), value.encode()) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": status, "headers": encoded})
        await send({"type": "http.response.body", "body": body})

    async def _answer(self, scope: Scope) -> Trace:
        if scope["method"] not in ("GET", "HEAD"):
            raise Problem(Kind.METHOD_NOT_ALLOWED, allow="GET")
        workspace, interaction_id = address_of(scope["raw_path"].decode("ascii", "replace"))
        asked = asked_in(scope["query_string"].decode("ascii", "replace"))
        who = await self._who(dict(scope["headers"]).get(b"authorization", b"").decode("latin-1"))
        if who.workspace != workspace:
            raise Problem(Kind.NOT_FOUND)
        if not who.roles & MAY_ASK:
            raise Problem(Kind.FORBIDDEN, f"one of {', '.join(sorted(MAY_ASK))}")
        return await self._trace(workspace, interaction_id, asked)

    async def _who(self, authorization: str) -> Principal:
        try:
            return await principal_of(self._verifier, authorization, Kind.UNAUTHENTICATED)
        except StoreAway:
            raise Problem(Kind.DATABASE_AWAY, retry_after_s=RETRY_AFTER_S) from None

    async def _trace(self, workspace: str, interaction_id: str, asked: Asked) -> Trace:
        try:
            return await self._past.trace(workspace, interaction_id, asked.at_ms, asked.since_ms)
        except NotInLog as error:
            raise Problem(Kind.NOT_FOUND, str(error)) from None
        except Busy:
            raise Problem(Kind.BUSY, retry_after_s=RETRY_AFTER_S) from None
        except TooFar:
            detail = "it lies far back: asking again gets further, and `hubline explain` has no limit"
            raise Problem(Kind.TOO_FAR, detail, retry_after_s=RETRY_AFTER_S) from None
        except OSError as error:
            self._log.warning("explainer.broker_away", error=type(error).__name__)
            raise Problem(Kind.LOG_AWAY, retry_after_s=RETRY_AFTER_S) from None


def address_of(path: str) -> tuple[str, str]:
    """The workspace and the interaction that a path names. Raises Problem: 404."""
    parts = path.strip("/").split("/")
    if len(parts) != _PARTS or (parts[0], parts[1], parts[3], parts[5]) != (
        "v1",
        "workspaces",
        "interactions",
        "trace",
    ):
        raise Problem(Kind.NOT_FOUND)
    return unquote(parts[2]), unquote(parts[4])


class Asked(msgspec.Struct, frozen=True):
    """What stands in the query: the trace as of `at_ms`; the interaction did not come before `since_ms`."""

    at_ms: int | None = None
    since_ms: int | None = None


def asked_in(query: str) -> Asked:
    """The query, read. Raises Problem: 422 for anything else."""
    found: dict[str, int] = {}
    for name, text in parse_qsl(query, keep_blank_values=True):
        known = name in Asked.__struct_fields__ and name not in found
        if not (known and text.isascii() and text.isdigit() and len(text) <= _DIGITS):
            raise Problem(Kind.INVALID, "at_ms and since_ms, in milliseconds since 1970")
        found[name] = int(text)
    return Asked(**found)


def route_of(scope: Scope) -> str:
    """The label of a request."""
    return "/trace" if str(scope.get("path", "")).endswith("/trace") else "other"
