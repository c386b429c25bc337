"""Builders of what identity reads: what a test does not name does not matter to it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence

from runtime.contact_points import normalize
from runtime.records import Record
from schemas.codec import encode
from schemas.envelope import Envelope, to_headers
from schemas.event import wire_type
from schemas.interactions import (
    ContactPoint,
    InteractionAttributesChanged,
    InteractionEvent,
    InteractionReceived,
)
from schemas.topics import INTERACTIONS
from streams.identity.model import Contact, Place

REGION = "CN"
AT_MS = 1_700_000_000_000


def points(*keys: str) -> tuple[ContactPoint, ...]:
    """Contact points written as `kind:value`."""
    return tuple(ContactPoint(kind=kind, value=value) for kind, _, value in (key.partition(":") for key in keys))


def an_arrival(
    interaction_id: str = "i_1",
    *keys: str,
    workspace: str = "books",
    name: str | None = None,
    language: str | None = None,
    preferred_agent: str | None = None,
    attributes: dict[str, str] | None = None,
) -> InteractionReceived:
    return InteractionReceived(
        workspace=workspace,
        interaction_id=interaction_id,
        adapter="web",
        instance="web-1",
        external_id=f"x-{interaction_id}",
        channel="web_chat",
        received_at_ms=AT_MS,
        queue="orders",
        contact_points=points(*keys),
        customer_name=name,
        language=language,
        preferred_agent=preferred_agent,
        attributes=attributes or {},
    )


def a_change(
    interaction_id: str = "i_1",
    *keys: str,
    workspace: str = "books",
    language: str | None = None,
    priority: int | None = None,
    attributes: dict[str, str] | None = None,
) -> InteractionAttributesChanged:
    return InteractionAttributesChanged(
        workspace=workspace,
        interaction_id=interaction_id,
        contact_points=points(*keys),
        language=language,
        priority=priority,
        attributes=attributes,
    )


def a_contact(
    event: InteractionReceived | InteractionAttributesChanged, offset: int = 0, partition: int = 0
) -> Contact:
    return Contact(
        event=event,
        place=Place(partition, offset),
        at_ms=AT_MS + offset,
        points=tuple(normalize(point, REGION) for point in event.contact_points),
    )


def a_record(event: InteractionEvent, offset: int = 0, partition: int = 0, traceparent: str | None = None) -> Record:
    envelope = Envelope(id=f"e{offset}", source="test", type=wire_type(event), traceparent=traceparent)
    return Record(
        topic=INTERACTIONS.name,
        partition=partition,
        offset=offset,
        timestamp_ms=AT_MS + offset,
        key=event.workspace.encode(),
        value=encode(event),
        headers=to_headers(envelope),
    )


def records(events: Sequence[InteractionEvent], first_offset: int = 0) -> list[Record]:
    return [a_record(event, offset) for offset, event in enumerate(events, first_offset)]


def counted_ids(prefix: str = "c") -> Callable[[], str]:
    """Ids that a test can read: c_1, c_2, ..."""
    numbers = itertools.count(1)
    return lambda: f"{prefix}_{next(numbers)}"


def same(traceparent: str | None) -> str | None:
    """A hop that makes no span of its own."""
    return traceparent
