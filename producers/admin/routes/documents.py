"""Workspace documents: read, try and publish."""

from __future__ import annotations

from typing import Any, Final

import msgspec
import yaml
from litestar import Request, Response, get, put
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery

from producers.admin import permissions
from producers.admin.document import Format
from producers.admin.hours import read_hours
from producers.admin.hours_now import hours_now
from producers.admin.permissions import Operation
from producers.admin.preconditions import entity_tag, expected_version, version_conflict
from producers.admin.problems import InvalidDocument, Problems
from producers.admin.publication import Conflict, Draft, Published
from producers.admin.refusals import Kind, invalid
from producers.admin.requests import DocumentAnswer
from producers.admin.services import Services
from producers.admin.versions import State, Stored
from runtime.credentials import Principal
from runtime.problems import Problem
from runtime.validation import FieldError

HttpRequest = Request[Any, Any, Any]
JSON: Final = "application/json"
YAML: Final = "application/yaml"
FORMATS: Final[dict[str, Format]] = {
    JSON: Format.JSON,
    YAML: Format.YAML,
    "application/x-yaml": Format.YAML,
    "text/yaml": Format.YAML,
}
_WORKSPACE: Final = "/v1/workspaces/{workspace:str}"


def handlers(services: Services) -> list[HTTPRouteHandler]:
    """The handlers of this matter."""

    @get(_WORKSPACE)
    async def read_document(
        request: HttpRequest, workspace: FromPath[str], principal: NamedDependency[Principal]
    ) -> Response[bytes]:
        """The current document, as JSON with its version, or (Accept: application/yaml) as it was written."""
        permissions.check(principal, Operation.READ_DOCUMENT, workspace)
        stored = await services.versions.current(workspace)
        if stored is None:
            raise Problem(Kind.UNKNOWN_WORKSPACE)
        headers = {"etag": entity_tag(stored.version)}
        if YAML in request.headers.get("accept", ""):
            return Response(as_yaml(stored).encode(), media_type=YAML, headers=headers)
        applied = await services.versions.in_force(workspace)
        return Response(
            msgspec.json.encode(_answer(stored, applied, services.clock.now_ms())), media_type=JSON, headers=headers
        )

    @put(_WORKSPACE)
    async def write_document(
        request: HttpRequest,
        workspace: FromPath[str],
        principal: NamedDependency[Principal],
        dry_run: FromQuery[bool] = False,
    ) -> Response[bytes]:
        """Publish a document (YAML or JSON); send If-Match with the version that was changed, none for the first one.

        Answers after routing has: 200 applied, 422 refused, 202 when it has not answered in time (the version stays
        and will be applied). `dry_run=true` checks and shows what would change.
        """
        permissions.check(principal, Operation.WRITE_DOCUMENT, workspace)
        draft = Draft(
            workspace=workspace, text=_text(await request.body()), form=_format(request.headers.get("content-type", ""))
        )
        if_match = request.headers.get("if-match")
        try:
            if dry_run:
                return _published(await services.publication.preview(draft))
            expected = expected_version(if_match, request.headers.get("if-none-match"))
            return _published(await services.publication.publish(draft, expected, principal.user))
        except InvalidDocument as error:
            raise invalid(error.problems) from None
        except Conflict as error:
            raise version_conflict(if_match, error.current) from None

    return [read_document, write_document]


def as_yaml(stored: Stored) -> str:
    """The text as it was written, comments included, when that was YAML."""
    if stored.source_format is Format.YAML:
        return stored.source_text
    return yaml.safe_dump(stored.document, allow_unicode=True, sort_keys=False, width=120)


def _text(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError:
        raise invalid([FieldError("", "the document is not UTF-8")]) from None


def _format(content_type: str) -> Format:
    found = FORMATS.get(content_type.partition(";")[0].strip().lower())
    if found is None:
        raise Problem(Kind.UNSUPPORTED, f"send one of {', '.join(FORMATS)}")
    return found


def _answer(stored: Stored, applied: int, now_ms: int) -> DocumentAnswer:
    return DocumentAnswer(
        workspace=stored.workspace,
        version=stored.version,
        state=stored.state.value,
        applied_version=applied,
        document=stored.document,
        created_ms=stored.created_ms,
        created_by=stored.created_by,
        hours=hours_now(stored.document, read_hours(stored.document.get("hours"), Problems()), now_ms),
    )


def _published(published: Published) -> Response[bytes]:
    if published.state is State.REFUSED:
        extra = {"version": published.version}
        raise Problem(Kind.REFUSED_BY_ROUTING, published.detail or "", extra=extra)
    headers = {} if published.version is None else {"etag": entity_tag(published.version)}
    status = 202 if published.state is State.WAITING else 200
    return Response(msgspec.json.encode(published), status_code=status, media_type=JSON, headers=headers)
