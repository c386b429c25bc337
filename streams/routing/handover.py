"""Work that leaves one agent for another: the old leg ends, a new main leg opens."""

from __future__ import annotations

from schemas.decisions import LegQueued
from schemas.vocabulary import EndReason, LegKind, LegState
from streams.routing import endings, waiting
from streams.routing.model import Interaction, Leg
from streams.routing.project import leg_value
from streams.routing.world import World


def lose(w: World, interaction: Interaction, leg: Leg) -> None:
    """The agent is lost: back in the old place, with the ex-owner preferred; no wrap-up, as nobody is there."""
    new = _in_place(w, interaction, leg)
    new.preferred = leg.agent_id
    endings.end_part(w, interaction, leg, EndReason.AGENT_LOST, wraps_up=False)
    waiting.stand(w, interaction, new)
    w.decide(LegQueued, leg=leg_value(interaction, new))


def _in_place(w: World, interaction: Interaction, old: Leg) -> Leg:
    """A new main leg that keeps the queue, the waiting time and the virtual arrival of `old`."""
    interaction.legs += 1
    new = Leg(
        number=interaction.legs,
        kind=LegKind.MAIN,
        state=LegState.CREATED,
        since_ms=w.now_ms,
        arrived_ms=old.arrived_ms,
        place=old.place,
        queue=old.queue,
        entered_queue_ms=old.entered_queue_ms,
        waited_ms=old.waited_ms,
        virtual_arrival_ms=old.virtual_arrival_ms,
        step=old.step,
        step_head_start_ms=old.step_head_start_ms,
    )
    interaction.others = (interaction.main, *interaction.others)
    interaction.main = new
    return new
