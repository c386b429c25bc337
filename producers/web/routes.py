"""The HTTP side: addresses, methods and answers; every refusal is a problem document. Pages of other origins may come as
the allow-list says (CORS), as often as their address may.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec
from litestar import Litestar, Response, get, post

from producers.web.addresses import Addresses, address_of
from producers.web.forms import KEY_HEADER, callback_form, message_form
from producers.web.origins import Origins
from producers.web.page import Page
from producers.web.problems import Kind
from producers.web.receiver import Parse, Receiver, answer_of
from runtime.clock import Clock
from runtime.downloads import headers_for
from runtime.http_service import JSON, HttpRequest, refusals
from runtime.log import Logger
from runtime.problems import Problem

_CHAT: Final = "/v1/workspaces/{workspace:str}/chat/attachments"
_FORMS: Final = "/v1/workspaces/{workspace:str}/forms"


class Doorkeeper:
    """Lets requests in, or raises Problem (403, 429)."""

    def __init__(self, origins: Origins, addresses: Addresses, proxy_count: int, clock: Clock) -> None:
        self._origins = origins
        self._addresses = addresses
        self._proxy_count = proxy_count
        self._clock = clock

    def admit(self, request: HttpRequest) -> dict[str, str]:
        """The headers that the answer must have for the page's browser. A GET needs no origin: it needs a token."""
        headers = self.headers(request)
        needs_origin = "origin" in request.headers or request.method != "GET"
        if needs_origin and not headers and not (self._origins.none and "origin" not in request.headers):
            raise Problem(Kind.FORBIDDEN)
        peer = "" if request.client is None else request.client.host
        address = address_of(peer, request.headers.get("x-forwarded-for"), self._proxy_count)
        wait_s = self._addresses.wait_s(address, self._clock.monotonic())
        if wait_s is not None:
            raise Problem(Kind.TOO_MANY, retry_after_s=wait_s)
        return headers

    def headers(self, request: HttpRequest) -> dict[str, str]:
        """What lets the page read the answer; empty = its origin may not, or it names none."""
        origin = request.headers.get("origin")
        if origin is None or not self._origins.admits(origin, request.headers.get("host", "")):
            return {}
        return {"access-control-allow-origin": origin, "vary": "Origin"}


def build(receiver: Receiver, door: Doorkeeper, page: Page | None, log: Logger, *, largest_body_bytes: int) -> Litestar:
    """The application."""

    pages = [] if page is None else page.handlers()
    return Litestar(
        route_handlers=[*_forms(receiver, door), *_files(receiver, door), *pages],
        exception_handlers=refusals(Kind.MALFORMED, log, "web.failed", door.headers),
        openapi_config=None,
        request_max_body_size=largest_body_bytes,
    )


def _forms(receiver: Receiver, door: Doorkeeper) -> list[Any]:
    async def take(request: HttpRequest, parse: Parse) -> Response[bytes]:
        headers = door.admit(request)
        workspace = request.path_params["workspace"]
        opened = await receiver.form(workspace, parse, request.headers.get(KEY_HEADER), await request.body())
        body = msgspec.json.encode({"interaction_id": opened})
        return Response(body, status_code=202, media_type=JSON, headers=headers)

    @post(f"{_FORMS}/message", status_code=202)
    async def post_message(request: HttpRequest) -> Response[bytes]:
        return await take(request, message_form)

    @post(f"{_FORMS}/callback", status_code=202)
    async def post_callback(request: HttpRequest) -> Response[bytes]:
        return await take(request, callback_form)

    return [post_message, post_callback]


def _files(receiver: Receiver, door: Doorkeeper) -> list[Any]:
    @post(_CHAT, status_code=201)
    async def post_attachment(request: HttpRequest) -> Response[bytes]:
        headers = door.admit(request)
        kept = await receiver.put(
            request.path_params["workspace"],
            request.headers.get("authorization"),
            request.headers.get("content-type"),
            request.headers.get("x-file-name"),
            await request.body(),
        )
        return Response(answer_of(kept), status_code=201, media_type=JSON, headers=headers)

    @get(_CHAT + "/{attachment:str}")
    async def get_attachment(request: HttpRequest) -> Response[bytes]:
        headers = door.admit(request)
        where = request.path_params
        authorization = request.headers.get("authorization")
        found, data = await receiver.get(where["workspace"], authorization, where["attachment"])
        headers |= headers_for(found.name)
        return Response(data, media_type=found.media_type, headers=headers)

    return [post_attachment, get_attachment]
