"""The HTTP application: addresses, who asks, and every refusal as a problem document."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

import msgspec
from litestar import Litestar, Response, get
from litestar.handlers import HTTPRouteHandler

from consumers.query.files import StoredFile
from consumers.query.openapi import document
from consumers.query.parameters import (
    AuditOf,
    Entering,
    ExplanationWanted,
    MetricsNow,
    MetricsOf,
    NoParameters,
    Parameters,
    ParametersT,
    SearchBy,
    TimelineOf,
    TranscriptFrom,
    read,
)
from consumers.query.permissions import Operation, check
from consumers.query.problems import Kind, not_ready
from consumers.query.reading import Asker, Reading
from consumers.query.turns import Turns
from runtime.bearer import principal_of
from runtime.credentials import BearerVerifier, Principal, StoreAway
from runtime.downloads import headers_for
from runtime.http_service import JSON, HttpRequest, described, refusals, refuse
from runtime.log import Logger
from runtime.measured import Scope
from runtime.postgres import AWAY
from runtime.problems import Problem

LONGEST_ID: Final = 200
LARGEST_BODY_BYTES: Final = 1_024
_WORKSPACE: Final = "/v1/workspaces/{workspace:str}"
_PRIVATE: Final = {"cache-control": "no-store"}


class Question(msgspec.Struct, frozen=True):
    """One request that may go on: who asks, in their workspace, with what stands in the address as `subject` and `part`."""

    who: Principal
    workspace: str
    subject: str
    query: Parameters
    authorization: str = ""
    part: str = ""

    @property
    def asker(self) -> Asker:
        """Who asks, for who is asked on their behalf."""
        return Asker(self.who, self.authorization)

    def parameters(self, wanted: type[ParametersT]) -> ParametersT:
        """The query, of the kind that was read."""
        if not isinstance(self.query, wanted):
            raise TypeError(f"{type(self.query).__name__} was read, not {wanted.__name__}")
        return self.query


Answering = Callable[[Question], Awaitable[msgspec.Struct]]


def build(reading: Reading, verifier: BearerVerifier, turns: Turns, log: Logger) -> Litestar:
    """The application."""

    def answering(path: str, operation: Operation, wanted: type[Parameters], answer: Answering) -> HTTPRouteHandler:
        @get(_WORKSPACE + path, name=path)
        async def handler(request: HttpRequest) -> Response[bytes]:
            authorization = request.headers.get("authorization")
            who = await principal_of(verifier, authorization, Kind.UNAUTHENTICATED)
            workspace = request.path_params["workspace"]
            check(who, operation, workspace)
            subject, part = (_subject(request.path_params.get(name)) for name in ("subject", "attachment"))
            query = read(request.query_params.multi_items(), wanted)
            with turns.taken(f"{who.workspace}/{who.user}"):
                found = await answer(Question(who, workspace, subject, query, authorization or "", part))
            return answered(found)

        return handler

    def away(_request: HttpRequest, error: Exception) -> Response[bytes]:
        log.warning("query.database_away", error=type(error).__name__)
        return refuse(not_ready("the database"))

    return Litestar(
        route_handlers=[*(answering(*route) for route in routes(reading)), *described(document(), Kind)],
        exception_handlers={**refusals(Kind.INVALID, log, "query.failed"), **dict.fromkeys((*AWAY, StoreAway), away)},
        openapi_config=None,
        request_max_body_size=LARGEST_BODY_BYTES,
    )


def routes(reading: Reading) -> tuple[tuple[str, Operation, type[Parameters], Answering], ...]:
    """Every question: its address within the workspace, what it takes, and who answers it."""

    async def queues(it: Question) -> msgspec.Struct:
        return reading.queues(it.workspace)

    async def wait(it: Question) -> msgspec.Struct:
        return reading.wait(it.who, it.workspace, it.subject)

    async def queue_wait(it: Question) -> msgspec.Struct:
        return reading.queue_wait(it.workspace, it.subject, it.parameters(Entering))

    async def agents(it: Question) -> msgspec.Struct:
        return reading.agents(it.workspace)

    async def metrics_live(it: Question) -> msgspec.Struct:
        return reading.metrics_live(it.workspace, it.parameters(MetricsNow))

    return (
        ("/customers", Operation.READ_CUSTOMER, SearchBy,
            lambda it: reading.search(it.who, it.workspace, it.parameters(SearchBy))),
        ("/customers/{subject:str}", Operation.READ_CUSTOMER, NoParameters,
            lambda it: reading.customer(it.who, it.workspace, it.subject)),
        ("/customers/{subject:str}/timeline", Operation.READ_CUSTOMER, TimelineOf,
            lambda it: reading.timeline(it.workspace, it.subject, it.parameters(TimelineOf))),
        ("/interactions/{subject:str}", Operation.READ_INTERACTION, NoParameters,
            lambda it: reading.interaction(it.who, it.workspace, it.subject)),
        ("/interactions/{subject:str}/transcript", Operation.READ_TRANSCRIPT, TranscriptFrom,
            lambda it: reading.transcript(it.workspace, it.subject, it.parameters(TranscriptFrom).from_offset)),
        ("/interactions/{subject:str}/attachments/{attachment:str}", Operation.READ_TRANSCRIPT, NoParameters,
            lambda it: reading.attachment(it.workspace, it.subject, it.part)),
        ("/interactions/{subject:str}/wait", Operation.READ_WAIT, NoParameters, wait),
        ("/queues/{subject:str}/wait", Operation.READ_WAIT, Entering, queue_wait),
        ("/interactions/{subject:str}/explanation", Operation.READ_INTERACTION, ExplanationWanted,
            lambda it: reading.explanation(it.asker, it.workspace, it.subject, it.parameters(ExplanationWanted))),
        ("/queues", Operation.READ_QUEUES, NoParameters, queues),
        ("/agents", Operation.READ_AGENTS, NoParameters, agents),
        ("/metrics", Operation.READ_METRICS, MetricsOf,
            lambda it: reading.metrics(it.workspace, it.parameters(MetricsOf))),
        ("/metrics/live", Operation.READ_METRICS, MetricsNow, metrics_live),
        ("/audit", Operation.READ_AUDIT, AuditOf,
            lambda it: reading.audit(it.who, it.workspace, it.parameters(AuditOf))),
    )  # fmt: skip


def answered(found: msgspec.Struct) -> Response[bytes]:
    """The answer as JSON, or a file as it is."""
    if isinstance(found, StoredFile):
        about = found.attachment
        return Response(found.data, media_type=about.media_type, headers=headers_for(about.name))
    return Response(msgspec.json.encode(found), media_type=JSON, headers=_PRIVATE)


def route_of(scope: Scope) -> str:
    """The label of a request: the route's own template, so that labels are few and name nobody."""
    return str(scope.get("path_template") or "other")


def _subject(text: str | None) -> str:
    """The id in the address. Raises Problem: 404 for what cannot be one."""
    if text is None:
        return ""
    if not (0 < len(text) <= LONGEST_ID and text.isprintable()):
        raise Problem(Kind.NOT_FOUND)
    return text
