"""JSON Schemas (2020-12) of every event, generated from the Structs: one file for each event and version. Pure.

Files of older versions stay where they are: a log is kept for ever. Fields with personal data say `x-personal: true`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from schemas.codec import UNIONS, members
from schemas.event import Event, wire_type
from schemas.personal import PERSONAL_FIELDS
from schemas.topics import TOPICS

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


def path_of(events: str, event: type[Event]) -> str:
    """Where the schema of an event of that union stands, such as `messages/message.posted.v1.json`."""
    return f"{events}/{wire_type(event)}.v{event.VERSION}.json"


def schema_of(events: str, event: type[Event]) -> dict[str, Any]:
    """The JSON Schema of one event, complete in itself."""
    (reference,), components = msgspec.json.schema_components([event])
    definitions: dict[str, Any] = {name: _marked(name, components[name]) for name in sorted(components)}
    for definition in definitions.values():
        definition.pop("title", None)
        if "enum" in definition:
            definition["enum"] = sorted(definition["enum"])
    schema = {
        "$schema": DIALECT,
        "$id": f"hubline:{path_of(events, event)}",
        "title": wire_type(event),
        "x-version": event.VERSION,
        "x-topics": [topic.name for topic in TOPICS if topic.events == events],
        **reference,
        "$defs": definitions,
    }
    as_json_gives_it: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(schema))
    return as_json_gives_it


def json_schemas() -> dict[str, dict[str, Any]]:
    """All schemas of the present versions, by path."""
    return {
        path_of(events, event): schema_of(events, event) for events, union in UNIONS.items() for event in members(union)
    }


def as_text(schema: Mapping[str, Any]) -> str:
    """A schema as it is written to its file."""
    return msgspec.json.format(msgspec.json.encode(schema), indent=2).decode() + "\n"


def _marked(struct: str, definition: dict[str, Any]) -> dict[str, Any]:
    for field, property_ in definition.get("properties", {}).items():
        if (struct, field) in PERSONAL_FIELDS:
            property_["x-personal"] = True
    return definition
