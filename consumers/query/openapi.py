"""The OpenAPI 3.1 document of this service, made from the Structs that are read and answered. Pure.

Every route of the application is here and every status that it answers; a test compares, another plays against it.
"""

from __future__ import annotations

from typing import Final

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
from consumers.query.problems import Kind
from runtime import openapi
from runtime.openapi import Json, Service, parameter, ref, refusals, schemas_of

_REPEATED: Final = frozenset({Kind.TOO_MANY, Kind.NOT_READY})
_WORKSPACE: Final = "/v1/workspaces/{workspace}"
_ABOUT: Final = """What is known of customers and contacts, and how things stand, for agents, supervisors,
administrators and analysts of a workspace. Another workspace does not exist for them.

Merged customers are read as one; ids of any day are understood. Contact points and contents are masked by role. Live
parts say as of when they are complete. Every refusal is a problem document (RFC 9457); `503` says when to ask again."""
_SERVICE: Final = Service(
    title="hubline: questions",
    about=_ABOUT,
    security=("bearer", "A session's token, or an API key"),
    kinds=Kind,
)


class Described(msgspec.Struct, frozen=True):
    """One question: its address below the workspace, `{subject}` standing for an id. No `example`: the answer is a file."""

    path: str
    operation: str
    takes: type[Parameters]
    example: Answer | None
    summary: str


_SUBJECTS: Final = {
    "customers": examples.CUSTOMER_ID,
    "interactions": examples.INTERACTION_ID,
    "queues": "service",
}
"""An id of each kind of thing that addresses begin with."""

QUESTIONS: Final = (
    Described("/customers", "findCustomers", SearchBy, examples.FOUND,
        "Customers by a part of their name, or by a whole contact point"),
    Described("/customers/{subject}", "getCustomer", NoParameters, examples.CUSTOMER,
        "A customer, merges followed"),
    Described("/customers/{subject}/timeline", "getTimeline", TimelineOf, examples.TIMELINE,
        "A customer's history, page by page in both directions"),
    Described("/interactions/{subject}", "getInteraction", NoParameters, examples.INTERACTION,
        "An interaction as it arrived and as it stands"),
    Described("/interactions/{subject}/transcript", "getTranscript", TranscriptFrom, examples.TRANSCRIPT,
        "The messages of an interaction, complete up to an offset"),
    Described("/interactions/{subject}/attachments/{attachment}", "getAttachment", NoParameters, None,
        "A file that came with a message of the interaction, as a download"),
    Described("/interactions/{subject}/explanation", "getExplanation", ExplanationWanted, examples.EXPLANATION,
        "Why an interaction went to whom it went, where it waits, and the whole trace of how that came about"),
    Described("/interactions/{subject}/wait", "getWait", NoParameters, examples.WAIT,
        "Where a live interaction stands in line, and how long it may take"),
    Described("/queues/{subject}/wait", "getQueueWait", Entering, examples.QUEUE_WAIT,
        "How long somebody would wait who entered the queue now"),
    Described("/queues", "getQueues", NoParameters, examples.QUEUES,
        "Queues as they stand"),
    Described("/agents", "getAgents", NoParameters, examples.AGENTS,
        "Agents as they stand"),
    Described("/metrics", "getMetrics", MetricsOf, examples.METRICS,
        "Figures by interval, hour or day"),
    Described("/metrics/live", "getLiveMetrics", MetricsNow, examples.METRICS_LIVE,
        "Figures as they stand"),
    Described("/audit", "getAudit", AuditOf, examples.AUDIT,
        "Who did what and why, newest first; administrators' acts for administrators only"),
)  # fmt: skip
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
    return openapi.document(_SERVICE, {_WORKSPACE + it.path: _path(it) for it in QUESTIONS}, _schemas())


def _path(it: Described) -> Json:
    shared = [parameter("workspace", "path", {"type": "string"}, "The workspace", "bookcity")]
    if "{subject}" in it.path:
        example = _SUBJECTS[it.path.split("/")[1]]
        shared.append(parameter("subject", "path", {"type": "string"}, "The id", example))
    if "{attachment}" in it.path:
        text = "The last part of the attachment's claim"
        shared.append(parameter("attachment", "path", {"type": "string"}, text, "a_1f0c2b"))
    return {
        "parameters": shared,
        "get": {
            "operationId": it.operation,
            "summary": it.summary,
            "parameters": _query(it.takes),
            "responses": {"200": _answer(it.example), **refusals(Kind, _REPEATED)},
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
    answer = {"schema": ref(type(example).__name__), "examples": {"answer": {"value": example}}}
    return {"description": "The answer", "content": {"application/json": answer}}


def _query(takes: type[Parameters]) -> list[Json]:
    shape = schemas_of([takes])[takes.__name__]
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


def _schemas() -> Json:
    taken = schemas_of(it.takes for it in QUESTIONS)
    enums = {name: schema for name, schema in taken.items() if "enum" in schema}
    return {**enums, **schemas_of(ANSWERS)}
