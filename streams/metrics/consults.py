"""What consults and conferences count: for who asked, when it is asked; for who was asked, apart from handled contacts.

A consult never counts as offered, answered or handled: it is no contact of its own. A transfer after a consult is
counted when the owner's part ends.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from schemas.vocabulary import ENDED, EndReason, JoinMode, LegKind, LegState
from streams.metrics.kept import Group, KeptContact, KeptLeg
from streams.metrics.tally import Tally, groups_of_agent, groups_of_queue

if TYPE_CHECKING:
    from streams.metrics.counting import Change


def owner_of(contact: KeptContact) -> KeptLeg | None:
    """The leg of who is with the customer."""
    for leg in contact.legs.values():
        if leg.kind is LegKind.MAIN and leg.state in (LegState.CONNECTED, LegState.ON_HOLD):
            return leg
    return None


def moved(change: Change, leg: KeptLeg, tally: Tally) -> KeptLeg:
    """Counts what a consult's new value means; a leg that a supervisor joined with counts nothing."""
    value = change.value
    if leg.kind is LegKind.MAIN:
        return leg
    if leg.kind is LegKind.CONSULT:
        if change.before is None:
            tally.add(_of_owner(change), consults=1)
        if value.state is LegState.CONNECTED and not leg.answered:
            people = groups_of_agent(value.agent_id, change.agent)
            tally.add((*change.outer, *groups_of_queue(value.queue), *people), consults_answered=1)
        if value.join_mode is JoinMode.BARGE and not leg.joined:
            leg = msgspec.structs.replace(leg, joined=True)
            tally.add(_of_owner(change), conferences=1)
        if value.state in ENDED and leg.answered:
            spent_ms = leg.connected_ms + leg.held_ms + leg.wrap_up_ms
            tally.add((*change.outer[:2], *groups_of_queue(value.queue), *change.desk), consult_ms=spent_ms)
    return msgspec.structs.replace(leg, answered=leg.answered or value.state is LegState.CONNECTED)


def transferred(change: Change, leg: KeptLeg, tally: Tally) -> None:
    """The owner's part ended by a transfer, cold or, after a completed consult, warm."""
    warm = change.value.reason is EndReason.CONSULT_COMPLETED
    if warm or change.value.reason is EndReason.TRANSFERRED:
        people = groups_of_agent(change.value.agent_id, change.agent)
        groups = (*change.outer, *groups_of_queue(leg.queue), *people)
        tally.add(groups, transferred_out=1, transferred_warm=int(warm))


def _of_owner(change: Change) -> tuple[Group, ...]:
    if change.owner is None:
        return change.outer
    leg, agent = change.owner
    return (*change.outer, *groups_of_queue(leg.queue), *groups_of_agent(leg.agent_id, agent))
