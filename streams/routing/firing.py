"""Lets time pass: every timer that is due fires at its moment, earliest first, and matching follows each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from schemas.vocabulary import AgentCause
from streams.routing import agents, callbacks, endings, matching, offers, passing, presence, rules, steps
from streams.routing.model import Interaction, Leg
from streams.routing.timers import Timer, TimerKind
from streams.routing.world import World


def advance(w: World, to_ms: int) -> None:
    """Move both clocks to `to_ms`, firing what is due on the way."""
    looked_ms = -1
    while True:
        due = w.timers.pop_due(w.clocks, to_ms)
        if due is None:
            break
        w.clocks.advance(due[0])
        _fire(w, due[1])
        if w.clocks.attended_ms != looked_ms and _matters(w, due[1]):
            looked_ms = w.clocks.attended_ms
            _end_pauses(w)
        matching.settle(w)
    w.clocks.advance(to_ms)


def _matters(w: World, timer: Timer) -> bool:
    """Whether others may go by this timer: not by a gateway's, nor by a pause of a contact that does not wait."""
    if timer[2] == TimerKind.REOFFER:
        return passing.waits(w.interactions[timer[3]])
    return timer[2] != TimerKind.LEASE


def _end_pauses(w: World) -> None:
    """Every pause that ends at this moment is over with its first timer, though its own may come later."""
    if rules.pauses_end_for_all_at_once(w.engine_version):
        for timer in w.timers.due_together(TimerKind.REOFFER, w.clocks.attended_ms):
            passing.ended(w, w.interactions[timer[3]])


def _fire(w: World, timer: Timer) -> None:
    kind, subject, number = timer[2], timer[3], timer[4]
    if kind == TimerKind.GRACE:
        presence.grace_ended(w, w.agents[subject])
    elif kind == TimerKind.NOT_RESPONDING:
        agent = w.agents[subject]
        agents.respond(w, agent)
        agents.say(w, agent, AgentCause.RESPONDING)
    elif kind == TimerKind.LEASE:
        presence.lease_ended(w, subject)
    elif kind == TimerKind.REOFFER:
        passing.due(w, w.interactions[subject])
    else:
        interaction = w.interactions[subject]
        leg = interaction.leg(number)
        if leg is not None:
            OF_LEGS[TimerKind(kind)](w, interaction, leg)


def _connect_timeout(w: World, interaction: Interaction, leg: Leg) -> None:
    offers.unconnected(w, interaction, leg, missed=False)


OF_LEGS: Final[dict[TimerKind, Callable[[World, Interaction, Leg], None]]] = {
    TimerKind.WAITING: steps.woken,
    TimerKind.OFFER: offers.time_out,
    TimerKind.CONNECT: _connect_timeout,
    TimerKind.WRAP_UP: endings.complete,
    TimerKind.SCHEDULED: callbacks.due,
}
