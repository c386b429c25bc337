"""A batch of records to entries' records and dead letters. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from runtime.dead_letters import DeadLetter
from runtime.errors import Invalid
from runtime.events import from_record
from runtime.records import Output, Record
from runtime.stage import Handled
from schemas.customers import CustomerEvent
from schemas.decisions import Decision
from schemas.envelope import Envelope
from schemas.messages import MessagePosted
from schemas.timeline import TimelineEntryAdded
from schemas.topics import CUSTOMERS, MESSAGES, ROUTING_DECISIONS, Topic
from streams.timeline.entries import of_customer, of_message, to_record
from streams.timeline.following import Following

Tell = Callable[[Record, Any, Envelope], list[TimelineEntryAdded]]


def of_decisions(batch: Sequence[Record], following: Following) -> Handled:
    """Applies decisions to `following`; raises LogBroken when one is missing."""

    def tell(record: Record, event: Decision, _: Envelope) -> list[TimelineEntryAdded]:
        return following.apply(record.partition, event)

    return _handled(batch, ROUTING_DECISIONS, tell)


def of_messages(batch: Sequence[Record]) -> Handled:
    """Each message by itself."""

    def tell(record: Record, event: MessagePosted, _: Envelope) -> list[TimelineEntryAdded]:
        return of_message(event, record.offset)

    return _handled(batch, MESSAGES, tell)


def of_customers(batch: Sequence[Record]) -> Handled:
    """Each event of a customer by itself."""

    def tell(record: Record, event: CustomerEvent, envelope: Envelope) -> list[TimelineEntryAdded]:
        return of_customer(event, envelope, record.offset)

    return _handled(batch, CUSTOMERS, tell)


def _handled(batch: Sequence[Record], topic: Topic, tell: Tell) -> Handled:
    outputs: list[Output] = []
    dead: list[DeadLetter] = []
    for record in batch:
        try:
            event, envelope = from_record(record, topic)
            entries = tell(record, event, envelope)
        except Invalid as error:
            dead.append(DeadLetter(record, error.reason))
        else:
            outputs += [to_record(entry, envelope.traceparent) for entry in entries]
    return Handled(outputs, dead)
