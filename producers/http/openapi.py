"""The OpenAPI 3.1 document of this service, made from the Structs that requests are read into. Pure.

Every route of the application is here and every status that it answers; a test compares, another plays against it.
"""

from __future__ import annotations

from typing import Final

import msgspec

from producers.http import examples
from producers.http.bodies import EVENT_BODIES, MESSAGE, MOST_BATCHED, RECEIVED, Body, NewInteraction, NewMessage
from producers.http.cloudevents import Spelling
from producers.http.problems import Kind
from producers.http.query import LONGEST_WAIT_S, USUAL_WAIT_S
from runtime import openapi
from runtime.openapi import Json, Service, fields_of, parameter, ref, refusals, schemas_of

_PLAIN_TEXT: Final = {"type": "string", "minLength": 1, "maxLength": 256, "pattern": r"^[^\x00-\x1f]+$"}
_REPEATED: Final = frozenset({Kind.TOO_MANY, Kind.UNKNOWN_OUTCOME})
_ANYWHERE: Final = (Kind.METHOD_NOT_ALLOWED, Kind.FAILED)
_POST_ANSWERS: Final = (
    Kind.MALFORMED, Kind.UNAUTHENTICATED, Kind.FORBIDDEN, Kind.NOT_FOUND, Kind.TOO_LARGE, Kind.UNSUPPORTED,
    Kind.INVALID, Kind.TOO_MANY, Kind.UNKNOWN_OUTCOME, *_ANYWHERE,
)  # fmt: skip
_POLL_ANSWERS: Final = (
    Kind.UNAUTHENTICATED, Kind.FORBIDDEN, Kind.NOT_FOUND, Kind.CURSOR_EXPIRED, Kind.INVALID, Kind.UNKNOWN_OUTCOME,
    *_ANYWHERE,
)  # fmt: skip
_ABOUT: Final = """Post as CloudEvents 1.0 (structured, binary with `ce-` headers, or batched) or as plain JSON.

`202` comes after the log has the event on record. Whatever is posted again with the same id (`external_id`, else the
CloudEvents `source` and `id`, else the header `Idempotency-Key`) is the same thing said again. `503` means: it is not
known whether it was taken, repeat it with the same id. Every refusal is a problem document (RFC 9457)."""
_SERVICE: Final = Service(
    title="hubline: channel adapters", about=_ABOUT, security=("key", "An adapter's API key"), kinds=Kind
)


def document() -> Json:
    """The whole document, of the types that JSON has."""
    return openapi.document(_SERVICE, _paths(), _schemas())


def _paths() -> Json:
    workspace = parameter("workspace", "path", {"type": "string"}, "The workspace", "bookcity")
    about = parameter(
        "id", "path", {"type": "string", "pattern": "^i_[0-9a-f]{30}$"}, "The interaction", examples.INTERACTION_ID
    )
    own = "/v1/workspaces/{workspace}/interactions"
    return {
        own: {
            "parameters": [workspace],
            "post": _post("postInteraction", "A contact has arrived", _interaction_contents(), "Taken"),
        },
        own + "/{id}/events": {
            "parameters": [workspace, about],
            "post": _post("postEvent", "What else happened to the contact", _event_contents(), "Taken"),
        },
        own + "/{id}/messages": {
            "parameters": [workspace, about],
            "post": _post("postMessage", "A message of the customer", _message_contents(), "TakenMessage"),
        },
        "/v1/workspaces/{workspace}/decisions": {"parameters": [workspace], "get": _poll()},
    }


def _post(operation: str, summary: str, contents: Json, taken: str) -> Json:
    key = parameter("Idempotency-Key", "header", _PLAIN_TEXT, "The id of a plain JSON body without external_id", "k-1")
    answer = {"oneOf": [ref(taken), ref(f"{taken}Batch")]}
    return {
        "operationId": operation,
        "summary": summary,
        "parameters": [{**key, "required": False}],
        "requestBody": {"required": True, "content": contents},
        "responses": {
            "202": {"description": "In the log", "content": {"application/json": {"schema": answer}}},
            **refusals(_POST_ANSWERS, _REPEATED),
        },
    }


def _poll() -> Json:
    wait = {"type": "integer", "minimum": 0, "maximum": LONGEST_WAIT_S, "default": USUAL_WAIT_S}
    after = {"type": "string", "minLength": 1, "maxLength": 2_048}
    parameters = [
        parameter("adapter", "query", {"type": "string"}, "The key's adapter; any other is refused", "web"),
        parameter("after", "query", after, "The cursor of the page before, or first; without it: from now", "first"),
        parameter("wait_s", "query", wait, "How long to wait for the first event", 0),
    ]
    page = {"schema": ref("Page"), "examples": {"accepted": {"value": examples.PAGE}}}
    return {
        "operationId": "getDecisions",
        "summary": "What was decided on the adapter's interactions, and what agents wrote in them",
        "parameters": [{**one, "required": False} for one in parameters],
        "responses": {
            "200": {"description": "A page", "content": {"application/json": page}},
            **refusals(_POLL_ANSWERS, _REPEATED),
        },
    }


