"""Work that leaves one agent for another: the old leg ends, a new main leg opens."""

from __future__ import annotations

from schemas.decisions import LegQueued
from schemas.vocabulary import EndReason, LegKind, LegState
from streams.routing import endings, entry, passing, rules, waiting
from streams.routing.model import Agent, Interaction, Leg
from streams.routing.project import leg_value
from streams.routing.world import World


def lose(w: World, interaction: Interaction, leg: Leg) -> None:
    """The agent is lost: back in the old place, with the ex-owner preferred; no wrap-up, as nobody is there."""
    new = open_leg(w, interaction, leg)
    _in_place(w, new, leg)
    new.preferred = leg.agent_id
    w.names.note(interaction)
    endings.end_part(w, interaction, leg, EndReason.AGENT_LOST, wraps_up=False)
    _stand(w, interaction, new)


def to_queue(w: World, interaction: Interaction, leg: Leg, agent: Agent, queue: str, *, keep_place: bool) -> None:
    """The agent hands over to a queue; to its own with its place, it is a requeue: nothing is looked at on entry."""
    new = open_leg(w, interaction, leg)
    passing.pass_over(w, interaction, agent)
    if keep_place and queue == leg.queue:
        _in_place(w, new, leg)
        endings.end_part(w, interaction, leg, EndReason.REQUEUED)
        _stand(w, interaction, new)
        return
    if keep_place:
        _keep_arrival(new, leg)
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
    new = open_leg(w, interaction, leg)
    passing.pass_over(w, interaction, agent)
    if keep_place:
        _keep_arrival(new, leg)
        new.step_head_start_ms = leg.step_head_start_ms
    endings.end_part(w, interaction, leg, EndReason.TRANSFERRED)
    new.target = target.agent_id
    waiting.enter(w, interaction, new, leg.queue or "")
    w.decide(LegQueued, leg=leg_value(interaction, new))


def open_leg(w: World, interaction: Interaction, old: Leg) -> Leg:
    """A new main leg, which arrives now."""
    interaction.legs += 1
    new = Leg(
        number=interaction.legs,
        kind=LegKind.MAIN,
        state=LegState.CREATED,
        since_ms=w.now_ms,
        arrived_ms=w.now_ms,
        place=w.place,
        queue=old.queue,
    )
    interaction.others = (interaction.main, *interaction.others)
    interaction.main = new
    return new


def _keep_arrival(new: Leg, old: Leg) -> None:
    new.arrived_ms, new.place, new.own_place = old.arrived_ms, old.place, old.own_place


def _in_place(w: World, new: Leg, old: Leg) -> None:
    """Keep the queue's waiting time and the virtual arrival."""
    _keep_arrival(new, old)
    new.entered_queue_ms, new.waited_ms = old.entered_queue_ms, old.waited_ms
    new.virtual_arrival_ms = old.virtual_arrival_ms
    new.step, new.step_head_start_ms = old.step, old.step_head_start_ms
    if rules.place_is_kept_whole(w.engine_version):
        new.skipped, new.tried = old.skipped, old.tried


def _stand(w: World, interaction: Interaction, new: Leg) -> None:
    waiting.give_back(w, interaction, new)
    waiting.stand(w, interaction, new)
    w.decide(LegQueued, leg=leg_value(interaction, new))
