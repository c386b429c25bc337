"""The row of an interaction: from its arrival, and with later changes folded in. Pure.

Changes may be folded out of order (the late pass comes after), so a change that is older than the row's newest only
fills what is missing; contact points are a growing set. PostgreSQL holds no NUL: it becomes U+FFFD here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from runtime.contact_points import NormalPoint
from runtime.storable import storable
from schemas.interactions import InteractionAttributesChanged, InteractionReceived
from streams.identity.model import Interaction, Place

MAX_NAME: Final = 200
"""Letters of a customer's name, as many as administration allows: names are indexed, and PostgreSQL refuses long ones."""


def arrival(event: InteractionReceived, place: Place, points: tuple[NormalPoint, ...]) -> Interaction:
    """The row of a contact that has just arrived, with no customer yet."""
    return Interaction(
        workspace=event.workspace,
        interaction_id=event.interaction_id,
        adapter=storable(event.adapter),
        instance=storable(event.instance),
        external_id=storable(event.external_id),
        channel=storable(event.channel),
        received_ms=event.received_at_ms,
        log_partition=place.partition,
        first_offset=place.offset,
        changed_offset=place.offset,
        contact_points=tuple(dict.fromkeys(points)),
        customer_name=named(event),
        subject=storable(event.subject),
        language=storable(event.language),
        preferred_agent=storable(event.preferred_agent),
        attributes=_clean_all(event.attributes),
    )


def named(event: InteractionReceived) -> str | None:
    """The customer's name as the adapter gave it."""
    name = storable(event.customer_name)
    return name.strip() or None if name is not None else None


def customers_name(event: InteractionReceived) -> str | None:
    """The same for the customer whom this contact makes: no longer than a customer's name may be."""
    name = named(event)
    return None if name is None else name[:MAX_NAME].rstrip()


def changed(
    row: Interaction, event: InteractionAttributesChanged, offset: int, points: tuple[NormalPoint, ...]
) -> Interaction:
    """The row with a change of `offset` folded in."""
    said = _clean_all(event.attributes or {})
    language, preferred = storable(event.language), storable(event.preferred_agent)
    newest = offset >= row.changed_offset
    return msgspec.structs.replace(
        row,
        changed_offset=max(offset, row.changed_offset),
        contact_points=with_points(row, points),
        language=_pick(newest, row.language, language),
        preferred_agent=_pick(newest, row.preferred_agent, preferred),
        attributes={**row.attributes, **said} if newest else {**said, **row.attributes},
    )


def with_points(row: Interaction, points: tuple[NormalPoint, ...]) -> tuple[NormalPoint, ...]:
    """The row's contact points and these, each once."""
    return tuple(dict.fromkeys(row.contact_points + points))


def _pick(newest: bool, kept: str | None, said: str | None) -> str | None:
    first, second = (said, kept) if newest else (kept, said)
    return first if first is not None else second


def _clean_all(attributes: Mapping[str, str]) -> dict[str, str]:
    return {storable(name): storable(text) for name, text in attributes.items()}
