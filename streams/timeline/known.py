"""What is known of a live interaction besides what a decision says: whose it is, and since when its legs are as they are.

Pure. A decision carries whole values, so following means setting them; after an `EpochStarted` what the new epoch does
not repeat no longer holds.
"""

from __future__ import annotations

from typing import Final

import msgspec

from schemas.decisions import Decision
from schemas.event import Value
from schemas.values import InteractionValue, LegValue
from schemas.vocabulary import ENDED, HANDED_ON, LegKind, LegState


class KnownLeg(Value, frozen=True, kw_only=True):
    """A leg that has not ended."""

    state: LegState
    since_ms: int
    callback_ms: int | None = None


class Known(Value, frozen=True, kw_only=True, tag="interaction"):
    """One interaction as of decision `(epoch, seq)`. `newest_main` counts legs from 1; `ended`: its newest main leg has."""

    epoch: int
    seq: int
    customer_id: str | None = None
    channel: str | None = None
    site: str | None = None
    arrived_ms: int | None = None
    newest_main: int = 0
    ended: bool = False
    legs: dict[str, KnownLeg] = {}

    @property
    def mark(self) -> tuple[int, int]:
        """The last decision applied."""
        return self.epoch, self.seq

    @property
    def is_over(self) -> bool:
        """Nothing more is to be said: it has ended and nobody wraps up."""
        return self.ended and not self.legs


NOBODY: Final = Known(epoch=0, seq=0)


def interaction_of(decision: Decision) -> str | None:
    """Of which interaction the decision speaks."""
    for value in (decision.leg, decision.offer, decision.interaction):
        if value is not None:
            return value.interaction_id
    return None


def learn(known: Known, decision: Decision) -> Known:
    """What is known after the decision."""
    if decision.epoch != known.epoch:
        known = msgspec.structs.replace(known, newest_main=0, ended=False, legs={})
    known = msgspec.structs.replace(known, epoch=decision.epoch, seq=decision.seq)
    if decision.interaction is not None:
        known = _with_interaction(known, decision.interaction)
    if decision.leg is not None:
        known = _with_leg(known, decision.leg)
    return known


def ends_contact(known: Known, leg: LegValue) -> bool:
    """Whether the contact is over for the customer with this value of a leg."""
    newest = leg.kind is LegKind.MAIN and leg.number >= known.newest_main
    return newest and leg.state in ENDED and leg.reason not in HANDED_ON


def _with_interaction(known: Known, value: InteractionValue) -> Known:
    return msgspec.structs.replace(
        known,
        customer_id=value.customer_id,
        channel=value.channel,
        site=value.site,
        arrived_ms=value.arrived_ms,
    )


def _with_leg(known: Known, leg: LegValue) -> Known:
    legs = {leg_id: other for leg_id, other in known.legs.items() if leg_id != leg.leg_id}
    if leg.state not in ENDED:
        legs[leg.leg_id] = KnownLeg(state=leg.state, since_ms=leg.since_ms, callback_ms=leg.callback_ms)
    newest, ended = known.newest_main, known.ended
    if leg.kind is LegKind.MAIN and leg.number >= newest:
        newest, ended = leg.number, ends_contact(known, leg)
    return msgspec.structs.replace(known, legs=legs, newest_main=newest, ended=ended)
