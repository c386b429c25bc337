"""What is said of a contact: inputs for routing, and events of its customer. Pure.

Routing gets ids and attributes only, never names, addresses, numbers, content or an adapter's own attributes. What the
adapter says of language and preferred agent goes before what the customer's record says. The late pass repeats only what
identity may have changed, so that it never undoes what others did meanwhile.
"""

from __future__ import annotations

from typing import Final

import msgspec

from runtime.events import to_output
from runtime.records import Output
from schemas.customers import CustomerCreated, CustomerEvent, IdentityLinked
from schemas.inputs import InteractionIdentified, InteractionUpdated
from schemas.interactions import (
    ContactPoint,
    InteractionAttributesChanged,
    InteractionEvent,
    InteractionReceived,
    Source,
)
from schemas.topics import CUSTOMERS, ROUTING_INPUTS
from streams.identity.model import Contact, Customer, Outcome, Place
from streams.identity.parse import Said

IDENTITY: Final = "identity"
LATE: Final = "identity.late"
EVENT_SOURCE: Final = "streams/identity"

_NOBODY: Final = Outcome()


def outputs_of(said: Said, outcome: Outcome | None) -> list[Output]:
    """What a record becomes; `outcome` None = the store did not answer, or the record says nothing of a customer."""
    event = _input(said, outcome, Source(name=IDENTITY, partition=said.place.partition, offset=said.place.offset))
    inputs = [] if event is None else [_to_routing(event, said)]
    return inputs + _customer_outputs(said, outcome)


def late_outputs_of(said: Said, outcome: Outcome) -> list[Output]:
    """What the late pass says of a contact; nothing when there is nothing to tell."""
    if said.contact is None:
        return []
    event = _late(said.contact, outcome)
    return ([] if event is None else [_to_routing(event, said)]) + _customer_outputs(said, outcome)


def _input(said: Said, outcome: Outcome | None, source: Source) -> InteractionEvent | None:
    match said.event:
        case InteractionReceived() as event:
            found = outcome or _NOBODY
            return None if found.duplicate else _identified(event, found.customer, source)
        case InteractionAttributesChanged() as event:
            return _updated(event, (outcome or _NOBODY).customer, source)
        case event:
            return msgspec.structs.replace(event, source=source)


def _identified(event: InteractionReceived, customer: Customer | None, source: Source) -> InteractionIdentified:
    return InteractionIdentified(
        workspace=event.workspace,
        interaction_id=event.interaction_id,
        source=source,
        adapter=event.adapter,
        instance=event.instance,
        channel=event.channel,
        queue=event.queue,
        customer_id=customer.customer_id if customer else None,
        tier=customer.tier if customer else None,
        card_type=customer.card_type if customer else None,
        language=_first(event.language, customer.language if customer else None),
        preferred_agent=_first(event.preferred_agent, customer.preferred_agent if customer else None),
        owner=customer.owner if customer else None,
        do_not_contact=customer.do_not_contact if customer else False,
        priority=event.priority,
        requirements=event.requirements,
        site=event.site,
        campaign=event.campaign,
        case_ids=event.case_ids,
        direction=event.direction,
        confirms_connection=event.confirms_connection,
        linked_to=event.linked_to,
        callback_at_ms=event.callback_at_ms,
    )


def _updated(event: InteractionAttributesChanged, customer: Customer | None, source: Source) -> InteractionUpdated:
    """The adapter's changes; what the customer's record says only when the change named contact points."""
    found = customer if event.contact_points else None
    return InteractionUpdated(
        workspace=event.workspace,
        interaction_id=event.interaction_id,
        source=source,
        customer_id=found.customer_id if found else None,
        tier=found.tier if found else None,
        card_type=found.card_type if found else None,
        language=event.language,
        preferred_agent=event.preferred_agent,
        owner=found.owner if found else None,
        do_not_contact=found.do_not_contact if found else None,
        priority=event.priority,
        requirements=event.requirements,
        case_ids=event.case_ids,
    )


def _late(contact: Contact, outcome: Outcome) -> InteractionUpdated | None:
    event, customer = contact.event, outcome.customer
    arrived = isinstance(event, InteractionReceived)
    if arrived and customer is None:
        return None
    source = Source(name=LATE, partition=contact.place.partition, offset=contact.place.offset)
    if isinstance(event, InteractionAttributesChanged):
        told = _updated(event, customer, source)
        told = msgspec.structs.replace(told, priority=None, requirements=None, case_ids=None)
        return told if _says_something(told) else None
    assert customer is not None
    return InteractionUpdated(
        workspace=event.workspace,
        interaction_id=event.interaction_id,
        source=source,
        customer_id=customer.customer_id,
        tier=customer.tier,
        card_type=customer.card_type,
        language=_first(event.language, customer.language),
        preferred_agent=_first(event.preferred_agent, customer.preferred_agent),
        owner=customer.owner,
        do_not_contact=customer.do_not_contact,
    )


def _says_something(event: InteractionUpdated) -> bool:
    return any(value is not None for value in (event.customer_id, event.language, event.preferred_agent))


def _customer_outputs(said: Said, outcome: Outcome | None) -> list[Output]:
    """Events of the customer, made by this very record: their ids are the same however often they are sent."""
    contact = said.contact
    if contact is None or outcome is None or outcome.customer is None:
        return []
    events: list[tuple[str, CustomerEvent]] = []
    customer = outcome.customer
    if outcome.created:
        created = CustomerCreated(
            workspace=customer.workspace,
            customer_id=customer.customer_id,
            at_ms=customer.created_ms,
            kind=customer.kind,
        )
        events.append(("created", created))
    for number, link in enumerate(outcome.linked):
        linked = IdentityLinked(
            workspace=link.workspace,
            customer_id=link.customer_id,
            at_ms=link.linked_ms,
            contact_point=ContactPoint(kind=link.kind, value=link.value),
        )
        events.append((f"linked/{number}", linked))
    return [_to_customers(event, f"{_place(contact.place)}/{what}", said.traceparent) for what, event in events]


def _to_routing(event: InteractionEvent, said: Said) -> Output:
    source = event.source
    assert source is not None
    return to_output(
        event,
        ROUTING_INPUTS,
        key=event.workspace,
        event_id=f"{source.name}/{_place(said.place)}/{source.index}",
        source=EVENT_SOURCE,
        subject=event.interaction_id,
        traceparent=said.traceparent,
    )


def _to_customers(event: CustomerEvent, event_id: str, traceparent: str | None) -> Output:
    return to_output(
        event,
        CUSTOMERS,
        key=event.customer_id,
        event_id=f"{IDENTITY}/{event_id}",
        source=EVENT_SOURCE,
        subject=event.customer_id,
        traceparent=traceparent,
    )


def _place(place: Place) -> str:
    return f"{place.partition}/{place.offset}"


def _first(said: str | None, known: str | None) -> str | None:
    return known if said is None else said
