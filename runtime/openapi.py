"""Parts of the OpenAPI 3.1 documents that services make of their Structs. Pure."""

from __future__ import annotations

from collections.abc import Container, Iterable
from typing import Any, Final

import msgspec

from runtime.problems import MEDIA_TYPE, ProblemKind

Json = dict[str, Any]
REFERENCE: Final = "#/components/schemas/"


class Service(msgspec.Struct, frozen=True, kw_only=True):
    """What a document says of a whole service; `security` is the name of the one scheme and what it takes."""

    title: str
    about: str
    security: tuple[str, str]
    kinds: type[ProblemKind]


def document(service: Service, paths: Json, schemas: Json) -> Json:
    """The whole document, of the types that JSON has; `schemas` gets `Problem` beside its own."""
    scheme, taken = service.security
    made = {
        "openapi": "3.1.0",
        "info": {"title": service.title, "version": "1.0.0", "description": service.about},
        "servers": [{"url": "/"}],
        "security": [{scheme: []}],
        "paths": paths,
        "components": {
            "securitySchemes": {scheme: {"type": "http", "scheme": "bearer", "description": taken}},
            "schemas": {**schemas, "Problem": _problem(service.kinds)},
        },
    }
    plain: Json = msgspec.json.decode(msgspec.json.encode(made))
    return plain


def ref(name: str) -> Json:
    """A reference to a schema of the document."""
    return {"$ref": REFERENCE + name}


def schemas_of(structs: Iterable[type[msgspec.Struct]]) -> Json:
    """The schemas of Structs and of all that they name."""
    return msgspec.json.schema_components(structs, ref_template=REFERENCE + "{name}")[1]


def fields_of(fields: Json, *, closed: bool = True) -> Json:
    """An object that must have these fields, and when `closed` no others."""
    made: Json = {"type": "object", "properties": dict(fields), "required": list(fields)}
    return {**made, "additionalProperties": False} if closed else made


def parameter(name: str, place: str, schema: Json, description: str, example: Any) -> Json:
    """A parameter that must be given; `place`: path, query or header."""
    made = {"name": name, "in": place, "schema": schema, "description": description, "example": example}
    return {**made, "required": True}


def refusals(kinds: Iterable[ProblemKind], repeated: Container[ProblemKind]) -> Json:
    """Answers by status, for the kinds of problems; those `repeated` say when to come back."""
    found: Json = {}
    for kind in kinds:
        answer: Json = {"description": kind.title, "content": {MEDIA_TYPE: {"schema": ref("Problem")}}}
        if kind in repeated:
            answer["headers"] = {"Retry-After": {"required": True, "schema": {"type": "integer", "minimum": 1}}}
        found[str(kind.status)] = answer
    return dict(sorted(found.items()))


def _problem(kinds: type[ProblemKind]) -> Json:
    error = fields_of({"path": {"type": "string"}, "detail": {"type": "string"}})
    body = fields_of(
        {
            "type": {"enum": sorted(kind.type for kind in kinds)},
            "title": {"type": "string"},
            "status": {"type": "integer"},
        }
    )
    body["properties"] |= {"detail": {"type": "string"}, "errors": {"type": "array", "items": error}}
    return body
