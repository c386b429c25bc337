"""Messages and what identity says of customers, to entries; and an entry to its record. Pure.

No content: of a message its author, of a contact point that one came or went.
"""

from __future__ import annotations

from typing import Final

from runtime.events import to_output
from runtime.records import Output
from schemas.customers import (
    CustomerChanged,
    CustomerCreated,
    CustomerEvent,
    CustomersMerged,
    CustomersUnmerged,
    IdentityLinked,
    IdentityUnlinked,
)
from schemas.envelope import Envelope
from schemas.messages import MessagePosted
from schemas.timeline import TimelineEntryAdded, TimelineKind
from schemas.topics import TIMELINE_ENTRIES

SOURCE: Final = "streams/timeline"

_KINDS: Final[dict[type[CustomerEvent], TimelineKind]] = {
    CustomerCreated: TimelineKind.CUSTOMER_CREATED,
    CustomerChanged: TimelineKind.CUSTOMER_CHANGED,
    IdentityLinked: TimelineKind.CONTACT_POINT_LINKED,
    IdentityUnlinked: TimelineKind.CONTACT_POINT_UNLINKED,
    CustomersMerged: TimelineKind.CUSTOMERS_MERGED,
    CustomersUnmerged: TimelineKind.CUSTOMERS_UNMERGED,
}


def of_message(event: MessagePosted, offset: int) -> list[TimelineEntryAdded]:
    """A message is one entry, however often it is posted. Whose it is follows from the interaction, when it is read."""
    return [
        TimelineEntryAdded(
            workspace=event.workspace,
            entry_id=f"m/{event.message_id}",
            kind=TimelineKind.MESSAGE_POSTED,
            at_ms=event.sent_at_ms,
            order=offset,
            interaction_id=event.interaction_id,
            message_id=event.message_id,
            author=event.author,
            agent_id=event.agent_id,
            leg_id=event.leg_id,
        )
    ]


def of_customer(event: CustomerEvent, envelope: Envelope, offset: int) -> list[TimelineEntryAdded]:
    """A merge and its undoing belong to the history of both; everything else to one customer's."""
    name = f"c/{envelope.source}/{envelope.id}"
    kind = _KINDS[type(event)]
    if not isinstance(event, CustomersMerged | CustomersUnmerged):
        return [_of_one(event, kind, name, offset)]
    both = ((event.customer_id, event.merged_id, name), (event.merged_id, event.customer_id, f"{name}/1"))
    return [
        TimelineEntryAdded(
            workspace=event.workspace,
            entry_id=entry_id,
            kind=kind,
            at_ms=event.at_ms,
            order=offset,
            customer_id=customer_id,
            other_customer_id=other,
            merge_id=event.merge_id,
            by=event.by,
        )
        for customer_id, other, entry_id in both
    ]


def to_record(entry: TimelineEntryAdded, traceparent: str | None = None) -> Output:
    """Keyed by customer, by interaction while nobody is known."""
    return to_output(
        entry,
        TIMELINE_ENTRIES,
        key=entry.customer_id or entry.interaction_id or entry.workspace,
        event_id=entry.entry_id,
        source=SOURCE,
        subject=entry.customer_id or entry.interaction_id,
        traceparent=traceparent,
    )


def _of_one(event: CustomerEvent, kind: TimelineKind, name: str, offset: int) -> TimelineEntryAdded:
    return TimelineEntryAdded(
        workspace=event.workspace,
        entry_id=name,
        kind=kind,
        at_ms=event.at_ms,
        order=offset,
        customer_id=event.customer_id,
    )
