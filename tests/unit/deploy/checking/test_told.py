from __future__ import annotations

import pytest

from deploy.checking.told import FORGOTTEN_MS, REMEMBERED_MS, Repetitions, Told, TwoClocks
from schemas.inputs import SetStatus
from schemas.interactions import CustomerLeft, Source
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


def test_a_command_is_known_again_for_two_days() -> None:
    repetitions = Repetitions()
    command = SetStatus(workspace="w", command_id="1", agent_id="ana", status="available")
    found = [repetitions.is_repeated(command, at_ms) for at_ms in (0, 5, REMEMBERED_MS)]
    assert found == [False, True, True]
    assert repetitions.is_repeated(command, FORGOTTEN_MS + 1) is False
    assert repetitions.is_repeated(command, FORGOTTEN_MS + 2) is True
    assert repetitions.is_repeated(command, FORGOTTEN_MS + REMEMBERED_MS + 2) is None


@pytest.mark.parametrize(
    ("second", "is_repeated"), [((0, 7, 0), True), ((0, 6, 9), True), ((0, 7, 1), False), ((1, 0, 0), False)]
)
def test_a_source_is_known_again_by_its_mark(second: tuple[int, int, int], is_repeated: bool) -> None:
    repetitions = Repetitions()
    first = Source(name="identity", partition=0, offset=7)
    assert repetitions.is_repeated(CustomerLeft(workspace="w", interaction_id="c1", source=first), 0) is False
    again = Source(name="identity", partition=second[0], offset=second[1], index=second[2])
    assert repetitions.is_repeated(CustomerLeft(workspace="w", interaction_id="c1", source=again), 0) is is_repeated
