"""Records of interactions.v1 to events, with contact points normalised; what cannot be read says why. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from runtime.contact_points import normalize
from runtime.dead_letters import DeadLetter
from runtime.errors import Invalid
from runtime.events import from_record
from runtime.records import Record
from schemas.interactions import InteractionAttributesChanged, InteractionReceived, InteractionsTopicEvent
from schemas.topics import INTERACTIONS
from streams.identity.model import Contact, Place

MAX_ID_CHARACTERS: Final = 200
MAX_MS: Final = 2**53

Hop = Callable[[str | None], str | None]


class Said(msgspec.Struct, frozen=True):
    """A readable record; `contact` is set when it may say something of the customer. `traceparent`: of this hop."""

    place: Place
    traceparent: str | None
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


def parse(batch: Sequence[Record], region: str, hop: Hop) -> Parsed:
    """Reads every record; never raises for one. `hop` gives a traceparent its child."""
    said: list[Said] = []
    dead: list[DeadLetter] = []
    for record in batch:
        try:
            said.append(_read(record, region, hop))
        except Invalid as error:
            dead.append(DeadLetter(record, error.reason))
    return Parsed(said, dead)


def _read(record: Record, region: str, hop: Hop) -> Said:
    event, envelope = from_record(record, INTERACTIONS)
    if not isinstance(event, InteractionsTopicEvent):
        raise TypeError(f"{INTERACTIONS.name} decodes to {type(event).__name__}")
    _check(record, event)
    place = Place(record.partition, record.offset)
    return Said(place, hop(envelope.traceparent), event, _contact(event, place, record.timestamp_ms, region))


def _check(record: Record, event: InteractionsTopicEvent) -> None:
    for name, text in (("workspace", event.workspace), ("interaction_id", event.interaction_id)):
        if not 0 < len(text) <= MAX_ID_CHARACTERS or not text.isprintable():
            raise Invalid(f"{name}: not an id")
    if record.key != event.workspace.encode():
        raise Invalid("the record's key is not its workspace")
    if isinstance(event, InteractionReceived) and not 0 <= event.received_at_ms < MAX_MS:
        raise Invalid("received_at_ms: out of range")
    for name in ("at_ms", "callback_at_ms"):
        moment = getattr(event, name, None)
        if moment is not None and not 0 <= moment < MAX_MS:
            raise Invalid(f"{name}: out of range")


def _contact(event: InteractionsTopicEvent, place: Place, at_ms: int, region: str) -> Contact | None:
    if not isinstance(event, InteractionReceived | InteractionAttributesChanged):
        return None
    points = tuple(dict.fromkeys(normalize(point, region) for point in event.contact_points))
    return Contact(event=event, place=place, at_ms=at_ms, points=points)
