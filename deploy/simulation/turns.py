"""What else an agent does with a contact than talk and end it: hand over, ask a colleague, promise to call. Pure.

The leg's id decides. Only a contact's first agent does any of it, so that nothing is handed on without end, and only with
contacts that ask for no skill: whoever the other queue finds can then take them.
"""

from __future__ import annotations

import enum
from typing import Final

import msgspec

from deploy.simulation.contacts import PHONE
from deploy.simulation.draws import between, share
from schemas.values import InteractionValue, LegValue
from schemas.vocabulary import ConsultEnd, LegKind

HELPS: Final[dict[str, str]] = {
    "orders": "complaints",
    "after_sales": "orders",
    "complaints": "orders",
    "group_purchases": "orders",
    "membership": "orders",
}
"""Which queue of the book city knows more about what came by another; nobody is handed on from elsewhere."""
SHARES: Final = (0.05, 0.10, 0.13)
"""Up to the first share of contacts is transferred, up to the second consulted on, up to the third promised a call."""
TOLD_SHARE: Final = (0.2, 0.5)
"""How far into the talk the agent turns elsewhere."""
PROMISED_MS: Final = (1_000, 3_000)


class Turn(enum.StrEnum):
    """What the agent turns to."""

    STAYS = "stays"
    TRANSFERS = "transfers"
    CONSULTS = "consults"
    PROMISES = "promises"


class Course(msgspec.Struct, frozen=True, kw_only=True):
    """`after`: the share of the talk before it. `to_queue`: whom it concerns. `how`: how a consult is finished. `in_ms`: when
    a promised call is due, at a pace of one second a talk.
    """

    turn: Turn = Turn.STAYS
    after: float = 0.0
    to_queue: str = ""
    how: ConsultEnd = ConsultEnd.CANCEL
    in_ms: int = 0


STAYS: Final = Course()


def course(leg: LegValue, interaction: InteractionValue | None) -> Course:
    """How the agent's talk goes on."""
    to_queue = HELPS.get(leg.queue or "")
    if interaction is None or interaction.requirements or to_queue is None:
        return STAYS
    if leg.kind is not LegKind.MAIN or leg.number != 1:
        return STAYS
    turn = _turn(share(leg.leg_id, "turn"), interaction.channel == PHONE)
    return Course(
        turn=turn,
        after=between(*TOLD_SHARE, leg.leg_id, "turns"),
        to_queue=to_queue,
        how=tuple(ConsultEnd)[int(share(leg.leg_id, "how") * len(ConsultEnd))],
        in_ms=round(between(*PROMISED_MS, leg.leg_id, "promised")),
    )


def _turn(drawn: float, is_call: bool) -> Turn:
    """Only callers are promised a call."""
    transferred, consulted, promised = SHARES
    if drawn < transferred:
        return Turn.TRANSFERS
    if drawn < consulted:
        return Turn.CONSULTS
    return Turn.PROMISES if is_call and drawn < promised else Turn.STAYS
