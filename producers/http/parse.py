"""From what was posted to the events of the log. Pure: the same posting gives the same events and ids.

An id that repeats is the same thing said again:
- the external id of an interaction or message is `data.external_id`, else the CloudEvents `source` and `id`, else the
  header `Idempotency-Key`; interaction and message ids are derived from it and the key's adapter;
- an event's id on Kafka is derived from source and id, or where there are none from what it says.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any, Final, TypeVar

import msgspec

from producers.http.bodies import (
    EVENT_BODIES,
    LATEST_MS,
    MESSAGE,
    RECEIVED,
    AttributesChangedBody,
    Body,
    CallbackRequestedBody,
    ChannelConnectedBody,
    ChannelEndedBody,
    ChannelFailedBody,
    CustomerLeftBody,
    NewInteraction,
    NewMessage,
    PostedContactPoint,
)
from producers.http.cloudevents import Posted, Posting
from producers.http.problems import invalid
from runtime.validation import FieldError, convert
from schemas import ids
from schemas.envelope import Envelope
from schemas.event import Event
from schemas.interactions import (
    CallbackRequested,
    ChannelConnected,
    ChannelEnded,
    ChannelFailed,
    ContactPoint,
    CustomerLeft,
    InteractionAttributesChanged,
    InteractionReceived,
)
from schemas.messages import Author, MessagePosted
from schemas.topics import INTERACTIONS, MESSAGES, Topic

BodyT = TypeVar("BodyT", bound=Body)
AHEAD_AT_MOST_MS: Final = 366 * 24 * 60 * 60 * 1000
"""A callback may be asked for up to a year ahead: routing would not promise more."""
_EPOCH: Final = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """On whose behalf, and when, by this process's clock."""

    workspace: str
    adapter: str
    now_ms: int

    @property
    def source(self) -> str:
        """The CloudEvents source of what this adapter says, as it stands in Kafka."""
        return f"/workspaces/{self.workspace}/adapters/{self.adapter}"


class Parsed(msgspec.Struct, frozen=True, kw_only=True):
    """One event ready to be sent, and what the adapter is told of it."""

    event: Event
    envelope: Envelope
    topic: Topic
    key: bytes
    answer: dict[str, str]


Parser = Callable[[Posted, Caller], "Parsed | list[FieldError]"]


def parse_all(posting: Posting, caller: Caller, parse: Parser) -> tuple[Parsed, ...]:
    """All events of a posting, or none: raises Problem (422) with every error of every event."""
    parsed: list[Parsed] = []
    errors: list[FieldError] = []
    for posted in posting.events:
        found = parse(posted, caller)
        if isinstance(found, list):
            errors.extend(found)
        else:
            parsed.append(found)
    if errors:
        raise invalid(errors)
    return tuple(parsed)


def interaction(posted: Posted, caller: Caller) -> Parsed | list[FieldError]:
    """`interaction.received`."""
    errors = _type_errors(posted, (RECEIVED,))
    body = _body(posted, NewInteraction, errors)
    external = _external_id(posted, body, errors)
    time_ms = _time_ms(posted, errors)
    _ahead(posted, "callback_at_ms", body, caller, errors)
    if body is None or external is None or errors:
        return errors
    interaction_id = ids.interaction_id(caller.workspace, caller.adapter, external)
    event = InteractionReceived(
        workspace=caller.workspace,
        interaction_id=interaction_id,
        adapter=caller.adapter,
        instance=body.instance,
        external_id=external,
        channel=body.channel,
        received_at_ms=_first(body.received_at_ms, time_ms, caller.now_ms),
        queue=body.queue,
        contact_points=_contact_points(body.contact_points),
        customer_name=body.customer_name,
        subject=body.subject,
        language=body.language,
        priority=body.priority,
        requirements=body.requirements,
        preferred_agent=body.preferred_agent,
        site=body.site,
        campaign=body.campaign,
        case_ids=body.case_ids,
        direction=body.direction,
        confirms_connection=body.confirms_connection,
        linked_to=body.linked_to,
        attributes=body.attributes,
        callback_at_ms=body.callback_at_ms,
    )
    return _parsed(event, RECEIVED, interaction_id, INTERACTIONS, posted, caller, external)


def message_of(interaction_id: str) -> Parser:
    """`message.posted`, for one interaction."""

    def parse(posted: Posted, caller: Caller) -> Parsed | list[FieldError]:
        errors = _type_errors(posted, (MESSAGE,))
        body = _body(posted, NewMessage, errors)
        external = _external_id(posted, body, errors)
        time_ms = _time_ms(posted, errors)
        if body is None or external is None or errors:
            return errors
        event = MessagePosted(
            workspace=caller.workspace,
            interaction_id=interaction_id,
            message_id=ids.message_id(caller.workspace, caller.adapter, external),
            author=Author(body.author),
            sent_at_ms=_first(body.sent_at_ms, time_ms, caller.now_ms),
            text=body.text,
            media_type=body.media_type,
        )
        return _parsed(event, MESSAGE, interaction_id, MESSAGES, posted, caller, external)

    return parse


