from __future__ import annotations

import pytest

from deploy.checking.told import Told, TwoClocks
from schemas.vocabulary import LegState
from tests.support.engine_driver import Driver, a_configuration


def followed() -> tuple[Told, Driver]:
    told, driver = Told(), Driver(a_configuration("ana"))
    driver.login("ana")
    driver.arrive()
    driver.accept()
    again = Driver()
    for offset, stamp_ms, event in driver.log:
        for decision in again.engine.apply(event, offset=offset, stamp_ms=stamp_ms):
            told.set(decision)
    return told, driver


def test_a_follower_knows_who_has_what() -> None:
    told, _ = followed()
    assert told.legs["c1.1"].state is LegState.CONNECTED
    assert told.agents["ana"].legs == ("c1.1",)
    assert told.offers == {}
    assert [leg.leg_id for leg in told.legs_of("c1")] == ["c1.1"]
    assert list(told.queues) == ["service"]


def test_what_has_ended_is_forgotten() -> None:
    told, driver = followed()
    driver.end()
    for decision in [*driver.decisions, *driver.attend(31_000)]:
        told.set(decision)
    told.settle()
    assert (told.legs, told.interactions, told.legs_of("c1")) == ({}, {}, [])


@pytest.mark.parametrize(("gap_ms", "attended_ms"), [(500, 500), (2_000, 2_000), (9_000, 2_000)])
def test_attended_time_stands_still_two_seconds_after_a_tick(gap_ms: int, attended_ms: int) -> None:
    clocks = TwoClocks()
    clocks.advance(1_000)
    assert clocks.attended_ms == 0
    clocks.tick()
    assert clocks.attended_at(1_000 + gap_ms) == attended_ms
    clocks.advance(1_000 + gap_ms)
    clocks.advance(5)
    assert (clocks.now_ms, clocks.attended_ms) == (1_000 + gap_ms, attended_ms)
