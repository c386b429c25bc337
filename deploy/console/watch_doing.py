"""What an agent is doing just now, in a few words: ringing, talking and with whom, consulting, wrapping up. Pure.

Follows from the legs and offers on the screen. Of several contacts the one that a supervisor would ask for first is said,
with how long that has been so; the others are counted.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Final

from deploy.console.mirror import Mirror
from deploy.console.watch_cells import NOTHING, Cell, Level, waited
from deploy.console.watch_words import WatchWords
from schemas.shown import ShownOffer
from schemas.values import AgentValue, LegValue
from schemas.vocabulary import JoinMode, LegKind, LegState

TALKING: Final = frozenset({LegState.CONNECTED, LegState.ON_HOLD})
FIRST: Final = (LegState.CONNECTED, LegState.ON_HOLD, LegState.CONNECTING, LegState.WRAP_UP)
"""Which contact of several is said."""
LISTENING: Final = frozenset({JoinMode.MONITOR, JoinMode.WHISPER})
LEVELS: Final = {LegState.ON_HOLD: Level.WARNING, LegState.WRAP_UP: Level.FAINT}


class Floor:
    """The legs and offers of a screen by agent and by contact, looked through once for a picture."""

    def __init__(self, mirror: Mirror) -> None:
        self.mirror = mirror
        self.legs: dict[str, list[LegValue]] = defaultdict(list)
        self.of_contact: dict[str, list[LegValue]] = defaultdict(list)
        self.offers: dict[str, list[ShownOffer]] = defaultdict(list)
        self.owned_callbacks: dict[str | None, int] = defaultdict(int)
        for leg in mirror.legs.values():
            self.of_contact[leg.interaction_id].append(leg)
            if leg.agent_id is not None and leg.state in FIRST:
                self.legs[leg.agent_id].append(leg)
            elif leg.callback_ms is not None and leg.preferred_agent is not None:
                self.owned_callbacks[leg.queue] += 1
        for offer in mirror.offers.values():
            self.offers[offer.agent_id].append(offer)


def doing(agent: AgentValue, floor: Floor, now_ms: int, words: WatchWords) -> Cell:
    """In words and minutes; nothing when the agent has nothing in hand."""
    offers, legs = floor.offers.get(agent.agent_id, []), floor.legs.get(agent.agent_id, [])
    talks = any(leg.state in TALKING for leg in legs)
    if offers and not talks:
        first = min(offers, key=lambda one: (one.made_ms, one.offer_id))
        said, level = _rings(first, floor, now_ms, words), Level.WARNING
    elif legs:
        leg = min(legs, key=lambda one: (FIRST.index(one.state), one.since_ms, one.leg_id))
        said, level = _works(leg, floor, now_ms, words), LEVELS.get(leg.state, Level.PLAIN)
    elif agent.legs:
        return Cell(words.say("out_of_sight"), Level.FAINT)
    else:
        return NOTHING
    more = len(offers) + len(legs) - 1
    return Cell(f"{said} +{more}" if more > 0 else said, level)


def _rings(offer: ShownOffer, floor: Floor, now_ms: int, words: WatchWords) -> str:
    what = _channel(offer.interaction_id, floor.mirror, words)
    return words.say("rings", what=what, time=_since(offer.made_ms, now_ms))


def _works(leg: LegValue, floor: Floor, now_ms: int, words: WatchWords) -> str:
    what, time = _channel(leg.interaction_id, floor.mirror, words), _since(leg.since_ms, now_ms)
    if leg.state is LegState.WRAP_UP:
        kind = words.say("of_consult", what=what) if leg.kind is LegKind.CONSULT else what
        return words.say("wraps_up", what=kind, time=time)
    others = [one for one in floor.of_contact[leg.interaction_id] if one.leg_id != leg.leg_id and _is_there(one)]
    if leg.kind is LegKind.JOIN and leg.join_mode in LISTENING:
        return words.say(f"own_{leg.join_mode}", who=_owner(others), time=time)
    if leg.kind is LegKind.CONSULT and leg.join_mode is None:
        return words.say("consulted", who=_owner(others), time=time)
    said = [words.say(f"is_{leg.state}", what=what, time=time)]
    if leg.join_mode is JoinMode.BARGE or any(one.join_mode is JoinMode.BARGE for one in others):
        said.append(words.say("conference"))
    said += [
        words.say("consults", who=one.agent_id or one.queue or "-")
        for one in others
        if leg.kind is LegKind.MAIN and one.kind is LegKind.CONSULT and one.join_mode is None
    ]
    said += [words.say(f"with_{one.join_mode}", who=one.agent_id) for one in others if one.join_mode in LISTENING]
    return words.say("and").join(said)


def _is_there(leg: LegValue) -> bool:
    """Whether a companion still counts: not one whose part is over."""
    return leg.state is not LegState.WRAP_UP


def _owner(others: list[LegValue]) -> str:
    return next((one.agent_id for one in others if one.kind is LegKind.MAIN and one.agent_id is not None), "-")


def _channel(interaction_id: str, mirror: Mirror, words: WatchWords) -> str:
    interaction = mirror.interactions.get(interaction_id)
    return "-" if interaction is None else words.word(interaction.channel)


def _since(since_ms: int, now_ms: int) -> str:
    return waited(max(0, now_ms - since_ms))
