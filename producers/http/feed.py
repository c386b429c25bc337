"""Which records concern an adapter, and what it is shown of them. Pure.

An adapter sees the decisions on its own interactions and what agents write in them, as CloudEvents. Whose an interaction
is shows in its id. Of a decision it sees the interaction, the leg and the offer: never an agent's other work, a queue,
or why this agent was chosen.
"""

from __future__ import annotations

import datetime
import re
from typing import Any, Final

import msgspec

from runtime.records import Record
from schemas.codec import Undecodable, decode
from schemas.decisions import Decision
from schemas.envelope import from_headers
from schemas.event import wire_type
from schemas.ids import decision_id
from schemas.messages import Author, MessagePosted
from schemas.topics import BY_NAME, MESSAGES, ROUTING_DECISIONS

MARK_LENGTH: Final = 12
_MARKS: Final = re.compile(rb'"(i_[0-9a-f]{10})')
_HIDDEN: Final = ("type", "workspace", "cause", "agent", "queue", "explanation")
_EPOCH: Final = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)


def marks_in(record: Record) -> set[bytes]:
    """The marks of all adapters that the record may concern: cheap, and never too few."""
    if record.topic == MESSAGES.name:
        return {record.key[:MARK_LENGTH]} if record.key else set()
    return set(_MARKS.findall(record.value or b""))


def shown(record: Record, workspace: str, mark: str) -> bytes | None:
    """The CloudEvent (JSON) that the adapter of `mark` in `workspace` is shown of a record; None = it is not its own."""
    if record.value is None:
        return None
    try:
        event = decode(BY_NAME[record.topic], record.value, _version(record))
    except (Undecodable, ValueError):
        return None
    found = (
        _decision(event, workspace, mark)
        if record.topic == ROUTING_DECISIONS.name
        else _message(event, workspace, mark)
    )
    return None if found is None else msgspec.json.encode(found)


def _version(record: Record) -> int:
    return from_headers(record.headers).version


def _decision(event: Decision, workspace: str, mark: str) -> dict[str, Any] | None:
    interaction_id = _interaction_of(event)
    if event.workspace != workspace or interaction_id is None or not interaction_id.startswith(mark):
        return None
    data = {name: value for name, value in msgspec.to_builtins(event).items() if name not in _HIDDEN}
    data["interaction_id"] = interaction_id
    return _cloud_event(
        id_=decision_id(workspace, event.epoch, event.seq),
        source=f"/workspaces/{workspace}/routing",
        type_=wire_type(event),
        subject=interaction_id,
        at_ms=event.at_ms,
        data=data,
    )


def _message(event: MessagePosted, workspace: str, mark: str) -> dict[str, Any] | None:
    own = event.workspace == workspace and event.interaction_id.startswith(mark)
    if not own or event.author is not Author.AGENT:
        return None
    data = {name: value for name, value in msgspec.to_builtins(event).items() if name not in _HIDDEN}
    return _cloud_event(
        id_=event.message_id,
        source=f"/workspaces/{workspace}/messages",
        type_=wire_type(event),
        subject=event.interaction_id,
        at_ms=event.sent_at_ms,
        data=data,
    )


def _interaction_of(event: Decision) -> str | None:
    for value in (event.interaction, event.leg, event.offer):
        if value is not None:
            return value.interaction_id
    named: str | None = getattr(event, "interaction_id", None)
    return named


def _cloud_event(
    *, id_: str, source: str, type_: str, subject: str, at_ms: int, data: dict[str, Any]
) -> dict[str, Any]:
    moment = _EPOCH + datetime.timedelta(milliseconds=at_ms)
    return {
        "specversion": "1.0",
        "id": id_,
        "source": source,
        "type": type_,
        "subject": subject,
        "time": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "data": data,
    }
