from __future__ import annotations

from collections.abc import Callable

import pytest

from deploy.checking.checker import BrokenInvariant, Checker
from deploy.checking.touched import touched_by
from tests.support.engine_driver import Driver, a_configuration


def followed() -> tuple[Checker, Driver]:
    """c1 is connected with ana, c2 waits; both are told. The last input's decisions spoke of c2."""
    driver, checker = Driver(a_configuration("ana")), Checker()
    driver.login("ana")
    driver.arrive("c1")
    driver.accept("c1")
    driver.arrive("c2")
    again = Driver()
    for offset, stamp_ms, event in driver.log:
        again.decisions = again.engine.apply(event, offset=offset, stamp_ms=stamp_ms)
        checker.take(event, offset=offset, stamp_ms=stamp_ms, decisions=again.decisions, world=again.world)
        checker.look_at_touched(again.decisions, again.world)
    return checker, again


def test_contacts_agents_and_queues_that_were_spoken_of_are_named() -> None:
    driver = Driver(a_configuration("ana"))
    driver.login("ana")
    found = touched_by(driver.arrive("c1"))
    assert (found.interactions, found.agents) == (frozenset({"c1"}), frozenset({"ana"}))
    assert touched_by(()).interactions == frozenset()


def _change_in_silence(driver: Driver) -> None:
    driver.leg("c2").virtual_arrival_ms += 1


def _count_wrongly(driver: Driver) -> None:
    driver.world.accepted += 1


@pytest.mark.parametrize(
    ("promise", "spoil"),
    [
        ("told", _change_in_silence),
        ("accepted_is_accounted_for", _count_wrongly),
    ],
)
def test_what_was_spoken_of_and_does_not_hold_is_found(promise: str, spoil: Callable[[Driver], None]) -> None:
    checker, driver = followed()
    spoil(driver)
    with pytest.raises(BrokenInvariant, match=promise):
        checker.look_at_touched(driver.decisions, driver.world)


def test_waiting_work_that_was_spoken_of_is_looked_at_beside_who_is_free() -> None:
    checker, driver = followed()
    for name in [name for name, leg in checker.told.legs.items() if leg.interaction_id == "c1"]:
        del checker.told.legs[name]
    with pytest.raises(BrokenInvariant, match="nobody_idles"):
        checker.look_at_touched(driver.decisions, driver.world)


def test_what_was_not_spoken_of_is_left_to_the_whole_look() -> None:
    checker, driver = followed()
    driver.leg("c1").since_ms += 1
    checker.look_at_touched(driver.decisions, driver.world)
    with pytest.raises(BrokenInvariant, match="told"):
        checker.look(driver.world)
