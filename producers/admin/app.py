"""The HTTP application: addresses, who asks, and every refusal as a problem document."""

from __future__ import annotations

from typing import Final

from asyncpg.exceptions import CharacterNotInRepertoireError, UntranslatableCharacterError
from litestar import Litestar, Response
from litestar.di import Provide
from litestar.exceptions import ValidationException
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme

from producers.admin.refusals import RETRY_AFTER_S, Kind, invalid
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
from runtime.bearer import principal_of
from runtime.credentials import Principal, StoreAway
from runtime.http_service import HttpRequest, refusals, refuse
from runtime.log import Logger
from runtime.postgres import AWAY
from runtime.problems import Problem
from runtime.validation import FieldError

LARGEST_BODY_BYTES: Final = 16 * 1024 * 1024


def build(services: Services, log: Logger) -> Litestar:
    """The application."""

    async def principal(request: HttpRequest) -> Principal:
        return await principal_of(services.verifier, request.headers.get("authorization"), Kind.UNAUTHENTICATED)

    def unreadable(_request: HttpRequest, error: ValidationException) -> Response[bytes]:
        found = error.extra if isinstance(error.extra, list) else []
        errors = [FieldError(str(one.get("key", "")), str(one.get("message", ""))) for one in found]
        return refuse(invalid(errors) if found else Problem(Kind.MALFORMED))

    def away(_request: HttpRequest, error: Exception) -> Response[bytes]:
        log.warning("admin.database_away", error=type(error).__name__)
        return refuse(Problem(Kind.AWAY, retry_after_s=RETRY_AFTER_S))

    def unstorable(_request: HttpRequest, _error: Exception) -> Response[bytes]:
        return refuse(invalid([FieldError("", "U+0000 is not allowed in text")]))

    matters = (sessions, accounts, documents, customers, merges, merge_suggestions, commands, hand_overs)
    return Litestar(
        route_handlers=[handler for matter in matters for handler in matter.handlers(services)],
        dependencies={"principal": Provide(principal)},
        exception_handlers={
            **refusals(Kind.MALFORMED, log, "admin.failed"),
            ValidationException: unreadable,
            **dict.fromkeys((*AWAY, StoreAway), away),
            **dict.fromkeys((CharacterNotInRepertoireError, UntranslatableCharacterError), unstorable),
        },
        openapi_config=_openapi(),
        request_max_body_size=LARGEST_BODY_BYTES,
    )


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
