"""One question, answered: stores and live parts put together, and masked for who asks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from consumers.query import floor, waits
from consumers.query.answers import (
    Agents,
    Audit,
    AuditPart,
    Customer,
    ExplanationOf,
    FoundCustomers,
    Interaction,
    MetricsLive,
    MetricsSpans,
    Queues,
    QueueWait,
    ShownPoint,
    Timeline,
    Transcript,
    WaitOf,
)
from consumers.query.audit import AuditTrail, WantedActs
from consumers.query.cursor import BadCursor, Cursor, decode, mark_of
from consumers.query.customers import Customers, TooShort
from consumers.query.explainer import Explainer
from consumers.query.files import Files, StoredFile, claim_in
from consumers.query.interactions import Interactions, KeptInteraction
from consumers.query.intervals import Intervals, TooMany
from consumers.query.live import Live
from consumers.query.masking import masked
from consumers.query.parameters import (
    MAX_MS,
    AuditOf,
    Entering,
    ExplanationWanted,
    MetricsNow,
    MetricsOf,
    SearchBy,
    TimelineOf,
    check_metrics,
    check_span,
    chosen_way,
    kinds_of,
)
from consumers.query.periods import Calendar, spans
from consumers.query.permissions import Operation, Part, Visible, check, may, visible
from consumers.query.problems import Kind, invalid, not_ready
from consumers.query.timeline import Timelines, Wanted
from runtime.clock import Clock
from runtime.contact_points import NormalPoint, normalize, parse_key
from runtime.credentials import Principal
from runtime.partitioner import partition_of
from runtime.problems import Problem
from runtime.records import TopicPartition
from runtime.transcripts import Transcripts
from runtime.transcripts import Wanted as WantedMessages
from runtime.validation import FieldError
from schemas.interactions import ContactPoint
from schemas.topics import MESSAGES
from schemas.trace import Trace
from schemas.view import View

CLOCKS_APART_MS: Final = 60_000
"""By so much at most the clock that stamps an arrival and the broker's may differ."""
_UNNAMED = "no customer has this id"


