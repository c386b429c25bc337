"""What a leg's, an offer's and an agent's change counts; docs/metrics.md says it in words.

A contact is *offered* with each leg that comes to wait; it then is answered, abandoned, or ends otherwise. A queue counts
each entry into it; the workspace, the channel and the site count a leg that goes from queue to queue once, from its first
entry. What a leg counts by (`Stay`) is fixed when it enters. What belongs to service levels, their divisor too, counts
when the wait is over, so that an interval has of each contact both or nothing.
"""

from __future__ import annotations

from typing import Final

import msgspec

from schemas.values import LegValue, OfferValue
from schemas.vocabulary import ENDED, HANDED_ON, EndReason, JoinMode, LegKind, LegState, OfferState
from streams.metrics import callbacks, consults
from streams.metrics.kept import WAITING, Group, KeptAgent, KeptContact, KeptLeg, Stay
from streams.metrics.tally import (
    Tally,
    groups_of_agent,
    groups_of_contact,
    groups_of_desk,
    groups_of_queue,
)

OFFERS: Final = {
    OfferState.PENDING: "offers_made",
    OfferState.ACCEPTED: "offers_accepted",
    OfferState.REJECTED: "offers_rejected",
    OfferState.TIMED_OUT: "offers_missed",
    OfferState.RESCINDED: "offers_rescinded",
}
ENDS: Final = {
    LegState.FLOWED_OUT: "flowed_out",
    LegState.EXPIRED: "expired",
    LegState.CANCELLED: "cancelled",
    LegState.FAILED: "failed",
}
_SPENT: Final = {
    LegState.CONNECTED: "connected_ms",
    LegState.ON_HOLD: "held_ms",
    LegState.WRAP_UP: "wrap_up_ms",
}


class Change(msgspec.Struct, frozen=True):
    """A leg's new value at a moment, and what belongs to it. `stay` begins where the leg has entered its queue; `was`:
    where the contact counted before this decision; `owner`: who is with the customer, leg and agent.
    """

    workspace: str
    contact: KeptContact
    before: KeptLeg | None
    value: LegValue
    at_ms: int
    stay: Stay
    agent: KeptAgent | None = None
    was: tuple[Group, ...] = ()
    owner: tuple[KeptLeg, KeptAgent | None] | None = None

    @property
    def outer(self) -> tuple[Group, ...]:
        return groups_of_contact(self.workspace, self.contact)

    @property
    def desk(self) -> tuple[Group, ...]:
        return groups_of_desk(self.value.agent_id, self.agent)


def stated(value: LegValue, stay: Stay) -> KeptLeg:
    """A leg as a restatement gives it: nothing is counted, what comes of it will be."""
    answered = value.connected_ms is not None
    wraps_up = value.state is LegState.WRAP_UP
    talked_ms = value.since_ms - (value.connected_ms or 0) - value.held_ms if answered else 0
    since_entry = (
        None if value.entered_queue_ms is None else Stay(value.entered_queue_ms, stay.within_ms, stay.short_ms)
    )
    leg = KeptLeg(
        leg_id=value.leg_id,
        kind=value.kind,
        state=value.state,
        since_ms=value.since_ms,
        queue=value.queue,
        agent_id=value.agent_id,
        waits_since_ms=value.since_ms - value.waited_ms,
        entered_ms=value.entered_queue_ms,
        stay=since_entry,
        came=since_entry,
        answered=answered,
        handed_on=wraps_up and value.reason in HANDED_ON,
        connected_ms=max(0, talked_ms),
        held_ms=value.held_ms,
        joined=value.join_mode is JoinMode.BARGE,
    )
    return leg if value.callback_ms is None else callbacks.stated(value, leg)


def moved(change: Change, tally: Tally) -> KeptLeg:
    """Counts what the leg's new value means, and returns the leg as it is now; one in a final state is not kept."""
    before, value = change.before, change.value
    leg = _with_time(change)
    if value.kind is not LegKind.MAIN:
        return consults.moved(change, leg, tally)
    if value.callback_ms is not None:
        leg = callbacks.waits(change, leg, tally)
    elif before is None or _enters(before, value):
        leg = _entered(change, leg, tally)
    if value.state is LegState.CONNECTED and not leg.answered:
        leg = (callbacks.reached if leg.callback else _answered)(change, leg, tally)
    elif value.state in ENDED and not leg.answered:
        (callbacks.lost if leg.callback else _ended_unanswered)(change, leg, tally)
    elif value.state in ENDED:
        _handled(change, leg, tally)
    if leg.answered and not leg.handed_on and value.reason in HANDED_ON:
        leg = msgspec.structs.replace(leg, handed_on=True)
        consults.transferred(change, leg, tally)
    return leg


def offered_to_agent(
    workspace: str, contact: KeptContact, offer: OfferValue, agent: KeptAgent | None, t: Tally
) -> None:
    """Counts an offer's new state."""
    groups = (*groups_of_contact(workspace, contact)[:2], *groups_of_queue(offer.queue))
    t.add((*groups, *groups_of_desk(offer.agent_id, agent)), **{OFFERS[offer.state]: 1})


