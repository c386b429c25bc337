"""The verbs that rules are written with."""

from __future__ import annotations

import pytest

from schemas.configuration import AgentSettings, QueueSettings, RoutingConfiguration, StepSettings
from schemas.vocabulary import LegState, PassedOver
from streams.routing import world
from streams.routing.breach import BrokenInvariant
from streams.routing.timers import TimerKind
from tests.support.engine_driver import Driver, a_configuration, a_connected_call


def test_a_transition_that_is_not_in_the_table_is_a_broken_invariant() -> None:
    driver = a_connected_call()
    with pytest.raises(BrokenInvariant, match="legal_transition"):
        driver.world.transition(driver.interaction(), driver.leg(), LegState.QUEUED)


def test_work_that_the_same_agents_may_take_shares_an_audience() -> None:
    driver = Driver(a_configuration("ana"))
    driver.arrive("c1", tier="vip", channel="sms")
    driver.arrive("c2", priority=1)
    driver.arrive("c3", requirements={"mandarin": 1})
    found = [driver.world.audience(driver.interaction(name), driver.leg(name)) for name in ("c1", "c2", "c3")]
    assert found[0] is found[1]
    assert found[0] is not found[2]


def test_audiences_that_nobody_waits_for_are_swept_when_there_are_too_many() -> None:
    driver = Driver(a_configuration("ana"))
    for level in range(1, 6_000):
        driver.arrive(f"c{level}", requirements={"mandarin": level})
        if level > 1:
            driver.leave(f"c{level}")
    assert len(driver.world.audiences) < 5_000
    assert len(driver.agent().audiences) <= len(driver.world.audiences)
    driver.login("ana")
    assert driver.leg("c1").state is LegState.QUEUED


def test_ways_to_an_audience_are_remembered_within_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(world, "_ROUTES_AT_MOST", 8)
    driver = Driver(a_configuration("ana"))
    for number in range(40):
        driver.arrive(f"c{number}", site=f"site-{number}")
    assert len(driver.world.audiences) == 1
    assert len(driver.world._routes) <= 8


def test_only_the_timer_that_its_record_speaks_of_is_live() -> None:
    driver = Driver(a_configuration("ana"))
    driver.login("ana")
    driver.arrive()
    world, timer = driver.world, driver.leg().timer
    assert world.is_live((0, timer, TimerKind.OFFER, "c1", 1))
    assert not world.is_live((0, timer - 1, TimerKind.OFFER, "c1", 1))
    assert not world.is_live((0, timer, TimerKind.OFFER, "c1", 2))
    assert not world.is_live((0, timer, TimerKind.OFFER, "c9", 1))
    assert not world.is_live((0, timer, TimerKind.GRACE, "ana", 0))
    assert not world.is_live((0, timer, TimerKind.LEASE, "elsewhere", 0))


def test_a_cancelled_timer_does_not_come_back_when_another_is_set_for_the_same_moment() -> None:
    driver = Driver(a_configuration("ana"))
    driver.login("ana")
    driver.session("ana", opened=False)
    driver.login("ana")
    driver.session("ana", opened=False)
    assert driver.agent().grace_timer == driver.world.timers.order
    grace = [timer for timer in driver.world.timers.pending()[1] if timer[2] == TimerKind.GRACE]
    assert [timer[1] for timer in grace] == [driver.agent().grace_timer]


def test_places_of_a_later_epoch_come_after_those_of_an_earlier() -> None:
    driver = Driver(RoutingConfiguration(queues={"service": QueueSettings(steps=(StepSettings(),))}))
    driver.arrive()
    before = driver.leg().place
    driver.world.epoch = 2
    driver.world.begin(0)
    assert driver.world.place > before


def test_an_audience_counts_everybody_who_serves_the_queue_whoever_was_looked_at() -> None:
    agents = {
        "ana": AgentSettings(queues={"service": 1}, skills={"mandarin": 3}),
        "bo": AgentSettings(queues={"service": 2}, skills={"mandarin": 1}),
        "cy": AgentSettings(queues={"service": 1}),
        "di": AgentSettings(queues={"sales": 1}, skills={"mandarin": 3}),
    }
    queue = QueueSettings(steps=(StepSettings(), StepSettings(at_ms=5_000, max_rank=1)))
    driver = Driver(a_configuration(agents=agents, queues={"service": queue}))
    driver.arrive(requirements={"mandarin": 2})
    audience = driver.world.audience(driver.interaction(), driver.leg())
    assert (audience.serving, list(audience.members)) == (3, ["ana"])
    assert audience.static == {PassedOver.LACKS_SKILL: 1, PassedOver.LEVEL_TOO_LOW: 1}
    driver.now_ms += 5_000
    driver.leave("c0")
    audience = driver.world.audience(driver.interaction(), driver.leg())
    assert (audience.serving, list(audience.members)) == (3, ["ana"])
    assert audience.static == {PassedOver.LACKS_SKILL: 1, PassedOver.RANK: 1}