def event_of(interaction_id: str) -> Parser:
    """What else an adapter says of one interaction: the types of `EVENT_BODIES`."""

    def parse(posted: Posted, caller: Caller) -> Parsed | list[FieldError]:
        errors = _type_errors(posted, tuple(EVENT_BODIES), required=True)
        if errors or posted.type is None:
            return errors
        body = _body(posted, EVENT_BODIES[posted.type], errors)
        _time_ms(posted, errors)
        _ahead(posted, "at_ms", body, caller, errors)
        leg_id = getattr(body, "leg_id", None)
        if leg_id is not None and ids.interaction_of(leg_id) != interaction_id:
            errors.append(FieldError(f"{posted.data_path}.leg_id", "is not a leg of this interaction"))
        if body is None or errors:
            return errors
        event = _event(body, caller.workspace, interaction_id)
        said = msgspec.json.encode(body, order="sorted").decode()
        external = posted.id or f"{interaction_id} {said}"
        return _parsed(event, posted.type, interaction_id, INTERACTIONS, posted, caller, external)

    return parse


def _event(body: Body, workspace: str, interaction_id: str) -> Event:
    match body:
        case CustomerLeftBody():
            return CustomerLeft(workspace=workspace, interaction_id=interaction_id)
        case CallbackRequestedBody():
            return CallbackRequested(
                workspace=workspace, interaction_id=interaction_id, at_ms=body.at_ms, agent_id=body.agent_id
            )
        case ChannelConnectedBody():
            return ChannelConnected(workspace=workspace, interaction_id=interaction_id, leg_id=body.leg_id)
        case ChannelFailedBody():
            return ChannelFailed(
                workspace=workspace, interaction_id=interaction_id, leg_id=body.leg_id, fault=body.fault
            )
        case ChannelEndedBody():
            return ChannelEnded(workspace=workspace, interaction_id=interaction_id, leg_id=body.leg_id)
        case AttributesChangedBody():
            return InteractionAttributesChanged(
                workspace=workspace,
                interaction_id=interaction_id,
                contact_points=_contact_points(body.contact_points),
                language=body.language,
                priority=body.priority,
                requirements=body.requirements,
                preferred_agent=body.preferred_agent,
                case_ids=body.case_ids,
                attributes=body.attributes,
            )
        case _:
            raise TypeError(f"no event for {type(body).__name__}")


def _parsed(
    event: Event, type_: str, interaction_id: str, topic: Topic, posted: Posted, caller: Caller, external: str
) -> Parsed:
    identity = posted.source or caller.source
    event_id = ids.event_id(caller.workspace, f"{caller.adapter} {identity} {type_}", posted.id or external)
    envelope = Envelope(
        id=event_id,
        source=caller.source,
        type=type_,
        version=event.VERSION,
        subject=interaction_id,
        time=posted.time,
        traceparent=posted.traceparent,
    )
    answer = {"interaction_id": interaction_id, "event_id": event_id}
    if isinstance(event, MessagePosted):
        answer["message_id"] = event.message_id
        return Parsed(event=event, envelope=envelope, topic=topic, key=interaction_id.encode(), answer=answer)
    return Parsed(event=event, envelope=envelope, topic=topic, key=caller.workspace.encode(), answer=answer)


def _type_errors(posted: Posted, allowed: tuple[str, ...], *, required: bool = False) -> list[FieldError]:
    if posted.type in allowed or (posted.type is None and not required):
        return []
    said = "is required" if posted.type is None else f"{posted.type!r} is not taken here"
    return [FieldError(posted.type_path, f"{said}: {', '.join(allowed)}")]


def _body(posted: Posted, wanted: type[BodyT], errors: list[FieldError]) -> BodyT | None:
    found: Any = convert(posted.data, wanted, posted.data_path)
    if isinstance(found, list):
        errors.extend(found)
        return None
    return found  # type: ignore[no-any-return] # convert gives either a list of errors or a BodyT


def _external_id(posted: Posted, body: NewInteraction | NewMessage | None, errors: list[FieldError]) -> str | None:
    if body is None:
        return None
    if body.external_id is not None:
        return body.external_id
    if posted.id is not None:
        return posted.id if posted.source is None else f"{posted.source} {posted.id}"
    errors.append(FieldError(f"{posted.data_path}.external_id", "is required (or the header Idempotency-Key)"))
    return None


def _time_ms(posted: Posted, errors: list[FieldError]) -> int | None:
    if posted.time is None:
        return None
    try:
        moment = msgspec.convert(posted.time, datetime.datetime)
    except msgspec.ValidationError:
        moment = None
    if moment is not None and moment.tzinfo is not None:
        at_ms = (moment - _EPOCH) // datetime.timedelta(milliseconds=1)
        if 0 <= at_ms <= LATEST_MS:
            return at_ms
    where = posted.type_path.replace("type", "time")
    errors.append(FieldError(where, "Expected an RFC 3339 time with its offset, from 1970 to 9999"))
    return None


def _ahead(posted: Posted, field: str, body: Body | None, caller: Caller, errors: list[FieldError]) -> None:
    """A callback that is asked for too far ahead is noted."""
    moment = getattr(body, field, None)
    if moment is not None and moment > caller.now_ms + AHEAD_AT_MOST_MS:
        errors.append(FieldError(f"{posted.data_path}.{field}", "is more than a year ahead"))


def _contact_points(posted: tuple[PostedContactPoint, ...]) -> tuple[ContactPoint, ...]:
    return tuple(ContactPoint(kind=point.kind, value=point.value) for point in posted)


def _first(*candidates: int | None) -> int:
    return next(candidate for candidate in candidates if candidate is not None)
