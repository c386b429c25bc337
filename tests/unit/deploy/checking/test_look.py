from __future__ import annotations

from collections.abc import Callable

import pytest

from deploy.checking.checker import BrokenInvariant, Checker
from deploy.checking.look import loads
from schemas.vocabulary import LegState
from streams.routing.timers import TimerKind
from tests.support.engine_driver import Driver, a_configuration


def looked_at() -> tuple[Checker, Driver]:
    """c1 is connected with ana, c2 waits; both are told."""
    driver, checker = Driver(a_configuration("ana")), Checker()
    driver.login("ana")
    driver.arrive("c1")
    driver.accept("c1")
    driver.arrive("c2")
    again = Driver()
    for offset, stamp_ms, event in driver.log:
        decisions = again.engine.apply(event, offset=offset, stamp_ms=stamp_ms)
        checker.take(event, offset=offset, stamp_ms=stamp_ms, decisions=decisions, world=again.world)
    return checker, again


def test_a_whole_state_is_looked_at() -> None:
    checker, driver = looked_at()
    checker.look(driver.world)
    assert loads(checker.told) == {"ana": [("phone", LegState.CONNECTED)]}


def _lose_the_sessions(driver: Driver) -> None:
    driver.agent().sessions.clear()


def _set_a_timer_for_nothing(driver: Driver) -> None:
    driver.agent().responds_timer = driver.world.timers.set(TimerKind.NOT_RESPONDING, 1, "ana")


def _count_wrongly(driver: Driver) -> None:
    driver.world.accepted += 1


def _change_in_silence(driver: Driver) -> None:
    driver.leg("c2").virtual_arrival_ms += 1


@pytest.mark.parametrize(
    ("promise", "spoil"),
    [
        ("told", _lose_the_sessions),
        ("timers", _set_a_timer_for_nothing),
        ("accepted_is_accounted_for", _count_wrongly),
        ("told", _change_in_silence),
    ],
)
def test_what_does_not_hold_is_found(promise: str, spoil: Callable[[Driver], None]) -> None:
    checker, driver = looked_at()
    spoil(driver)
    with pytest.raises(BrokenInvariant, match=promise):
        checker.look(driver.world)
