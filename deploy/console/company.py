"""Who else is with a contact, in words: pure."""

from __future__ import annotations

from typing import Final

from deploy.console.mirror import Mirror
from deploy.console.words import Words
from schemas.values import LegValue
from schemas.vocabulary import JoinMode, LegKind, LegState

OWNER: Final = "owner"
CONSULTED: Final = "consulted"


def company(leg: LegValue, mirror: Mirror, words: Words) -> list[str]:
    """One line for everyone beside the leg's agent: who or which queue, in what part, and how far it is."""
    others = sorted(
        (one for one in mirror.legs.values() if one.interaction_id == leg.interaction_id and _counts(one, leg)),
        key=lambda one: one.number,
    )
    return [
        words.say("with", who=one.agent_id or _asked(one), part=part(one, words), state=words.word(one.state))
        for one in others
    ]


def part(leg: LegValue, words: Words) -> str:
    """What the leg's agent is in the contact."""
    if leg.kind is LegKind.MAIN:
        return words.word(OWNER)
    if leg.kind is LegKind.CONSULT and leg.join_mode is None:
        return words.word(CONSULTED)
    return words.word(leg.join_mode or JoinMode.BARGE)


def _counts(one: LegValue, leg: LegValue) -> bool:
    return one.leg_id != leg.leg_id and one.state is not LegState.WRAP_UP


def _asked(leg: LegValue) -> str:
    return leg.queue or "-"
