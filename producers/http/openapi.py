"""The OpenAPI 3.1 document of this service, made from the Structs that requests are read into. Pure.

Every route of the application is here and every status that it answers; a test compares, another plays against it.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from producers.http import examples
from producers.http.bodies import EVENT_BODIES, MESSAGE, MOST_BATCHED, RECEIVED, Body, NewInteraction, NewMessage
from producers.http.cloudevents import Spelling
from producers.http.problems import MEDIA_TYPE, Kind
from producers.http.query import LONGEST_WAIT_S, USUAL_WAIT_S

Json = dict[str, Any]
_REFERENCE: Final = "#/components/schemas/"
_PLAIN_TEXT: Final = {"type": "string", "minLength": 1, "maxLength": 256, "pattern": r"^[^\x00-\x1f]+$"}
_RETRY: Final = frozenset({Kind.TOO_MANY, Kind.UNKNOWN_OUTCOME})
_POST_ANSWERS: Final = (
    Kind.MALFORMED, Kind.UNAUTHENTICATED, Kind.FORBIDDEN, Kind.NOT_FOUND, Kind.TOO_LARGE, Kind.UNSUPPORTED,
    Kind.INVALID, Kind.TOO_MANY, Kind.UNKNOWN_OUTCOME,
)  # fmt: skip
_POLL_ANSWERS: Final = (
    Kind.UNAUTHENTICATED, Kind.FORBIDDEN, Kind.NOT_FOUND, Kind.CURSOR_EXPIRED, Kind.INVALID, Kind.UNKNOWN_OUTCOME,
)  # fmt: skip
_ABOUT: Final = """Post as CloudEvents 1.0 (structured, binary with `ce-` headers, or batched) or as plain JSON.

