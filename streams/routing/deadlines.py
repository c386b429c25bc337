"""Deadlines of attended time that a leg has: of an offer, of a connection, of wrap-up."""

from __future__ import annotations

from streams.routing.model import Interaction, Leg
from streams.routing.timers import TimerKind
from streams.routing.world import World


def give(w: World, interaction: Interaction, leg: Leg, kind: TimerKind, after_ms: int) -> None:
    """Give the leg a deadline on attended time, in place of any it had."""
    leg.due_attended_ms = w.clocks.attended_ms + after_ms
    leg.due_ms = w.now_ms + after_ms
    leg.timer = w.timers.set(kind, leg.due_attended_ms, interaction.interaction_id, leg.number)
