"""What is answered, as it stands in the OpenAPI document. All `*_ms` are milliseconds: moments since 1970 or lengths."""

from __future__ import annotations

import enum
from typing import Any

import msgspec

from consumers.query.parameters import By
from schemas.live import Message
from schemas.metrics import Counts, Derived, Dimension, LiveGroup
from schemas.shown import ShownQueue
from schemas.timeline import TimelineKind
from schemas.trace import Trace
from schemas.values import AgentValue, Explanation, InteractionValue, LegValue
from schemas.vocabulary import CustomerKind


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """Base: every field is written."""


class AsOf(Answer, frozen=True, kw_only=True):
    """How old a live part is: complete as of `at_ms`; `(epoch, seq)`: the last decision in it."""

    at_ms: int
    epoch: int
    seq: int


class ShownPoint(Answer, frozen=True, kw_only=True):
    """A contact point; `masked`: part of it is hidden from you. `customer_id`: whom it is linked to."""

    kind: str
    value: str
    masked: bool = False
    customer_id: str | None = None


class ShownRelation(Answer, frozen=True, kw_only=True):
    """A relation to another customer, such as `buys_for`."""

    kind: str
    customer_id: str


class MergeStep(Answer, frozen=True, kw_only=True):
    """A merge: `merged_id` was read as `customer_id` from `at_ms` until `undone_ms` (null = still)."""

    merge_id: str
    customer_id: str
    merged_id: str
    at_ms: int
    by: str
    undone_ms: int | None = None
    undone_by: str | None = None


class Customer(Answer, frozen=True, kw_only=True):
    """A customer as read now, merges followed. `asked_id`: the id in the address; `merged_into`: what became of it,
    oldest first. `merged`: those that are read as this customer now.
    """

    customer_id: str
    asked_id: str
    kind: CustomerKind
    version: int
    created_ms: int
    changed_ms: int
    name: str | None
    card_type: str | None
    tier: str | None
    language: str | None
    owner: str | None
    preferred_agent: str | None
    do_not_contact: bool
    relations: tuple[ShownRelation, ...]
    contact_points: tuple[ShownPoint, ...]
    interactions: int
    merged: tuple[MergeStep, ...]
    merged_into: tuple[MergeStep, ...]


class FoundCustomer(Answer, frozen=True, kw_only=True):
    """One found. `matched_id`, `matched_name`: the record that was found, where it is read as this customer."""

    customer_id: str
    kind: CustomerKind
    name: str | None
    card_type: str | None
    tier: str | None
    owner: str | None
    matched_id: str
    matched_name: str | None


class FoundCustomers(Answer, frozen=True, kw_only=True):
    """Best matches first: the very name, names that begin so, others. `more`: there are others yet."""

    customers: tuple[FoundCustomer, ...]
    more: bool


class TimelineEntry(Answer, frozen=True, kw_only=True):
    """One thing that happened, with the customer id of its day. docs/query-api.md has what belongs to which kind."""

    entry_id: str
    kind: TimelineKind
    at_ms: int
    customer_id: str | None
    interaction_id: str | None
    channel: str | None
    queue: str | None
    site: str | None
    agent_id: str | None
    leg_id: str | None
    leg_kind: str | None
    offer_id: str | None
    message_id: str | None
    author: str | None
    state: str | None
    reason: str | None
    disposition: str | None
    duration_ms: int | None
    other_customer_id: str | None
    merge_id: str | None
    by_user: str | None
    scheduled_for_ms: int | None


class Timeline(Answer, frozen=True, kw_only=True):
    """A page, newest first. `older` and `newer` go on from it; null = there is nothing to go on from."""

    customer_id: str
    entries: tuple[TimelineEntry, ...]
    older: str | None
    newer: str | None


class InteractionEnd(Answer, frozen=True, kw_only=True):
    """How it ended."""

    at_ms: int
    state: str | None
    reason: str | None
    duration_ms: int | None


class Interaction(Answer, frozen=True, kw_only=True):
    """An interaction as it arrived, and how it stands. `routing` and `legs`: while it is live, as of `as_of`.
    `ended`: once the timeline knows of it. `subject` and `attributes` are hidden from who does not see contents.
    """

    interaction_id: str
    customer_id: str | None
    customer_name: str | None
    customer_of_its_day: str | None
    adapter: str
    channel: str
    received_ms: int | None
    language: str | None
    subject: str | None
    attributes: dict[str, str] | None
    contact_points: tuple[ShownPoint, ...]
    is_live: bool
    state: str | None
    routing: InteractionValue | None
    legs: tuple[LegValue, ...]
    ended: InteractionEnd | None
    as_of: AsOf | None


class Transcript(Answer, frozen=True, kw_only=True):
    """Messages in order. Complete below `complete_to`: ask on from there. `complete`: that was the log's end just now."""

    interaction_id: str
    messages: tuple[Message, ...]
    complete_to: int
    complete: bool


class CallbackNow(Answer, frozen=True, kw_only=True):
    """A scheduled callback: when it enters the queue, and whose it is (null = anybody's)."""

    interaction_id: str
    leg_id: str
    scheduled_for_ms: int | None
    preferred_agent: str | None


