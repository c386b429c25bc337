"""What the HTTP services share: every exception becomes a problem document, and each describes itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec
from litestar import Request, Response, get
from litestar.exceptions import HTTPException
from litestar.handlers import HTTPRouteHandler
from litestar.types import ExceptionHandlersMap

from runtime.docs_page import HEADERS, page
from runtime.log import Logger
from runtime.problems import MEDIA_TYPE, Problem, ProblemKind

HttpRequest = Request[Any, Any, Any]
JSON: Final = "application/json"


def refuse(problem: Problem, headers: Mapping[str, str] | None = None) -> Response[bytes]:
    """The answer that a problem is, with `headers` of the service beside its own."""
    return Response(
        msgspec.json.encode(problem.document()),
        status_code=problem.kind.status,
        media_type=MEDIA_TYPE,
        headers={**problem.headers(), **(headers or {})},
    )


def refusals(
    otherwise: ProblemKind,
    log: Logger,
    event: str,
    headers: Callable[[HttpRequest], Mapping[str, str]] = lambda _request: {},
) -> ExceptionHandlersMap:
    """Handlers of exceptions: problems, what the framework refuses, and all else, which is logged as `event`.

    What the framework refuses is the first kind of its status in the table of `otherwise`, else `otherwise` itself.
    """
    of_status = {kind.status: kind for kind in reversed(type(otherwise))}

    def framework(request: HttpRequest, error: HTTPException) -> Response[bytes]:
        kind = of_status.get(min(error.status_code, 500), otherwise)
        return refuse(Problem(kind, allow=(error.headers or {}).get("allow")), headers(request))

    def broken(request: HttpRequest, error: Exception) -> Response[bytes]:
        log.error(event, exc_info=error)
        return refuse(Problem(of_status[500]), headers(request))

    return {
        Problem: lambda request, problem: refuse(problem, headers(request)),
        HTTPException: framework,
        Exception: broken,
    }


def described(document: dict[str, Any], kinds: type[ProblemKind]) -> tuple[HTTPRouteHandler, ...]:
    """The addresses at which a service describes itself: `/openapi.json`, and `/docs` to be read by people."""
    encoded, readable = msgspec.json.encode(document), page(document, kinds)

    @get("/openapi.json")
    async def get_openapi() -> Response[bytes]:
        return Response(encoded, media_type=JSON)

    @get("/docs")
    async def get_docs() -> Response[str]:
        return Response(readable, media_type="text/html; charset=utf-8", headers=HEADERS)

    return get_openapi, get_docs
