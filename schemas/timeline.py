"""A customer's ordered history: topic `timeline.entries.v1`, keyed by customer (by interaction while nobody is known).

An entry's id follows from what it was made of, so that a repetition is the same entry; customers are those of the day.
No content: a message's text is read where messages are kept.
"""

from __future__ import annotations

import enum

from schemas.event import Event
from schemas.values import Explanation
from schemas.vocabulary import LegKind


class TimelineKind(enum.StrEnum):
    """What happened."""

    CONTACT_ARRIVED = "contact.arrived"
    CONTACT_QUEUED = "contact.queued"
    CONTACT_IDENTIFIED = "contact.identified"
    CONTACT_MOVED = "contact.moved"
    CONTACT_ASSIGNED = "contact.assigned"
    CONTACT_PRIORITISED = "contact.prioritised"
    CONTACT_CANCELLED = "contact.cancelled"
    CALLBACK_REQUESTED = "callback.requested"
    OFFER_MADE = "offer.made"
    OFFER_ACCEPTED = "offer.accepted"
    OFFER_REJECTED = "offer.rejected"
    OFFER_MISSED = "offer.missed"
    OFFER_RESCINDED = "offer.rescinded"
    CONSULT_STARTED = "consult.started"
    CONSULT_ENDED = "consult.ended"
    JOIN_ENDED = "join.ended"
    AGENT_CONNECTED = "agent.connected"
    AGENT_JOINED = "agent.joined"
    HOLD_STARTED = "hold.started"
    HOLD_ENDED = "hold.ended"
    AGENT_PART_ENDED = "agent.part_ended"
    AGENT_DONE = "agent.done"
    CONTACT_ENDED = "contact.ended"
    MESSAGE_POSTED = "message.posted"
    CUSTOMER_CREATED = "customer.created"
    CUSTOMER_CHANGED = "customer.changed"
    CONTACT_POINT_LINKED = "contact_point.linked"
    CONTACT_POINT_UNLINKED = "contact_point.unlinked"
    CUSTOMERS_MERGED = "customers.merged"
    CUSTOMERS_UNMERGED = "customers.unmerged"


class TimelineEntryAdded(Event, frozen=True, kw_only=True, tag="timeline.entry_added"):
    """One thing that happened. `at_ms`: when, by the event that tells it; `order`: the place among those of one moment.

    `state` is the final state (of `agent.joined` the `JoinMode`), `reason` an `EndReason` or a `RescindReason`;
    `duration_ms`: how long that lasted which has just ended (a hold, an agent's part, a wrap-up, the whole contact).
    `other_customer_id`: with whom a customer was merged. `explanation`: of an offer made, why this agent. A consult, or a
    supervisor's joining, that ends before anybody was connected is told as such; after that it is an agent's part.
    `scheduled_for_ms`: of a callback, the moment asked for; None = as soon as somebody can; `agent_id` is then whose
    callback it is. Of what a supervisor did (`contact.moved`, `.assigned`, `.prioritised`, `.cancelled`) `by` says who,
    `reason` why, in their words.
    """

    workspace: str
    entry_id: str
    kind: TimelineKind
    at_ms: int
    order: int
    customer_id: str | None = None
    interaction_id: str | None = None
    channel: str | None = None
    queue: str | None = None
    site: str | None = None
    agent_id: str | None = None
    leg_id: str | None = None
    leg_kind: LegKind | None = None
    offer_id: str | None = None
    message_id: str | None = None
    author: str | None = None
    state: str | None = None
    reason: str | None = None
    disposition: str | None = None
    duration_ms: int | None = None
    other_customer_id: str | None = None
    merge_id: str | None = None
    by: str | None = None
    explanation: Explanation | None = None
    scheduled_for_ms: int | None = None


TimelineTopicEvent = TimelineEntryAdded
