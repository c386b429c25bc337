"""Records of interactions.v1 to events, with contact points normalised; what cannot be read says why. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from runtime.contact_points import normalize
from runtime.dead_letters import DeadLetter
from runtime.errors import Invalid
from runtime.records import Record
from schemas.codec import Undecodable, decode
from schemas.envelope import Envelope, from_headers
from schemas.event import wire_type
from schemas.interactions import InteractionAttributesChanged, InteractionReceived, InteractionsTopicEvent
from schemas.topics import INTERACTIONS
from streams.identity.model import Contact, Place

MAX_ID_CHARACTERS: Final = 200
MAX_MS: Final = 2**53


class Said(msgspec.Struct, frozen=True):
    """A readable record; `contact` is set when it may say something of the customer."""

    place: Place
    envelope: Envelope
    event: InteractionsTopicEvent
    contact: Contact | None


class Parsed(msgspec.Struct, frozen=True):
    """A batch, in order, and the records that nobody will ever read."""

    said: Sequence[Said]
    dead: Sequence[DeadLetter]

    @property
    def contacts(self) -> list[Contact]:
        """The contacts of the batch, in order."""
        return [it.contact for it in self.said if it.contact is not None]


def parse(batch: Sequence[Record], region: str) -> Parsed:
    """Reads every record; never raises for one."""
    said: list[Said] = []
    dead: list[DeadLetter] = []
    for record in batch:
        try:
            said.append(_read(record, region))
        except Invalid as error:
            dead.append(DeadLetter(record, error.reason))
    return Parsed(said, dead)


def _read(record: Record, region: str) -> Said:
    if record.value is None:
        raise Invalid("no value")
    try:
        envelope = from_headers(record.headers)
        event = decode(INTERACTIONS, record.value, envelope.version)
    except (Undecodable, ValueError) as error:
        raise Invalid(str(error)) from error
    if envelope.type != wire_type(event):
        raise Invalid(f"ce_type says {envelope.type}, the value {wire_type(event)}")
    _check(record, event)
    place = Place(record.partition, record.offset)
    return Said(place, envelope, event, _contact(event, place, record.timestamp_ms, region))


def _check(record: Record, event: InteractionsTopicEvent) -> None:
    for name, text in (("workspace", event.workspace), ("interaction_id", event.interaction_id)):
        if not 0 < len(text) <= MAX_ID_CHARACTERS or not text.isprintable():
            raise Invalid(f"{name}: not an id")
    if record.key != event.workspace.encode():
        raise Invalid("the record's key is not its workspace")
    if isinstance(event, InteractionReceived) and not 0 <= event.received_at_ms < MAX_MS:
        raise Invalid("received_at_ms: out of range")


def _contact(event: InteractionsTopicEvent, place: Place, at_ms: int, region: str) -> Contact | None:
    if not isinstance(event, InteractionReceived | InteractionAttributesChanged):
        return None
    points = tuple(dict.fromkeys(normalize(point, region) for point in event.contact_points))
    return Contact(event=event, place=place, at_ms=at_ms, points=points)
