"""Events to bytes and back: JSON by msgspec, strict in types, tolerant of fields added by a newer writer."""

from __future__ import annotations

from typing import Any, Final, get_args

import msgspec

from schemas.customers import CustomersTopicEvent
from schemas.decisions import DecisionsTopicEvent
from schemas.event import Event, wire_type
from schemas.inputs import InputsTopicEvent
from schemas.interactions import InteractionsTopicEvent
from schemas.messages import MessagesTopicEvent
from schemas.metrics import MetricsIntervalsTopicEvent, MetricsLiveTopicEvent
from schemas.snapshots import SnapshotsTopicEvent
from schemas.timeline import TimelineTopicEvent
from schemas.topics import Topic
from schemas.typing import TypingTopicEvent
from schemas.upcast import upcast

UNIONS: Final[dict[str, Any]] = {
    "interactions": InteractionsTopicEvent,
    "messages": MessagesTopicEvent,
    "customers": CustomersTopicEvent,
    "inputs": InputsTopicEvent,
    "decisions": DecisionsTopicEvent,
    "snapshots": SnapshotsTopicEvent,
    "timeline": TimelineTopicEvent,
    "metrics_live": MetricsLiveTopicEvent,
    "metrics_intervals": MetricsIntervalsTopicEvent,
    "typing": TypingTopicEvent,
}


def members(union: Any) -> tuple[type[Event], ...]:
    """The event classes of a union (or of a single class)."""
    return get_args(union) or (union,)


_DECODERS: Final = {name: msgspec.json.Decoder(union) for name, union in UNIONS.items()}
_CLASSES: Final = {name: {wire_type(member): member for member in members(union)} for name, union in UNIONS.items()}
_ENCODER: Final = msgspec.json.Encoder()


class Undecodable(ValueError):
    """The bytes are not an event of that topic; the message says where."""


def encode(event: Event) -> bytes:
    """The event's JSON: the same bytes for equal events."""
    return _ENCODER.encode(event)


def decode(topic: Topic, value: bytes, version: int = 1) -> Any:
    """The event in `value`, a member of the topic's union, lifted to its present version.

    Raises:
        Undecodable: not JSON, nested too deep, an unknown type, a wrong field, or a version newer than this program's.
    """
    try:
        if version == _NEWEST[topic.events]:
            return _DECODERS[topic.events].decode(value)
        return _lift(_CLASSES[topic.events], value, version)
    except (msgspec.MsgspecError, TypeError, ValueError, RecursionError) as error:
        raise Undecodable(f"{topic.name}: {error}") from error


def _lift(classes: dict[str, type[Event]], value: bytes, version: int) -> Event:
    payload = msgspec.json.decode(value)
    if not isinstance(payload, dict):
        raise TypeError("not a JSON object")
    tag = payload.get("type")
    if tag not in classes:
        raise ValueError(f"unknown type {tag!r}")
    found = classes[tag]
    return msgspec.convert(upcast(tag, version, found.VERSION, payload), found)


_NEWEST: Final = {name: max(member.VERSION for member in classes.values()) for name, classes in _CLASSES.items()}