class Asker(msgspec.Struct, frozen=True):
    """Who asks, and how they said so: for who is asked on their behalf."""

    who: Principal
    authorization: str


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What questions are answered from; `region` reads phones without a country code. Stores may raise `AWAY`."""

    customers: Customers
    timelines: Timelines
    interactions: Interactions
    intervals: Intervals
    transcripts: Transcripts
    files: Files
    trail: AuditTrail
    live: Live
    explainer: Explainer
    clock: Clock
    region: str

    async def customer(self, who: Principal, workspace: str, customer_id: str) -> Customer:
        """The customer that the id means now."""
        found = await self.customers.read(workspace, customer_id)
        if found is None:
            raise Problem(Kind.NOT_FOUND, _UNNAMED)
        family = (found.customer_id, *(step.merged_id for step in found.merged))
        if await self._sees_points(who, workspace, family):
            return found
        return msgspec.structs.replace(found, contact_points=_hidden(found.contact_points))

    async def search(self, who: Principal, workspace: str, query: SearchBy) -> FoundCustomers:
        """Customers by a part of their name or by a whole contact point."""
        way, value = chosen_way(query)
        if way == "name":
            check(who, Operation.FIND_BY_NAME, workspace)
            try:
                return await self.customers.by_name(workspace, value, query.limit)
            except TooShort:
                raise invalid([FieldError("query name", "give two letters, or one Chinese character")]) from None
        check(who, Operation.FIND_BY_CONTACT_POINT, workspace)
        return await self.customers.by_point(workspace, self._point(way, value), query.limit)

    async def timeline(self, workspace: str, customer_id: str, query: TimelineOf) -> Timeline:
        """A page of the customer's timeline, of all who are merged into it too."""
        check_span(query.from_ms, query.to_ms)
        kinds = kinds_of(query)
        family = await self.customers.family(workspace, customer_id)
        if not family:
            raise Problem(Kind.NOT_FOUND, _UNNAMED)
        mark = mark_of(workspace, family[0], query.channel, *kinds, query.from_ms, query.to_ms)
        wanted = Wanted(
            workspace=workspace,
            family=family,
            from_ms=query.from_ms or 0,
            to_ms=MAX_MS if query.to_ms is None else query.to_ms,
            channel=query.channel,
            kinds=kinds,
            limit=query.limit,
            mark=mark,
            cursor=_cursor(query.cursor, mark),
        )
        return await self.timelines.page(wanted)

    async def interaction(self, who: Principal, workspace: str, interaction_id: str) -> Interaction:
        """The interaction as it arrived and as it stands."""
        kept = await self.interactions.read(workspace, interaction_id)
        known = self.live.view_if_any(workspace)
        view, at_ms = known or (View(workspace), 0)
        value = view.interaction(interaction_id)
        if kept is None and value is None:
            raise Problem(Kind.NOT_FOUND, "no interaction has this id")
        ended = None if value is not None else await self.timelines.end(workspace, interaction_id)
        state = floor.state_of(view, interaction_id) or (ended.state if ended is not None else None)
        shown = await self._shown(who, workspace, interaction_id, kept)
        return Interaction(
            interaction_id=interaction_id,
            customer_id=shown.customer_id or (value.customer_id if value is not None else None),
            customer_name=shown.customer_name,
            customer_of_its_day=shown.customer_of_its_day,
            adapter=value.adapter if value is not None else shown.adapter,
            channel=value.channel if value is not None else shown.channel,
            received_ms=None if kept is None else kept.received_ms,
            language=shown.language,
            subject=shown.subject,
            attributes=shown.attributes if self._sees_contents(who) else None,
            contact_points=shown.contact_points,
            is_live=value is not None,
            state=state,
            routing=value,
            legs=tuple(view.legs_of(interaction_id)),
            ended=ended,
            as_of=None if known is None else floor.as_of(view, at_ms),
        )

    async def transcript(self, workspace: str, interaction_id: str, from_offset: int) -> Transcript:
        """The messages from that offset on."""
        known = await self.interactions.read(workspace, interaction_id)
        view = self.live.view_if_any(workspace)
        if known is None and (view is None or view[0].interaction(interaction_id) is None):
            raise Problem(Kind.NOT_FOUND, "no interaction has this id")
        partition = TopicPartition(MESSAGES.name, partition_of(interaction_id.encode(), MESSAGES.partitions))
        wanted = WantedMessages(
            workspace=workspace,
            interaction_id=interaction_id,
            partition=partition.partition,
            after=from_offset - 1,
            border=await self.live.end_of(partition),
        )
        found = await self.transcripts.read(wanted, self.clock.now_ms())
        return Transcript(
            interaction_id=interaction_id,
            messages=found.messages,
            complete_to=max(found.complete_to, from_offset),
            complete=found.complete,
        )

    async def attachment(self, workspace: str, interaction_id: str, attachment_id: str) -> StoredFile:
        """The file that a message of the interaction brought."""
        from_offset, complete = 0, False
        while not complete:
            page = await self.transcript(workspace, interaction_id, from_offset)
            claim = claim_in(page.messages, attachment_id)
            if claim is not None:
                return await self.files.read(workspace, claim)
            if not page.complete and page.complete_to <= from_offset:
                raise not_ready("the messages")
            from_offset, complete = page.complete_to, page.complete
        raise Problem(Kind.NOT_FOUND, "no message of this interaction has this attachment")

    async def explanation(
        self, asker: Asker, workspace: str, interaction_id: str, query: ExplanationWanted
    ) -> ExplanationOf:
        """Why it went where it went, where it waits now, and how that came about."""
        known = self.live.view_if_any(workspace)
        view, at_ms = known or (View(workspace), 0)
        offers = await self.timelines.offers(workspace, interaction_id)
        if not offers and view.interaction(interaction_id) is None:
            kept = await self.interactions.read(workspace, interaction_id)
            if kept is None:
                raise Problem(Kind.NOT_FOUND, "no interaction has this id")
        return ExplanationOf(
            interaction_id=interaction_id,
            offers=offers,
            waiting=waits.of_legs(floor.waiting(view, interaction_id), self.live.orders(workspace), view.at_ms),
            as_of=None if known is None else floor.as_of(view, at_ms),
            trace=await self._trace(asker, workspace, interaction_id, query),
        )

    def wait(self, who: Principal, workspace: str, interaction_id: str) -> WaitOf:
        """Where a live interaction stands in line. Who only speaks for an adapter asks of its own."""
        view, at_ms = self.live.view(workspace)
        orders = self.live.orders(workspace)
        found = waits.of_interaction(view, orders, interaction_id, floor.as_of(view, at_ms))
        value = view.interaction(interaction_id)
        if found is None or value is None:
            raise Problem(Kind.NOT_FOUND, "no live interaction has this id")
        if not may(who, Operation.READ_INTERACTION) and value.adapter != who.adapter:
            raise Problem(Kind.NOT_FOUND, "no live interaction has this id")
        return found

    def queue_wait(self, workspace: str, queue: str, query: Entering) -> QueueWait:
        """How long somebody would wait who entered the queue now."""
        view, at_ms = self.live.view(workspace)
        orders = self.live.orders(workspace)
        found = waits.before_entering(view, orders, queue, query.head_start_ms, floor.as_of(view, at_ms))
        if found is None:
            raise Problem(Kind.NOT_FOUND, "there is no such queue")
        return found

    def queues(self, workspace: str) -> Queues:
        """All queues as they stand."""
        view, at_ms = self.live.view(workspace)
        return waits.in_queues(floor.queues(view, at_ms), self.live.orders(workspace), view.at_ms)

    def agents(self, workspace: str) -> Agents:
        """All agents as they stand."""
        return floor.agents(*self.live.view(workspace))

    async def metrics(self, workspace: str, query: MetricsOf) -> MetricsSpans:
        """Figures by span, whole spans only."""
        check_metrics(query)
        zone = await self.intervals.time_zone(workspace)
        calendar = Calendar(query.by, zone)
        bounds = calendar.widened(query.from_ms, query.to_ms)
        try:
            quarters = await self.intervals.read(workspace, query.dimension, query.id, bounds)
        except TooMany:
            raise invalid([FieldError("query", "too much for one answer: ask for less time, or one id")]) from None
        known = self.live.view_if_any(workspace)
        formulas = {} if known is None else floor.formulas(known[0])
        return MetricsSpans(time_zone=zone, by=query.by, spans=spans(quarters, calendar, formulas))

    async def audit(self, who: Principal, workspace: str, query: AuditOf) -> Audit:
        """What was done, newest first. Who is no administrator sees what was done on the floor."""
        check_span(query.from_ms, query.to_ms)
        parts = tuple(AuditPart) if may(who, Operation.READ_ADMINISTRATION) else (AuditPart.SUPERVISION,)
        mark = mark_of(workspace, *parts, query.actor, query.action, query.subject, query.from_ms, query.to_ms)
        wanted = WantedActs(
            workspace=workspace,
            parts=parts,
            actor=query.actor,
            action=query.action,
            subject=query.subject,
            from_ms=query.from_ms or 0,
            to_ms=MAX_MS if query.to_ms is None else query.to_ms,
            limit=query.limit,
            mark=mark,
            cursor=_cursor(query.cursor, mark),
        )
        return await self.trail.page(wanted)

    def metrics_live(self, workspace: str, query: MetricsNow) -> MetricsLive:
        """Figures as they stand."""
        found = self.live.latest(workspace).figures(query.dimension, query.id)
        if found is None:
            raise not_ready("the live figures")
        return found

    async def _trace(self, asker: Asker, workspace: str, interaction_id: str, query: ExplanationWanted) -> Trace | None:
        """How every agent stood: for those who may see that. Who asks for it expressly gets it or a refusal."""
        if query.trace is False:
            return None
        if query.trace is None and not (self.explainer.is_there and may(asker.who, Operation.READ_AGENTS)):
            return None
        check(asker.who, Operation.READ_AGENTS, workspace)
        kept = await self.interactions.read(workspace, interaction_id)
        since_ms = None if kept is None else max(0, kept.received_ms - CLOCKS_APART_MS)
        return await self.explainer.trace(workspace, interaction_id, asker.authorization, query.at_ms, since_ms)

    def _point(self, way: str, value: str) -> NormalPoint:
        point = (
            parse_key(value, self.region)
            if way == "contact_point"
            else normalize(ContactPoint(kind=way, value=value), self.region)
        )
        if point.error is not None:
            raise invalid([FieldError(f"query {way}", f"is not a contact point: {point.error.value}")])
        return point

    async def _shown(
        self, who: Principal, workspace: str, interaction_id: str, kept: KeptInteraction | None
    ) -> KeptInteraction:
        """The row as this one may see it; an empty one when there is no row yet."""
        if kept is None:
            return KeptInteraction.nothing()
        if not self._sees_contents(who):
            kept = msgspec.structs.replace(kept, subject=None, attributes={})
        family = () if kept.customer_id is None else await self.customers.family(workspace, kept.customer_id)
        if await self._sees_points(who, workspace, family, interaction_id):
            return kept
        return msgspec.structs.replace(kept, contact_points=_hidden(kept.contact_points))

    def _sees_contents(self, who: Principal) -> bool:
        return visible(who, Part.CONTENTS) is Visible.ALWAYS

    async def _sees_points(
        self, who: Principal, workspace: str, family: Sequence[str], interaction_id: str | None = None
    ) -> bool:
        """Whether contact points of these customers are shown whole. Without a live view an agent sees none."""
        how_far = visible(who, Part.CONTACT_POINTS)
        known = self.live.view_if_any(workspace) if how_far is Visible.WITH_WORK else None
        if known is None:
            return how_far is Visible.ALWAYS
        view, _ = known
        mine = floor.in_hand(view, who.agent_id)
        if interaction_id in mine or not floor.customers_in(view, mine).isdisjoint(family):
            return True
        return await self.customers.concerns(workspace, family, mine)


def _cursor(text: str | None, mark: str) -> Cursor | None:
    try:
        return None if text is None else decode(text, mark)
    except BadCursor as error:
        raise invalid([FieldError("query cursor", str(error))]) from None


def _hidden(points: Sequence[ShownPoint]) -> tuple[ShownPoint, ...]:
    return tuple(msgspec.structs.replace(point, value=masked(point.kind, point.value), masked=True) for point in points)
