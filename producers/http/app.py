"""The HTTP application: addresses, methods and answers; every refusal is a problem document."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import msgspec
from litestar import Litestar, Request, Response, get, post
from litestar.exceptions import HTTPException

from producers.http.access import check_owner
from producers.http.openapi import document
from producers.http.parse import Parser, event_of, interaction, message_of
from producers.http.polling import Polling
from producers.http.problems import MEDIA_TYPE, Kind, Problem
from producers.http.query import read_query
from producers.http.receiver import LARGEST_BODY_BYTES, Receiver
from runtime.docs_page import HEADERS, ProblemRow, page
from runtime.log import Logger

HttpRequest = Request[Any, Any, Any]
_JSON: Final = "application/json"
_INTERACTIONS: Final = "/v1/workspaces/{workspace:str}/interactions"
_PROBLEMS: Final = tuple(ProblemRow(kind.status, kind.type, kind.title) for kind in Kind)
_OF_STATUS: Final = {
    400: Kind.MALFORMED,
    404: Kind.NOT_FOUND,
    405: Kind.METHOD_NOT_ALLOWED,
    413: Kind.TOO_LARGE,
    415: Kind.UNSUPPORTED,
}


def build(receiver: Receiver, polling: Polling, log: Logger) -> Litestar:
    """The application."""
    description = document()
    described, readable = msgspec.json.encode(description), page(description, _PROBLEMS)

    async def take(request: HttpRequest, parser: Callable[[str], Parser], about: str = "") -> Response[bytes]:
        admitted = await receiver.admit(request.path_params["workspace"], request.headers.get("authorization"))
        if about:
            check_owner(admitted, about)
        receiver.spend(admitted)
        answer = await receiver.take(admitted, parser(about), dict(request.headers), await request.body())
        return Response(msgspec.json.encode(answer), status_code=202, media_type=_JSON)

    @post(_INTERACTIONS, status_code=202)
    async def post_interactions(request: HttpRequest) -> Response[bytes]:
        return await take(request, lambda _about: interaction)

    @post(_INTERACTIONS + "/{about:str}/events", status_code=202)
    async def post_events(request: HttpRequest) -> Response[bytes]:
        return await take(request, event_of, request.path_params["about"])

    @post(_INTERACTIONS + "/{about:str}/messages", status_code=202)
    async def post_messages(request: HttpRequest) -> Response[bytes]:
        return await take(request, message_of, request.path_params["about"])

    @get("/v1/workspaces/{workspace:str}/decisions")
    async def get_decisions(request: HttpRequest) -> Response[bytes]:
        admitted = await receiver.admit(request.path_params["workspace"], request.headers.get("authorization"))
        query = read_query(request.query_params.multi_items(), admitted)
        found = await polling.page(admitted, query.after, query.wait_s)
        return Response(found.body(), media_type=_JSON, headers={"cache-control": "no-store"})

    @get("/openapi.json")
    async def get_openapi() -> Response[bytes]:
        return Response(described, media_type=_JSON)

    @get("/docs")
    async def get_docs() -> Response[str]:
        return Response(readable, media_type="text/html; charset=utf-8", headers=HEADERS)

    def broken(_request: HttpRequest, error: Exception) -> Response[bytes]:
        log.error("http.failed", exc_info=error)
        return refuse(Problem(Kind.FAILED))

    return Litestar(
        route_handlers=[post_interactions, post_events, post_messages, get_decisions, get_openapi, get_docs],
        exception_handlers={
            Problem: lambda _request, error: refuse(error),
            HTTPException: lambda _request, error: refuse(_of_framework(error)),
            Exception: broken,
        },
        openapi_config=None,
        request_max_body_size=LARGEST_BODY_BYTES,
    )


def refuse(problem: Problem) -> Response[bytes]:
    """The answer that a problem is."""
    return Response(
        msgspec.json.encode(problem.document()),
        status_code=problem.kind.status,
        media_type=MEDIA_TYPE,
        headers=problem.headers(),
    )


def _of_framework(error: HTTPException) -> Problem:
    kind = _OF_STATUS.get(error.status_code, Kind.MALFORMED if error.status_code < 500 else Kind.FAILED)
    return Problem(kind, allow=(error.headers or {}).get("allow"))
