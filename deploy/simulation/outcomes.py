"""What became of each contact by the log's own word: a fold of the decisions. Pure.

A decision at or below its epoch's mark was sent again and counts once.
"""

from __future__ import annotations

import enum

import msgspec

from schemas.decisions import Decision
from schemas.values import LegValue
from schemas.vocabulary import ACTIVE, ENDED, EndReason, LegKind, LegState


class Place(enum.StrEnum):
    """Where a contact is: each in exactly one."""

    SCHEDULED = "scheduled"
    WAITING = "waiting"
    OFFERED = "offered"
    ACTIVE = "active"
    ENDED = "ended"


class Fate(msgspec.Struct):
    """A contact's newest main leg, and whether any agent was ever connected with the customer."""

    leg: LegValue
    connected: bool = False

    @property
    def place(self) -> Place:
        """Where it is now."""
        return place_of(self.leg.state)


def place_of(state: LegState) -> Place:
    """The place of a contact whose newest main leg is in that state."""
    if state in ENDED:
        return Place.ENDED
    if state in ACTIVE:
        return Place.ACTIVE
    match state:
        case LegState.SCHEDULED:
            return Place.SCHEDULED
        case LegState.OFFERED:
            return Place.OFFERED
        case _:
            return Place.WAITING


class Shared(enum.StrEnum):
    """How a contact was more than one agent's matter, or came to be called back."""

    TRANSFERRED = "transferred"
    CONSULTED = "consulted"
    JOINED = "joined"
    CALLED_BACK = "called_back"


class Outcomes:
    """Every contact of a workspace's log."""

    def __init__(self) -> None:
        self.fates: dict[str, Fate] = {}
        self._shared: dict[Shared, set[str]] = {one: set() for one in Shared}
        self._mark = (0, 0)

    def take(self, decision: Decision) -> None:
        """Takes the next decision of the log."""
        if (decision.epoch, decision.seq) <= self._mark:
            return
        self._mark = (decision.epoch, decision.seq)
        leg = decision.leg
        if leg is None:
            return
        self._share(leg)
        if leg.kind is not LegKind.MAIN:
            return
        fate = self.fates.get(leg.interaction_id)
        if fate is None:
            fate = self.fates[leg.interaction_id] = Fate(leg)
        elif leg.number >= fate.leg.number:
            fate.leg = leg
        fate.connected = fate.connected or leg.state is LegState.CONNECTED

    @property
    def shared(self) -> dict[str, int]:
        """How many contacts were shared in each way."""
        return {str(how): len(contacts) for how, contacts in self._shared.items()}

    def _share(self, leg: LegValue) -> None:
        if leg.reason is EndReason.TRANSFERRED:
            self._shared[Shared.TRANSFERRED].add(leg.interaction_id)
        if leg.kind is LegKind.CONSULT and leg.state is LegState.CONNECTED:
            how = Shared.CONSULTED if leg.join_mode is None else Shared.JOINED
            self._shared[how].add(leg.interaction_id)
        if leg.kind is LegKind.MAIN and leg.callback_ms is not None and leg.state is LegState.CONNECTED:
            self._shared[Shared.CALLED_BACK].add(leg.interaction_id)
