"""Places, steps and timers of what waits."""

from __future__ import annotations

from schemas.configuration import QueueSettings, StepSettings, TierSettings
from streams.routing import waiting
from tests.support.engine_driver import Driver, a_configuration


def test_the_virtual_arrival_is_the_arrival_minus_all_head_starts() -> None:
    queue = QueueSettings(steps=(StepSettings(head_start_ms=100),))
    driver = Driver(a_configuration(queues={"service": queue}, tiers={"vip": TierSettings(head_start_ms=20)}))
    driver.arrive(tier="vip", priority=4)
    assert driver.leg().virtual_arrival_ms == driver.now_ms - 100 - 20 - 60_000


def test_entering_a_queue_begins_its_waiting_time() -> None:
    driver = Driver(a_configuration())
    driver.arrive()
    driver.now_ms += 800
    driver.leave("c0")
    leg = driver.leg()
    assert (leg.entered_queue_ms, waiting.waited_ms(driver.world, leg)) == (driver.now_ms - 800, 800)
    assert driver.world.queues["service"].waiting == 1


def test_each_entry_into_a_lane_has_a_turn_of_its_own() -> None:
    driver = Driver(a_configuration())
    driver.arrive()
    before = driver.leg().turn
    waiting.touch(driver.world, driver.interaction(), driver.leg())
    assert driver.leg().turn == before + 1 == driver.interaction().turns


def test_what_waits_in_a_queue_of_one_step_sets_no_timer() -> None:
    driver = Driver(a_configuration())
    driver.arrive()
    assert driver.leg().wakes_ms is None
    assert not driver.engine.has_timers()


def test_the_next_step_or_the_expiry_wakes_whichever_is_first() -> None:
    queue = QueueSettings(steps=(StepSettings(), StepSettings(at_ms=9_000)), expire_after_ms=5_000)
    driver = Driver(a_configuration(queues={"service": queue}))
    driver.arrive()
    assert driver.leg().wakes_ms == driver.now_ms + 5_000
    assert driver.engine.next_due_ms() == driver.now_ms + 5_000


def test_a_requeue_keeps_the_timer_it_has() -> None:
    queue = QueueSettings(steps=(StepSettings(), StepSettings(at_ms=9_000)))
    driver = Driver(a_configuration("ana", queues={"service": queue}))
    driver.login("ana")
    driver.arrive()
    timers = len(driver.world.timers.log)
    driver.now_ms += 100
    driver.reject()
    assert len(driver.world.timers.log) == timers
