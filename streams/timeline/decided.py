"""Decisions to entries. Pure: the same decision over the same knowledge gives the same entries, byte for byte.

A decision that only restates what holds (`InteractionChanged` in a new epoch) makes no entry: nothing has happened. An
interaction that is not known gives entries that say only what the decision itself does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

from schemas import ids
from schemas.decisions import (
    Decision,
    InteractionChanged,
    LegConnected,
    LegEnded,
    LegHeld,
    LegJoined,
    LegQueued,
    LegResumed,
    LegScheduled,
    LegWrapUpStarted,
    OfferAccepted,
    OfferMade,
    OfferRejected,
    OfferRescinded,
    OfferTimedOut,
)
from schemas.timeline import TimelineEntryAdded, TimelineKind
from schemas.values import LegValue
from schemas.vocabulary import ENDED, LegKind, LegState
from streams.timeline.known import NOBODY, Known, KnownLeg, ends_contact, interaction_of, learn

Said = tuple[TimelineKind, dict[str, Any]]
"""An entry's kind and the fields that only this kind has."""

_UNCONNECTED: Final[dict[LegKind, TimelineKind]] = {
    LegKind.CONSULT: TimelineKind.CONSULT_ENDED,
    LegKind.JOIN: TimelineKind.JOIN_ENDED,
}
_OF_CONTACT: Final[dict[str, Any]] = {"leg_id": None, "leg_kind": None, "agent_id": None, "queue": None}


class Moment(NamedTuple):
    """A decision, and what was known before it."""

    before: Known
    decision: Decision

    def known_leg(self, leg: LegValue) -> KnownLeg | None:
        """The leg as it was."""
        return self.before.legs.get(leg.leg_id)

    def since(self, began_ms: int | None) -> int | None:
        """How long it is by now."""
        return None if began_ms is None else self.decision.at_ms - began_ms


def entries_of(known: Known | None, decision: Decision) -> list[TimelineEntryAdded]:
    """What the decision adds to the timeline; `known`: what was known before it, None = nothing."""
    tell = _TELL.get(type(decision))
    interaction_id = interaction_of(decision)
    if tell is None or interaction_id is None:
        return []
    moment = Moment(NOBODY if known is None else known, decision)
    shared = _shared(moment, interaction_id)
    name = ids.decision_id(decision.workspace, decision.epoch, decision.seq)
    return [
        TimelineEntryAdded(entry_id=f"{name}/{number}" if number else name, kind=kind, **{**shared, **own})
        for number, (kind, own) in enumerate(_told(tell, moment))
    ]


def _told(tell: Tell, moment: Moment) -> Iterator[Said]:
    if _arrives(moment):
        yield TimelineKind.CONTACT_ARRIVED, _OF_CONTACT
    leg = moment.decision.leg
    if leg is not None and _asks_for_callback(moment, leg):
        at_ms = leg.scheduled_for_ms if leg.state is LegState.SCHEDULED else None
        yield TimelineKind.CALLBACK_REQUESTED, {"agent_id": leg.preferred_agent, "scheduled_for_ms": at_ms}
    yield from tell(moment)


def _arrives(moment: Moment) -> bool:
    """The decision is the first that says what the contact is."""
    said = moment.decision.interaction is not None and not isinstance(moment.decision, InteractionChanged)
    return said and moment.before.arrived_ms is None


def _asks_for_callback(moment: Moment, leg: LegValue) -> bool:
    """The leg is a callback by a wish of this moment."""
    was = moment.known_leg(leg)
    return leg.callback_ms == moment.decision.at_ms and (was is None or was.callback_ms != leg.callback_ms)


def _shared(moment: Moment, interaction_id: str) -> dict[str, Any]:
    decision = moment.decision
    now = learn(moment.before, decision)
    shared: dict[str, Any] = {
        "workspace": decision.workspace,
        "at_ms": decision.at_ms,
        "order": decision.seq,
        "interaction_id": interaction_id,
        "customer_id": now.customer_id,
        "channel": now.channel,
        "site": now.site,
    }
    leg, offer = decision.leg, decision.offer
    if leg is not None:
        shared |= {"leg_id": leg.leg_id, "leg_kind": leg.kind, "queue": leg.queue, "agent_id": leg.agent_id}
    if offer is not None:
        shared |= {"offer_id": offer.offer_id, "leg_id": offer.leg_id, "agent_id": offer.agent_id}
        shared |= {} if offer.queue is None else {"queue": offer.queue}
    return shared


def _one(kind: TimelineKind) -> Tell:
    return lambda _: iter([(kind, {})])