def _interaction_contents() -> Json:
    plain = {"chat": examples.CHAT, "call": examples.CALL, "counter": examples.COUNTER}
    events = {name: examples.cloud_event(RECEIVED, data) for name, data in plain.items()}
    return _contents(ref("NewInteraction"), ref("InteractionReceived"), plain, events)


def _message_contents() -> Json:
    event = examples.cloud_event(MESSAGE, examples.MESSAGE)
    return _contents(ref("NewMessage"), ref("MessagePosted"), {"message": examples.MESSAGE}, {"message": event})


def _event_contents() -> Json:
    plain = {type_: {"type": type_, **data} for type_, data in examples.EVENTS.items()}
    events = {type_: examples.cloud_event(type_, data) for type_, data in examples.EVENTS.items()}
    one_plain = {"oneOf": [ref(_plain_name(type_)) for type_ in EVENT_BODIES]}
    one_event = {"oneOf": [ref(_event_name(type_)) for type_ in EVENT_BODIES]}
    return _contents(one_plain, one_event, plain, events)


def _contents(plain: Json, event: Json, plain_examples: Json, event_examples: Json) -> Json:
    batch = {"type": "array", "minItems": 1, "maxItems": MOST_BATCHED, "items": event}
    return {
        Spelling.JSON.value: {"schema": plain, "examples": _values(plain_examples)},
        Spelling.STRUCTURED.value: {"schema": event, "examples": _values(event_examples)},
        Spelling.BATCHED.value: {"schema": batch, "examples": {"batch": {"value": list(event_examples.values())}}},
    }


def _schemas() -> Json:
    bodies: list[type[Body]] = [NewInteraction, NewMessage, *EVENT_BODIES.values()]
    schemas = schemas_of(bodies)
    schemas["InteractionReceived"] = _cloud_event(RECEIVED, ref("NewInteraction"))
    schemas["MessagePosted"] = _cloud_event(MESSAGE, ref("NewMessage"))
    for type_, body in EVENT_BODIES.items():
        schemas[_plain_name(type_)] = _typed(type_, schemas[body.__name__])
        schemas[_event_name(type_)] = _cloud_event(type_, _data(body), data_needed=_needs(body))
    taken = {"interaction_id": {"type": "string"}, "event_id": {"type": "string"}}
    for name, fields in (("Taken", taken), ("TakenMessage", {**taken, "message_id": {"type": "string"}})):
        schemas[name] = fields_of(fields)
        item = fields_of({"status": {"const": 202}, **fields})
        schemas[f"{name}Batch"] = fields_of({"items": {"type": "array", "items": item}})
    shown = {name: {"type": "string"} for name in ("id", "source", "type", "subject", "time")}
    event = fields_of({"specversion": {"const": "1.0"}, **shown, "data": {"type": "object"}})
    schemas["Page"] = fields_of(
        {"events": {"type": "array", "items": event}, "after": {"type": "string"}, "more": {"type": "boolean"}}
    )
    return schemas


def _cloud_event(type_: str, data: Json, *, data_needed: bool = True) -> Json:
    needed = {"specversion": {"const": "1.0"}, "id": _PLAIN_TEXT, "source": _PLAIN_TEXT, "type": {"const": type_}}
    event = fields_of(needed | ({"data": data} if data_needed else {}), closed=False)
    moment = {"type": ["string", "null"], "format": "date-time"}
    trace = {**_PLAIN_TEXT, "type": ["string", "null"]}
    event["properties"] |= {"data": data, "time": moment, "traceparent": trace}
    return event


def _needs(body: type[Body]) -> bool:
    return any(field.required for field in msgspec.structs.fields(body))


def _data(body: type[Body]) -> Json:
    return {"anyOf": [ref(body.__name__), {"type": "null"}]} if not _needs(body) else ref(body.__name__)


def _typed(type_: str, body: Json) -> Json:
    return {
        **body,
        "properties": {"type": {"const": type_}, **body["properties"]},
        "required": ["type", *body.get("required", ())],
    }


def _values(examples_by_name: Json) -> Json:
    return {name: {"value": value} for name, value in examples_by_name.items()}


def _camel(type_: str) -> str:
    return "".join(part.capitalize() for part in type_.replace(".", "_").split("_"))


def _plain_name(type_: str) -> str:
    return f"Plain{_camel(type_)}"


def _event_name(type_: str) -> str:
    return f"{_camel(type_)}Event"
