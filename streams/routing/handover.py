"""Work that leaves one agent for another: the old leg ends, a new main leg opens.

Whoever was beside the old owner, consulted or joined, is beside nobody then: those parts end too.
"""

from __future__ import annotations

from schemas.decisions import LegQueued
from schemas.vocabulary import EndReason, LegState
from streams.routing import conference, endings, entry, opening, partaking, passing, waiting
from streams.routing.model import Agent, Interaction, Leg
from streams.routing.project import leg_value
from streams.routing.world import World


def lose(w: World, interaction: Interaction, leg: Leg) -> None:
    """The agent is lost: back in the old place, with the ex-owner preferred; no wrap-up, as nobody is there.

    The others of a conference go on instead; a consult or joined leg of his only ends.
    """
    if partaking.participants(interaction) or leg is not interaction.main:
        conference.part_ends(w, interaction, leg, EndReason.AGENT_LOST, wraps_up=False)
        return
    conference.dissolve(w, interaction, EndReason.AGENT_LOST)
    new = open_leg(w, interaction, leg)
    opening.in_place(w, new, leg)
    new.preferred = leg.agent_id
    w.names.note(interaction)
    endings.end_part(w, interaction, leg, EndReason.AGENT_LOST, wraps_up=False)
    _stand(w, interaction, new)


def to_queue(w: World, interaction: Interaction, leg: Leg, agent: Agent, queue: str, *, keep_place: bool) -> None:
    """The agent hands over to a queue; to its own with its place, it is a requeue: nothing is looked at on entry."""
    conference.dissolve(w, interaction, EndReason.TRANSFERRED)
    new = open_leg(w, interaction, leg)
    passing.pass_over(w, interaction, agent)
    if keep_place and queue == leg.queue:
        opening.in_place(w, new, leg)
        endings.end_part(w, interaction, leg, EndReason.REQUEUED)
        _stand(w, interaction, new)
        return
    if keep_place:
        opening.keep_arrival(new, leg)
        new.step_head_start_ms = leg.step_head_start_ms
    endings.end_part(w, interaction, leg, EndReason.TRANSFERRED)
    chosen, new.tried = entry.route(w, queue)
    if isinstance(chosen, EndReason):
        endings.end_waiting(w, interaction, new, LegState.FLOWED_OUT, chosen)
        return
    waiting.enter(w, interaction, new, chosen)
    w.decide(LegQueued, leg=leg_value(interaction, new))


def to_agent(w: World, interaction: Interaction, leg: Leg, agent: Agent, target: Agent, *, keep_place: bool) -> None:
    """The agent hands over to another: that one is waited for, in the queue that it came from."""
    conference.dissolve(w, interaction, EndReason.TRANSFERRED)
    new = open_leg(w, interaction, leg)
    passing.pass_over(w, interaction, agent)
    if keep_place:
        opening.keep_arrival(new, leg)
        new.step_head_start_ms = leg.step_head_start_ms
    endings.end_part(w, interaction, leg, EndReason.TRANSFERRED)
    new.target = target.agent_id
    waiting.enter(w, interaction, new, leg.queue or "")
    w.decide(LegQueued, leg=leg_value(interaction, new))


def open_leg(w: World, interaction: Interaction, old: Leg) -> Leg:
    """A new main leg, which arrives now, of the same queue."""
    new = opening.main(w, interaction)
    new.queue = old.queue
    return new


def _stand(w: World, interaction: Interaction, new: Leg) -> None:
    waiting.give_back(w, interaction, new)
    waiting.stand(w, interaction, new)
    w.decide(LegQueued, leg=leg_value(interaction, new))
