"""The OpenAPI 3.1 document of this service, made from the Structs that are read and answered. Pure.

Every route of the application is here and every status that it answers; a test compares, another plays against it.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from consumers.query import examples
from consumers.query.answers import ANSWERS, Answer
from consumers.query.parameters import (
    AuditOf,
    Entering,
    ExplanationWanted,
    MetricsNow,
    MetricsOf,
    NoParameters,
    Parameters,
    SearchBy,
    TimelineOf,
    TranscriptFrom,
)
from consumers.query.problems import MEDIA_TYPE, Kind

Json = dict[str, Any]
_REFERENCE: Final = "#/components/schemas/"
_RETRY: Final = frozenset({Kind.TOO_MANY, Kind.NOT_READY})
_WORKSPACE: Final = "/v1/workspaces/{workspace}"
_ABOUT: Final = """What is known of customers and contacts, and how things stand, for agents, supervisors,
administrators and analysts of a workspace. Another workspace does not exist for them.

Merged customers are read as one; ids of any day are understood. Contact points and contents are masked by role. Live
parts say as of when they are complete. Every refusal is a problem document (RFC 9457); `503` says when to ask again."""


class Described(msgspec.Struct, frozen=True, kw_only=True):
    """One question: its address below the workspace, `{subject}` standing for the id of `about`.

    `example` None: the answer is a file, of `{attachment}`.
    """

    path: str
    operation: str
    summary: str
    takes: type[Parameters]
    example: Answer | None
    about: str | None = None
    attachment: str | None = None


QUESTIONS: Final = (
    Described(
        path="/customers",
        operation="findCustomers",
        summary="Customers by a part of their name, or by a whole contact point",
        takes=SearchBy,
        example=examples.FOUND,
    ),
    Described(
        path="/customers/{subject}",
        operation="getCustomer",
        summary="A customer, merges followed",
        takes=NoParameters,
        example=examples.CUSTOMER,
        about=examples.CUSTOMER_ID,
    ),
    Described(
        path="/customers/{subject}/timeline",
        operation="getTimeline",
        summary="A customer's history, page by page in both directions",
        takes=TimelineOf,
        example=examples.TIMELINE,
        about=examples.CUSTOMER_ID,
    ),
    Described(
        path="/interactions/{subject}",
        operation="getInteraction",
        summary="An interaction as it arrived and as it stands",
        takes=NoParameters,
        example=examples.INTERACTION,
        about=examples.INTERACTION_ID,
    ),
    Described(
        path="/interactions/{subject}/transcript",
        operation="getTranscript",
        summary="The messages of an interaction, complete up to an offset",
        takes=TranscriptFrom,
        example=examples.TRANSCRIPT,
        about=examples.INTERACTION_ID,
    ),
    Described(
        path="/interactions/{subject}/attachments/{attachment}",
        operation="getAttachment",
        summary="A file that came with a message of the interaction, as a download",
        takes=NoParameters,
        example=None,
        about=examples.INTERACTION_ID,
        attachment="a_1f0c2b",
    ),
    Described(
        path="/interactions/{subject}/explanation",
        operation="getExplanation",
        summary="Why an interaction went to whom it went, where it waits, and the whole trace of how that came about",
        takes=ExplanationWanted,
        example=examples.EXPLANATION,
        about=examples.INTERACTION_ID,
    ),
    Described(
        path="/interactions/{subject}/wait",
        operation="getWait",
        summary="Where a live interaction stands in line, and how long it may take",
        takes=NoParameters,
        example=examples.WAIT,
        about=examples.INTERACTION_ID,
    ),
    Described(
        path="/queues/{subject}/wait",
        operation="getQueueWait",
        summary="How long somebody would wait who entered the queue now",
        takes=Entering,
        example=examples.QUEUE_WAIT,
        about="service",
    ),
    Described(
        path="/queues",
        operation="getQueues",
        summary="Queues as they stand",
        takes=NoParameters,
        example=examples.QUEUES,
    ),
    Described(
        path="/agents",
        operation="getAgents",
        summary="Agents as they stand",
        takes=NoParameters,
        example=examples.AGENTS,
    ),
    Described(
        path="/metrics",
        operation="getMetrics",
        summary="Figures by interval, hour or day",
        takes=MetricsOf,
        example=examples.METRICS,
    ),
    Described(
        path="/metrics/live",
        operation="getLiveMetrics",
        summary="Figures as they stand",
        takes=MetricsNow,
        example=examples.METRICS_LIVE,
    ),
    Described(
        path="/audit",
        operation="getAudit",
        summary="Who did what and why, newest first; administrators' acts for administrators only",
        takes=AuditOf,
        example=examples.AUDIT,
    ),
)
MEANINGS: Final = {
    "name": "A part of the name: any of its words, in Chinese or Latin letters of any width and case",
    "phone": "The whole number, in any spelling",
    "email": "The whole address",
    "card": "The whole number of a card",
    "contact_point": "Any contact point, as kind:value",
    "limit": "At most so many",
    "channel": "Only what belongs to contacts on this channel",
    "kind": "Only entries of these kinds, separated by commas",
    "from_ms": "From this moment on, in milliseconds since 1970",
    "to_ms": "Up to, not including, this moment",
    "cursor": "older or newer of another page with the same filters",
    "head_start_ms": "As if they had come so much earlier: of a tier or a priority; may be negative",
    "trace": "false: without the trace, which takes a replay; true: it must be there, or the answer is a refusal",
    "at_ms": "The trace as of this moment, in milliseconds since 1970",
    "from_offset": "From this offset on: complete_to of the answer before",
    "dimension": "By what figures are kept apart",
    "id": "Only this group of the dimension",
    "actor": "Only what this user, key or console did",
    "action": "Only this kind of act, such as move_interaction or document.put",
    "subject": "Only what was done to this: an interaction, an agent, a user, a customer",
    "by": "How long a span is, by the clock of the workspace's time zone",
}


def document() -> Json:
    """The whole document, of the types that JSON has."""
    made = {
        "openapi": "3.1.0",
        "info": {"title": "hubline: questions", "version": "1.0.0", "description": _ABOUT},
        "servers": [{"url": "/"}],
        "security": [{"bearer": []}],
        "paths": {_WORKSPACE + it.path: _path(it) for it in QUESTIONS},
        "components": {
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "description": "A session's token, or an API key"}
            },
            "schemas": _schemas(),
        },
    }
    plain: Json = msgspec.json.decode(msgspec.json.encode(made))
    return plain


def _path(it: Described) -> Json:
    shared = [_parameter("workspace", "path", {"type": "string"}, "The workspace", "bookcity")]
    if it.about is not None:
        shared.append(_parameter("subject", "path", {"type": "string"}, "The id", it.about))
    if it.attachment is not None:
        text = "The last part of the attachment's claim"
        shared.append(_parameter("attachment", "path", {"type": "string"}, text, it.attachment))
    return {
        "parameters": shared,
        "get": {
            "operationId": it.operation,
            "summary": it.summary,
            "parameters": _query(it.takes),
            "responses": {
                "200": _answer(it.example),
                **_refusals(),
            },
        },
    }


def _answer(example: Answer | None) -> Json:
    if example is None:
        saved = {"required": True, "schema": {"type": "string"}, "description": "Always a download, under its name"}
        return {
            "description": "The file",
            "headers": {"Content-Disposition": saved},
            "content": {"*/*": {"schema": {"type": "string", "format": "binary"}}},
        }
    answer = {"schema": _ref(type(example).__name__), "examples": {"answer": {"value": example}}}
    return {"description": "The answer", "content": {"application/json": answer}}


def _query(takes: type[Parameters]) -> list[Json]:
    (schema,), components = msgspec.json.schema_components([takes], ref_template=_REFERENCE + "{name}")
    shape = components[schema["$ref"].removeprefix(_REFERENCE)]
    needed = set(shape.get("required", ()))
    return [
        {
            "name": name,
            "in": "query",
            "required": name in needed,
            "description": MEANINGS[name],
            "schema": _without_null(field),
        }
        for name, field in shape["properties"].items()
    ]


def _without_null(field: Json) -> Json:
    """A parameter is given or not: null cannot stand in an address."""
    rest = {key: value for key, value in field.items() if key != "default" or value is not None}
    choices = [one for one in rest.pop("anyOf", ()) if one != {"type": "null"}]
    return {**rest, **choices[0]} if choices else rest


def _refusals() -> Json:
    found: Json = {}
    for kind in Kind:
        answer: Json = {"description": kind.title, "content": {MEDIA_TYPE: {"schema": _ref("Problem")}}}
        if kind in _RETRY:
            answer["headers"] = {"Retry-After": {"required": True, "schema": {"type": "integer", "minimum": 1}}}
        found[str(kind.status)] = answer
    return found


def _schemas() -> Json:
    asked = [it.takes for it in QUESTIONS]
    _, taken = msgspec.json.schema_components(asked, ref_template=_REFERENCE + "{name}")
    _, found = msgspec.json.schema_components(ANSWERS, ref_template=_REFERENCE + "{name}")
    enums = {name: schema for name, schema in taken.items() if "enum" in schema}
    return {**enums, **found, "Problem": _problem()}


def _problem() -> Json:
    error = _object({"path": {"type": "string"}, "detail": {"type": "string"}})
    body = _object(
        {
            "type": {"enum": sorted(kind.type for kind in Kind)},
            "title": {"type": "string"},
            "status": {"type": "integer"},
        }
    )
    body["properties"] |= {"detail": {"type": "string"}, "errors": {"type": "array", "items": error}}
    return body


def _object(fields: Json) -> Json:
    return {"type": "object", "properties": dict(fields), "required": list(fields), "additionalProperties": False}


def _parameter(name: str, place: str, schema: Json, description: str, example: Any) -> Json:
    made = {"name": name, "in": place, "schema": schema, "description": description, "example": example}
    return {**made, "required": True}


def _ref(name: str) -> Json:
    return {"$ref": _REFERENCE + name}