`202` comes after the log has the event on record. Whatever is posted again with the same id (`external_id`, else the
CloudEvents `source` and `id`, else the header `Idempotency-Key`) is the same thing said again. `503` means: it is not
known whether it was taken, repeat it with the same id. Every refusal is a problem document (RFC 9457)."""


def document() -> Json:
    """The whole document, of the types that JSON has."""
    made = {
        "openapi": "3.1.0",
        "info": {"title": "hubline: channel adapters", "version": "1.0.0", "description": _ABOUT},
        "servers": [{"url": "/"}],
        "security": [{"key": []}],
        "paths": _paths(),
        "components": {
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer", "description": "An adapter's API key"}},
            "schemas": _schemas(),
        },
    }
    plain: Json = msgspec.json.decode(msgspec.json.encode(made))
    return plain


def _paths() -> Json:
    workspace = _parameter("workspace", "path", {"type": "string"}, "The workspace", "bookcity")
    about = _parameter(
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
    key = _parameter("Idempotency-Key", "header", _PLAIN_TEXT, "The id of a plain JSON body without external_id", "k-1")
    answer = {"oneOf": [_ref(taken), _ref(f"{taken}Batch")]}
    return {
        "operationId": operation,
        "summary": summary,
        "parameters": [{**key, "required": False}],
        "requestBody": {"required": True, "content": contents},
        "responses": {
            "202": {"description": "In the log", "content": {"application/json": {"schema": answer}}},
            **_refusals(_POST_ANSWERS),
        },
    }


def _poll() -> Json:
    wait = {"type": "integer", "minimum": 0, "maximum": LONGEST_WAIT_S, "default": USUAL_WAIT_S}
    after = {"type": "string", "minLength": 1, "maxLength": 2_048}
    parameters = [
        _parameter("adapter", "query", {"type": "string"}, "The key's adapter; any other is refused", "web"),
        _parameter("after", "query", after, "The cursor of the page before, or first; without it: from now", "first"),
        _parameter("wait_s", "query", wait, "How long to wait for the first event", 0),
    ]
    page = {"schema": _ref("Page"), "examples": {"accepted": {"value": examples.PAGE}}}
    return {
        "operationId": "getDecisions",
        "summary": "What was decided on the adapter's interactions, and what agents wrote in them",
        "parameters": [{**parameter, "required": False} for parameter in parameters],
        "responses": {
            "200": {"description": "A page", "content": {"application/json": page}},
            **_refusals(_POLL_ANSWERS),
        },
    }


def _refusals(kinds: tuple[Kind, ...]) -> Json:
    found: Json = {}
    for kind in (*kinds, Kind.METHOD_NOT_ALLOWED, Kind.FAILED):
        answer: Json = {"description": kind.title, "content": {MEDIA_TYPE: {"schema": _ref("Problem")}}}
        if kind in _RETRY:
            answer["headers"] = {"Retry-After": {"required": True, "schema": {"type": "integer", "minimum": 1}}}
        found[str(kind.status)] = answer
    return dict(sorted(found.items()))


def _interaction_contents() -> Json:
    plain = {"chat": examples.CHAT, "call": examples.CALL, "counter": examples.COUNTER}
    events = {name: examples.cloud_event(RECEIVED, data) for name, data in plain.items()}
    return _contents(_ref("NewInteraction"), _ref("InteractionReceived"), plain, events)


def _message_contents() -> Json:
    event = examples.cloud_event(MESSAGE, examples.MESSAGE)
    return _contents(_ref("NewMessage"), _ref("MessagePosted"), {"message": examples.MESSAGE}, {"message": event})


def _event_contents() -> Json:
    plain = {type_: {"type": type_, **data} for type_, data in examples.EVENTS.items()}
    events = {type_: examples.cloud_event(type_, data) for type_, data in examples.EVENTS.items()}
    one_plain = {"oneOf": [_ref(_plain_name(type_)) for type_ in EVENT_BODIES]}
    one_event = {"oneOf": [_ref(_event_name(type_)) for type_ in EVENT_BODIES]}
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
    _, found = msgspec.json.schema_components(bodies, ref_template=_REFERENCE + "{name}")
    schemas: Json = dict(found)
    schemas["InteractionReceived"] = _cloud_event(RECEIVED, _ref("NewInteraction"))
    schemas["MessagePosted"] = _cloud_event(MESSAGE, _ref("NewMessage"))
    for type_, body in EVENT_BODIES.items():
        schemas[_plain_name(type_)] = _typed(type_, schemas[body.__name__])
        schemas[_event_name(type_)] = _cloud_event(type_, _data(body), data_needed=_needs(body))
    taken = {"interaction_id": {"type": "string"}, "event_id": {"type": "string"}}
    for name, fields in (("Taken", taken), ("TakenMessage", {**taken, "message_id": {"type": "string"}})):
        schemas[name] = _object(fields)
        item = _object({"status": {"const": 202}, **fields})
        schemas[f"{name}Batch"] = _object({"items": {"type": "array", "items": item}})
    shown = {name: {"type": "string"} for name in ("id", "source", "type", "subject", "time")}
    event = _object({"specversion": {"const": "1.0"}, **shown, "data": {"type": "object"}})
    schemas["Page"] = _object(
        {"events": {"type": "array", "items": event}, "after": {"type": "string"}, "more": {"type": "boolean"}}
    )
    schemas["Problem"] = _problem()
    return schemas


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


def _cloud_event(type_: str, data: Json, *, data_needed: bool = True) -> Json:
    needed = {"specversion": {"const": "1.0"}, "id": _PLAIN_TEXT, "source": _PLAIN_TEXT, "type": {"const": type_}}
    event = _object(needed | ({"data": data} if data_needed else {}), closed=False)
    moment = {"type": ["string", "null"], "format": "date-time"}
    trace = {**_PLAIN_TEXT, "type": ["string", "null"]}
    event["properties"] |= {"data": data, "time": moment, "traceparent": trace}
    return event


def _needs(body: type[Body]) -> bool:
    return any(field.required for field in msgspec.structs.fields(body))


def _data(body: type[Body]) -> Json:
    return {"anyOf": [_ref(body.__name__), {"type": "null"}]} if not _needs(body) else _ref(body.__name__)


def _typed(type_: str, body: Json) -> Json:
    return {
        **body,
        "properties": {"type": {"const": type_}, **body["properties"]},
        "required": ["type", *body.get("required", ())],
    }


def _object(fields: Json, *, closed: bool = True) -> Json:
    made: Json = {"type": "object", "properties": dict(fields), "required": list(fields)}
    return {**made, "additionalProperties": False} if closed else made


def _parameter(name: str, place: str, schema: Json, description: str, example: Any) -> Json:
    made = {"name": name, "in": place, "schema": schema, "description": description, "example": example}
    return {**made, "required": True}


def _values(examples_by_name: Json) -> Json:
    return {name: {"value": value} for name, value in examples_by_name.items()}


def _ref(name: str) -> Json:
    return {"$ref": _REFERENCE + name}


def _camel(type_: str) -> str:
    return "".join(part.capitalize() for part in type_.replace(".", "_").split("_"))


def _plain_name(type_: str) -> str:
    return f"Plain{_camel(type_)}"


def _event_name(type_: str) -> str:
    return f"{_camel(type_)}Event"
