"""The HTTP application: addresses, who asks, and every refusal as a problem document."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from litestar import Litestar, Request, Response
from litestar.di import Provide
from litestar.exceptions import HTTPException, ValidationException
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme

from producers.admin.access import RETRY_AFTER_S, principal_of
from producers.admin.problems import Problem
from producers.admin.refusals import MEDIA_TYPE, Kind, Refusal, invalid
from producers.admin.routes import (
    accounts,
    commands,
    customers,
    documents,
    hand_overs,
    merge_suggestions,
    merges,
    sessions,
)
from producers.admin.services import Services
from runtime.credentials import Principal
from runtime.log import Logger
from runtime.postgres import AWAY

HttpRequest = Request[Any, Any, Any]
LARGEST_BODY_BYTES: Final = 16 * 1024 * 1024
_OF_STATUS: Final = {
    404: Kind.NOT_FOUND,
    405: Kind.METHOD_NOT_ALLOWED,
    413: Kind.TOO_LARGE,
    415: Kind.UNSUPPORTED,
}


def build(services: Services, log: Logger) -> Litestar:
    """The application."""

    async def principal(request: HttpRequest) -> Principal:
        return await principal_of(services.verifier, request.headers.get("authorization"))

    def broken(_request: HttpRequest, error: Exception) -> Response[bytes]:
        log.error("admin.failed", exc_info=error)
        return refuse(Refusal(Kind.FAILED))

    def away(_request: HttpRequest, error: Exception) -> Response[bytes]:
        log.warning("admin.database_away", error=type(error).__name__)
        return refuse(Refusal(Kind.AWAY, retry_after_s=RETRY_AFTER_S))

    matters = (sessions, accounts, documents, customers, merges, merge_suggestions, commands, hand_overs)
    return Litestar(
        route_handlers=[handler for matter in matters for handler in matter.handlers(services)],
        dependencies={"principal": Provide(principal)},
        exception_handlers={
            Refusal: lambda _request, error: refuse(error),
            HTTPException: lambda _request, error: refuse(of_framework(error)),
            **dict.fromkeys(AWAY, away),
            Exception: broken,
        },
        openapi_config=_openapi(),
        request_max_body_size=LARGEST_BODY_BYTES,
    )


def refuse(refusal: Refusal) -> Response[bytes]:
    """The answer that a refusal is."""
    return Response(
        msgspec.json.encode(refusal.document()),
        status_code=refusal.kind.status,
        media_type=MEDIA_TYPE,
        headers=refusal.headers(),
    )


def of_framework(error: HTTPException) -> Refusal:
    """What the framework refused, in our words."""
    if isinstance(error, ValidationException) and isinstance(error.extra, list):
        return invalid(Problem(str(one.get("key", "")), str(one.get("message", ""))) for one in error.extra)
    kind = _OF_STATUS.get(error.status_code, Kind.MALFORMED if error.status_code < 500 else Kind.FAILED)
    return Refusal(kind)


def _openapi() -> OpenAPIConfig:
    bearer = SecurityScheme(type="http", scheme="bearer", description="A session's token, or an API key")
    return OpenAPIConfig(
        title="hubline administration",
        version="1",
        path="/docs",
        use_handler_docstrings=True,
        render_plugins=[JsonRenderPlugin()],
        components=Components(security_schemes={"bearer": bearer}),
        security=[{"bearer": []}],
    )