class QueueNow(ShownQueue, frozen=True, kw_only=True, omit_defaults=False):
    """A queue with who waits in it; every field is written, so that 0 and null are told apart.

    `callbacks`: of those `scheduled` the next ones, the earliest first. `expected_wait_ms`: of somebody who would enter now.
    """

    callbacks: tuple[CallbackNow, ...] = ()
    expected_wait_ms: int | None = None


class AgentNow(AgentValue, frozen=True, kw_only=True, omit_defaults=False):
    """An agent on both axes; every field is written."""


class OfferExplained(Answer, frozen=True, kw_only=True):
    """An offer, why that agent, and what came of it (null = nothing yet)."""

    offer_id: str | None
    leg_id: str | None
    agent_id: str | None
    queue: str | None
    at_ms: int
    explanation: Explanation | None
    outcome: TimelineKind | None
    outcome_reason: str | None
    outcome_ms: int | None


class WaitingNow(Answer, frozen=True, kw_only=True):
    """Where a live leg waits: its queue as it stands, for how long, what it asks for, its place in line and how long it may
    take from now on.
    """

    leg_id: str
    state: str
    queue: QueueNow | None
    step: int
    entered_queue_ms: int | None
    waited_ms: int
    requirements: dict[str, int]
    preferred_agent: str | None
    position: int | None = None
    expected_wait_ms: int | None = None


class ExplanationOf(Answer, frozen=True, kw_only=True):
    """Why an interaction went where it went: every offer, oldest first, and where it waits now.

    `trace`: every agent and every reason at every moment, recomputed from the routing log. null: it was not asked for,
    the role does not see how agents stand, the log does not have the interaction, or there is no explainer.
    """

    interaction_id: str
    offers: tuple[OfferExplained, ...]
    waiting: tuple[WaitingNow, ...]
    as_of: AsOf | None
    trace: Trace | None = None


class Wait(Answer, frozen=True, kw_only=True):
    """How long until an agent takes somebody who does not give up: `expected_ms` on average, and within `low_ms` and
    `high_ms` in `range_percent` of such cases. null = not known. docs/expected-wait.md tells how it comes about.
    """

    expected_ms: int | None
    low_ms: int | None
    high_ms: int | None
    range_percent: int
    as_of: AsOf


class WaitOf(Wait, frozen=True, kw_only=True):
    """Of a live interaction. `position`: among those who are queued in its queue, from 1; null = it is not queued (while it
    rings at an agent the expected wait is 0).
    """

    interaction_id: str
    leg_id: str
    state: str
    queue: str | None
    position: int | None


class QueueWait(Wait, frozen=True, kw_only=True):
    """Of somebody who would enter the queue now; whether it would take them is another matter: `open`, and its rules."""

    queue: str
    open: bool
    waiting: int
    position: int


class Queues(Answer, frozen=True, kw_only=True):
    """All queues with who waits in them."""

    queues: tuple[QueueNow, ...]
    as_of: AsOf


class Agents(Answer, frozen=True, kw_only=True):
    """All agents on both axes."""

    agents: tuple[AgentNow, ...]
    as_of: AsOf


class Span(Answer, frozen=True, kw_only=True):
    """One group's figures of a span; `complete_to_ms`: up to when they are counted (before `ends_ms`: still growing)."""

    dimension: Dimension
    id: str
    starts_ms: int
    ends_ms: int
    complete_to_ms: int
    counts: Counts
    derived: Derived


class MetricsSpans(Answer, frozen=True, kw_only=True):
    """Figures by span, in order of time, then dimension and id. A span without figures is left out: no data."""

    time_zone: str
    by: By
    spans: tuple[Span, ...]


class MetricsLive(Answer, frozen=True, kw_only=True):
    """Figures as they stand, complete up to the decision of `as_of`."""

    time_zone: str
    day_starts_ms: int
    interval_starts_ms: int
    groups: tuple[LiveGroup, ...]
    as_of: AsOf


class AuditPart(enum.StrEnum):
    """Where an act was done: over administration, or on the floor."""

    ADMINISTRATION = "administration"
    SUPERVISION = "supervision"


class AuditEntry(Answer, frozen=True, kw_only=True):
    """One act: who did what to what, when and why, and whether it took effect. `detail`: ids and numbers of the act."""

    entry_id: str
    at_ms: int
    part: AuditPart
    actor: str
    action: str
    subject: str
    reason: str | None = None
    outcome: str
    refusal: str | None = None
    detail: dict[str, Any]


class Audit(Answer, frozen=True, kw_only=True):
    """A page, newest first; `older` is the cursor of the next, null at the end."""

    entries: tuple[AuditEntry, ...]
    older: str | None = None


ANSWERS: tuple[type[Any], ...] = (
    Customer,
    FoundCustomers,
    Timeline,
    Interaction,
    Transcript,
    ExplanationOf,
    WaitOf,
    QueueWait,
    Queues,
    Agents,
    MetricsSpans,
    MetricsLive,
    Audit,
)
