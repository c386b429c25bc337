"""The invariants hold, and each is found when it is broken by hand."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from schemas.vocabulary import LegState
from streams.routing import invariants
from streams.routing.breach import BrokenInvariant
from streams.routing.model import Queue
from tests.support.engine_driver import Driver, a_configuration, a_connected_call


def a_busy_workspace() -> Driver:
    """`c1` with ana, `c2` offered to bo, `c3` waiting."""
    driver = a_connected_call("ana", "bo")
    driver.arrive("c2")
    driver.arrive("c3")
    return driver


def test_a_workspace_at_work_keeps_them_all() -> None:
    driver = a_busy_workspace()
    invariants.check(driver.world)
    assert invariants.tally(driver.world) == {
        "accepted": 3, "scheduled": 0, "waiting": 1, "offered": 1, "active": 1, "ended": 0
    }  # fmt: skip


def lose_a_contact(driver: Driver) -> None:
    del driver.world.interactions["c3"]


def own_twice(driver: Driver) -> None:
    driver.agent("bo").work["c1", 1] = (driver.interaction("c1"), driver.leg("c1"))


def forget_the_owner(driver: Driver) -> None:
    driver.agent("ana").work.clear()


def miscount_a_queue(driver: Driver) -> None:
    driver.world.queues["service"] = Queue("service", waiting=7)


def let_somebody_idle(driver: Driver) -> None:
    driver.agent("bo").let_go(driver.interaction("c2"), driver.leg("c2"))
    driver.world.touch_agent(driver.agent("bo"))
    driver.leg("c2").state = LegState.QUEUED
    driver.leg("c2").agent_id = None
    driver.world.queues["service"].waiting = 2


def name_what_is_over(driver: Driver) -> None:
    driver.agent("ana").in_hand["c9", 1] = "c9.1"


def forget_a_touch(driver: Driver) -> None:
    driver.agent("ana").room = (0, 0, 7)


def forget_a_deadline(driver: Driver) -> None:
    driver.leg("c2").timer = 0


def wake_what_does_not_wait(driver: Driver) -> None:
    driver.leg("c1").wake_timer = 5


@pytest.mark.parametrize(
    ("breach", "name"),
    [
        (lose_a_contact, "accepted_is_accounted_for"),
        (own_twice, "one_owner"),
        (forget_the_owner, "one_owner"),
        (miscount_a_queue, "accepted_is_accounted_for"),
        (let_somebody_idle, "nobody_idles_while_work_waits"),
        (name_what_is_over, "agents_work_is_remembered"),
        (forget_a_touch, "agents_work_is_remembered"),
        (forget_a_deadline, "timers_fire"),
        (wake_what_does_not_wait, "timers_fire"),
    ],
)
def test_each_is_found_when_broken(breach: Callable[[Driver], None], name: str) -> None:
    driver = a_busy_workspace()
    breach(driver)
    with pytest.raises(BrokenInvariant) as found:
        invariants.check(driver.world)
    assert found.value.name == name


def test_numbers_with_a_gap_are_found_at_once() -> None:
    driver = Driver(a_configuration("ana"))
    driver.login("ana")
    world = driver.world
    world.decisions = [msgspec.structs.replace(one, seq=one.seq + 1) for one in world.decisions]
    with pytest.raises(BrokenInvariant, match="dense_seq"):
        invariants.check_touched(world)


def test_an_offer_beyond_the_capacity_is_found_at_once() -> None:
    driver = Driver(a_configuration("ana"))
    driver.login("ana")
    driver.arrive()
    world = driver.world
    made = world.decisions[-1]
    assert made.agent is not None
    world.decisions[-1] = msgspec.structs.replace(made, agent=msgspec.structs.replace(made.agent, units=101))
    with pytest.raises(BrokenInvariant, match="within_capacity"):
        invariants.check_touched(world)