def _with_time(change: Change) -> KeptLeg:
    """The leg with its new state, the time in the old one added up."""
    before, value, at_ms = change.before, change.value, change.at_ms
    kept = KeptLeg(
        leg_id=value.leg_id,
        kind=value.kind,
        state=value.state,
        since_ms=at_ms,
        queue=value.queue,
        agent_id=value.agent_id,
        waits_since_ms=value.since_ms - value.waited_ms,
        entered_ms=value.entered_queue_ms,
    )
    if before is None:
        return kept
    same = {name: getattr(before, name) for name in _CARRIED}
    spent = _SPENT.get(before.state)
    if before.state is value.state:
        same["since_ms"] = before.since_ms
    elif spent is not None:
        same[spent] += max(0, at_ms - before.since_ms)
    return msgspec.structs.replace(kept, **same)


_CARRIED: Final = (
    "stay", "came", "answered", "handed_on", "connected_ms", "held_ms", "wrap_up_ms", "callback", "joined",
)  # fmt: skip


def _enters(before: KeptLeg, value: LegValue) -> bool:
    """Whether the leg came into a queue: from none, from another, or once more."""
    if value.state not in WAITING or before.answered:
        return False
    return before.stay is None or (before.queue, before.entered_ms) != (value.queue, value.entered_queue_ms)


def _entered(change: Change, leg: KeptLeg, tally: Tally) -> KeptLeg:
    before, value, stay = change.before, change.value, change.stay
    came_by = _came_by(change.contact.handed_on)
    if value.state not in WAITING:
        if before is None and value.state in ENDED:
            tally.add(change.outer, offered=1, **came_by)
        return leg
    if before is not None and before.stay is not None:
        tally.add(groups_of_queue(before.queue), flowed_out=1, target_offered=before.stay.aims)
    first = before is None or before.came is None
    tally.add(groups_of_queue(value.queue), offered=1, **(came_by if first else {}))
    if not first:
        return msgspec.structs.replace(leg, stay=stay)
    tally.add(change.outer, offered=1, **came_by)
    return msgspec.structs.replace(leg, stay=stay, came=stay)


def _came_by(handed_on: EndReason | None) -> dict[str, int]:
    if handed_on is None:
        return {}
    return {"transferred_in": 1} if handed_on is EndReason.TRANSFERRED else {"requeued": 1}


def _answered(change: Change, leg: KeptLeg, tally: Tally) -> KeptLeg:
    leg = msgspec.structs.replace(leg, answered=True)
    if leg.stay is None or leg.came is None:
        return leg
    tally.add(groups_of_queue(leg.queue), target_offered=leg.stay.aims, **_answer(leg.stay, change.at_ms))
    tally.add(change.outer, target_offered=leg.came.aims, **_answer(leg.came, change.at_ms))
    tally.add(groups_of_agent(leg.agent_id, change.agent), **_answer(leg.came, change.at_ms))
    return leg


def _answer(stay: Stay, at_ms: int) -> dict[str, int]:
    wait_ms = max(0, at_ms - stay.since_ms)
    return {
        "answered": 1,
        "answer_wait_ms": wait_ms,
        "target_answered": stay.aims,
        "answered_within": int(stay.within_ms is not None and wait_ms <= stay.within_ms),
    }


def _ended_unanswered(change: Change, leg: KeptLeg, tally: Tally) -> None:
    came = leg.came or Stay(change.at_ms, None, change.stay.short_ms)
    queue = groups_of_queue(leg.queue) if leg.stay is not None else ()
    if change.value.state is LegState.ABANDONED:
        tally.add(change.outer, **_abandon(came, change.at_ms))
        tally.add(queue, **_abandon(leg.stay or came, change.at_ms))
    elif change.value.state in ENDS:
        how = {ENDS[change.value.state]: 1}
        tally.add(change.outer, target_offered=came.aims, **how)
        tally.add(queue, target_offered=(leg.stay or came).aims, **how)


def _abandon(stay: Stay, at_ms: int) -> dict[str, int]:
    wait_ms = max(0, at_ms - stay.since_ms)
    if wait_ms < stay.short_ms:
        return {"short_abandoned": 1, "target_short_abandoned": stay.aims, "target_offered": stay.aims}
    return {
        "abandoned": 1,
        "abandon_wait_ms": wait_ms,
        "target_abandoned": stay.aims,
        "target_offered": stay.aims,
        "abandoned_within": int(stay.within_ms is not None and wait_ms <= stay.within_ms),
    }


def _handled(change: Change, leg: KeptLeg, tally: Tally) -> None:
    groups = (*change.outer[:2], *groups_of_queue(leg.queue), *change.desk)
    times = {"connected_ms": leg.connected_ms, "held_ms": leg.held_ms, "wrap_up_ms": leg.wrap_up_ms}
    tally.add(groups, handled=1, **times)
