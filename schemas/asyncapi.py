"""The AsyncAPI 3 document of all topics and both sockets, made from the Structs that the product itself uses. Pure.

https://www.asyncapi.com/docs/reference/specification/v3.0.0
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, get_args

import msgspec

from schemas import chat, live
from schemas.codec import UNIONS, members
from schemas.event import wire_type
from schemas.topics import TOPICS, Topic

VERSION: Final = "3.0.0"
_SCHEMAS: Final = "#/components/schemas/{name}"
_SOCKETS: Final = (
    ("live", "/", "Agents' and supervisors' screens (docs/live-protocol.md)", live.ClientFrame, live.ServerFrame),
    ("chat", "/chat", "Customers' chats (docs/web-chat.md)", chat.ClientFrame, chat.ServerFrame),
)


def document() -> dict[str, Any]:
    """The document, in the order in which it is written."""
    messages: dict[str, Any] = {}
    channels: dict[str, Any] = {}
    operations: dict[str, Any] = {}
    types = [member for topic in TOPICS if topic.events for member in members(UNIONS[topic.events])]
    types += [frame for *_, says, hears in _SOCKETS for frame in (*get_args(says), *get_args(hears))]
    types = list(dict.fromkeys(types))
    references, components = msgspec.json.schema_components(types, ref_template=_SCHEMAS)
    schema_of = dict(zip(types, references, strict=True))
    for topic in TOPICS:
        _add_topic(topic, schema_of, channels, messages, operations)
    for name, address, title, says, hears in _SOCKETS:
        both = (*get_args(says), *get_args(hears))
        named = {_tag(frame): frame for frame in both}
        channels[name] = {"address": address, "title": title, "messages": _refs(name, named)}
        messages.update({f"{name}.{tag}": _message(tag, schema_of[frame]) for tag, frame in named.items()})
        operations[f"{name}.receive"] = _operation("receive", name, [_tag(frame) for frame in get_args(says)])
        operations[f"{name}.send"] = _operation("send", name, [_tag(frame) for frame in get_args(hears)])
    found = {
        "asyncapi": VERSION,
        "info": {
            "title": "hubline",
            "version": "1",
            "description": "Topics of Kafka (CloudEvents 1.0, binary mode) and websockets (JSON text messages).",
        },
        "defaultContentType": "application/json",
        "channels": channels,
        "operations": operations,
        "components": {
            "messages": dict(sorted(messages.items())),
            "schemas": {name: _sorted(components[name]) for name in sorted(components)},
        },
    }
    as_json_gives_it: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(found))
    return as_json_gives_it


def as_text() -> str:
    """The document as it is written to its file."""
    return msgspec.json.format(msgspec.json.encode(document()), indent=2).decode() + "\n"


def _add_topic(
    topic: Topic,
    schema_of: dict[Any, Any],
    channels: dict[str, Any],
    messages: dict[str, Any],
    operations: dict[str, Any],
) -> None:
    channel: dict[str, Any] = {"address": topic.name, "messages": {}}
    channel["description"] = f"Keyed by {topic.key}, {topic.partitions} partitions" + _kept(topic)
    if topic.events:
        named = {wire_type(event): event for event in members(UNIONS[topic.events])}
        channel["messages"] = _refs(topic.events, named)
        messages.update({f"{topic.events}.{tag}": _message(tag, schema_of[event]) for tag, event in named.items()})
        operations[f"{topic.name}.send"] = _operation("send", topic.name, list(named))
        operations[f"{topic.name}.receive"] = _operation("receive", topic.name, list(named))
    channel["bindings"] = {"kafka": {"topic": topic.name, "partitions": topic.partitions, "bindingVersion": "0.5.0"}}
    channels[topic.name] = channel


def _kept(topic: Topic) -> str:
    if topic.compacted:
        return ", compacted"
    return ", kept without limit" if topic.retention_ms is None else f", kept for {topic.retention_ms} ms"


def _refs(prefix: str, named: dict[str, Any]) -> dict[str, Any]:
    return {tag: {"$ref": f"#/components/messages/{prefix}.{tag}"} for tag in named}


def _message(tag: str, schema: Any) -> dict[str, Any]:
    return {"name": tag, "payload": schema}


def _operation(action: str, channel: str, tags: Sequence[str]) -> dict[str, Any]:
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{channel}"},
        "messages": [{"$ref": f"#/channels/{channel}/messages/{tag}"} for tag in tags],
    }


def _tag(frame: type[msgspec.Struct]) -> str:
    return str(frame.__struct_config__.tag)


def _sorted(schema: dict[str, Any]) -> dict[str, Any]:
    return {**schema, "enum": sorted(schema["enum"])} if "enum" in schema else schema