def _nothing(_: Moment) -> Iterator[Said]:
    return iter(())


def _resumed(moment: Moment) -> Iterator[Said]:
    leg = moment.decision.leg
    if leg is not None:
        was = moment.known_leg(leg)
        yield TimelineKind.HOLD_ENDED, {"duration_ms": None if was is None else moment.since(was.since_ms)}


def _wrap_up_started(moment: Moment) -> Iterator[Said]:
    if moment.decision.leg is not None:
        yield from _part_ended(moment, moment.decision.leg)


def _ended(moment: Moment) -> Iterator[Said]:
    leg = moment.decision.leg
    if leg is None:
        return
    was = moment.known_leg(leg)
    if was is not None and was.state is LegState.WRAP_UP:
        yield TimelineKind.AGENT_DONE, {"duration_ms": moment.since(was.since_ms), "disposition": leg.disposition}
    elif leg.connected_ms is not None and leg.agent_id is not None:
        yield from _part_ended(moment, leg)
    yield from _unconnected(leg)
    if ends_contact(moment.before, leg):
        lasted = moment.since(learn(*moment).arrived_ms)
        ended: dict[str, Any] = {"state": leg.state, "reason": leg.reason, "disposition": leg.disposition}
        yield TimelineKind.CONTACT_ENDED, {**ended, "duration_ms": lasted}


def _unconnected(leg: LegValue) -> Iterator[Said]:
    """A consult or a joining is over, and nobody was connected."""
    kind = _UNCONNECTED.get(leg.kind)
    if kind is not None and leg.connected_ms is None and leg.state in ENDED:
        yield kind, {"state": leg.state, "reason": leg.reason}


def _queued(moment: Moment) -> Iterator[Said]:
    consults = moment.decision.leg is not None and moment.decision.leg.kind is LegKind.CONSULT
    yield TimelineKind.CONSULT_STARTED if consults else TimelineKind.CONTACT_QUEUED, {}


def _joined(moment: Moment) -> Iterator[Said]:
    if moment.decision.leg is not None:
        yield TimelineKind.AGENT_JOINED, {"state": moment.decision.leg.join_mode}


def _part_ended(moment: Moment, leg: LegValue) -> Iterator[Said]:
    was = moment.known_leg(leg)
    if was is not None and was.state is LegState.ON_HOLD:
        yield TimelineKind.HOLD_ENDED, {"duration_ms": moment.since(was.since_ms)}
    lasted = moment.since(leg.connected_ms)
    yield TimelineKind.AGENT_PART_ENDED, {"reason": leg.reason, "duration_ms": lasted}


def _changed(moment: Moment) -> Iterator[Said]:
    value = moment.decision.interaction
    if value is None or moment.before is NOBODY or value.customer_id in (None, moment.before.customer_id):
        return
    yield TimelineKind.CONTACT_IDENTIFIED, _OF_CONTACT


def _offer_made(moment: Moment) -> Iterator[Said]:
    if isinstance(moment.decision, OfferMade):
        yield TimelineKind.OFFER_MADE, {"explanation": moment.decision.explanation}


def _offer_accepted(moment: Moment) -> Iterator[Said]:
    yield from _offer_ended(TimelineKind.OFFER_ACCEPTED)(moment)
    if moment.decision.leg is not None and moment.decision.leg.state is LegState.CONNECTED:
        yield TimelineKind.AGENT_CONNECTED, {}


def _offer_ended(kind: TimelineKind) -> Tell:
    def tell(moment: Moment) -> Iterator[Said]:
        offer = moment.decision.offer
        if offer is not None:
            yield kind, {"reason": offer.rescind_reason, "duration_ms": moment.since(offer.made_ms)}
        if moment.decision.leg is not None:
            yield from _unconnected(moment.decision.leg)

    return tell


Tell = Callable[[Moment], Iterator[Said]]
_TELL: Final[dict[type[Decision], Tell]] = {
    LegScheduled: _nothing,
    LegQueued: _queued,
    LegConnected: _one(TimelineKind.AGENT_CONNECTED),
    LegHeld: _one(TimelineKind.HOLD_STARTED),
    LegResumed: _resumed,
    LegJoined: _joined,
    LegWrapUpStarted: _wrap_up_started,
    LegEnded: _ended,
    InteractionChanged: _changed,
    OfferMade: _offer_made,
    OfferAccepted: _offer_accepted,
    OfferRejected: _offer_ended(TimelineKind.OFFER_REJECTED),
    OfferTimedOut: _offer_ended(TimelineKind.OFFER_MISSED),
    OfferRescinded: _offer_ended(TimelineKind.OFFER_RESCINDED),
}
