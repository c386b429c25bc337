"""Deadlines run on attended time."""

from __future__ import annotations

from streams.routing import deadlines
from streams.routing.timers import TimerKind
from tests.support.engine_driver import a_connected_call


def test_a_deadline_replaces_the_one_before() -> None:
    driver = a_connected_call()
    interaction, leg, world = driver.interaction(), driver.leg(), driver.world
    deadlines.give(world, interaction, leg, TimerKind.WRAP_UP, 1_000)
    first = leg.timer
    deadlines.give(world, interaction, leg, TimerKind.WRAP_UP, 5_000)
    assert leg.timer != first
    assert leg.due_attended_ms == world.clocks.attended_ms + 5_000
    assert leg.due_ms == world.now_ms + 5_000
