"""Lets time pass: every timer that is due fires at its moment, earliest first, and matching follows each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from schemas.vocabulary import AgentCause
from streams.routing import agents, callbacks, endings, matching, offers, passing, presence, steps
from streams.routing.model import Interaction, Leg
from streams.routing.timers import Timer, TimerKind
from streams.routing.world import World


def advance(w: World, to_ms: int) -> None:
    """Move both clocks to `to_ms`, firing what is due on the way."""
    while True:
        due = w.timers.pop_due(w.clocks, to_ms)
        if due is None:
            break
        w.clocks.advance(due[0])
        _fire(w, due[1])
        matching.settle(w)
    w.clocks.advance(to_ms)


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
