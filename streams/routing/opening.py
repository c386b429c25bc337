"""New legs of an interaction that is there already."""

from __future__ import annotations

from schemas.vocabulary import LegKind, LegState
from streams.routing import rules
from streams.routing.model import Interaction, Leg
from streams.routing.world import World


def main(w: World, interaction: Interaction) -> Leg:
    """A new main leg, which arrives now; the one before it is among the others."""
    new = _new(w, interaction, LegKind.MAIN)
    interaction.others = (interaction.main, *interaction.others)
    interaction.main = new
    return new


def companion(w: World, interaction: Interaction, kind: LegKind) -> Leg:
    """A new leg beside the main leg, which arrives now."""
    new = _new(w, interaction, kind)
    interaction.others = (new, *interaction.others)
    return new


def keep_arrival(new: Leg, old: Leg) -> None:
    """Stand in the order where the old leg stood, head starts apart."""
    new.arrived_ms, new.place, new.own_place = old.arrived_ms, old.place, old.own_place


def in_place(w: World, new: Leg, old: Leg) -> None:
    """Keep the queue's waiting time and the virtual arrival."""
    keep_arrival(new, old)
    new.entered_queue_ms, new.waited_ms = old.entered_queue_ms, old.waited_ms
    new.virtual_arrival_ms = old.virtual_arrival_ms
    new.step, new.step_head_start_ms = old.step, old.step_head_start_ms
    if rules.place_is_kept_whole(w.engine_version):
        new.skipped, new.tried = old.skipped, old.tried


def _new(w: World, interaction: Interaction, kind: LegKind) -> Leg:
    interaction.legs += 1
    now = w.now_ms
    return Leg(interaction.legs, kind, LegState.CREATED, since_ms=now, arrived_ms=now, place=w.place)
