"""The HTTP application: addresses, methods and answers; every refusal is a problem document."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec
from litestar import Litestar, Response, get, post

from producers.http.access import check_owner
from producers.http.openapi import document
from producers.http.parse import Parser, event_of, interaction, message_of
from producers.http.polling import Polling
from producers.http.problems import Kind
from producers.http.query import read_query
from producers.http.receiver import LARGEST_BODY_BYTES, Receiver
from runtime.http_service import JSON, HttpRequest, described, refusals
from runtime.log import Logger

_INTERACTIONS: Final = "/v1/workspaces/{workspace:str}/interactions"


def build(receiver: Receiver, polling: Polling, log: Logger) -> Litestar:
    """The application."""

    async def take(request: HttpRequest, parser: Callable[[str], Parser], about: str = "") -> Response[bytes]:
        admitted = await receiver.admit(request.path_params["workspace"], request.headers.get("authorization"))
        if about:
            check_owner(admitted, about)
        receiver.spend(admitted)
        answer = await receiver.take(admitted, parser(about), dict(request.headers), await request.body())
        return Response(msgspec.json.encode(answer), status_code=202, media_type=JSON)

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
        return Response(found.body(), media_type=JSON, headers={"cache-control": "no-store"})

    return Litestar(
        route_handlers=[post_interactions, post_events, post_messages, get_decisions, *described(document(), Kind)],
        exception_handlers=refusals(Kind.MALFORMED, log, "http.failed"),
        openapi_config=None,
        request_max_body_size=LARGEST_BODY_BYTES,
    )
