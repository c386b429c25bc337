"""Routing steps and expiry."""

from __future__ import annotations

from schemas.configuration import AgentSettings, QueueSettings, StepSettings
from schemas.decisions import LegEnded, OfferRescinded, StepAdvanced
from schemas.vocabulary import EndReason, LegState, RescindReason
from tests.support.engine_driver import Driver, a_configuration


def a_driver(*steps: StepSettings, expire_after_ms: int | None = None) -> Driver:
    queue = QueueSettings(steps=steps, expire_after_ms=expire_after_ms)
    agents = {
        "ana": AgentSettings(queues={"service": 1}, skills={"mandarin": 2}),
        "bo": AgentSettings(queues={"service": 2}),
    }
    return Driver(a_configuration(queues={"service": queue}, agents=agents))


def test_a_step_advances_at_its_moment_of_waiting_and_lets_others_in() -> None:
    driver = a_driver(StepSettings(max_rank=1), StepSettings(at_ms=10_000, max_rank=2))
    driver.login("bo")
    driver.arrive()
    start = driver.now_ms
    found = [one for one in driver.attend(10_000) if isinstance(one, StepAdvanced)]
    assert [(one.at_ms - start, one.leg.step) for one in found if one.leg] == [(10_000, 1)]
    assert driver.leg().agent_id == "bo"


def test_steps_run_on_log_time_even_when_nobody_attends() -> None:
    driver = a_driver(StepSettings(max_rank=1), StepSettings(at_ms=10_000, head_start_ms=60_000))
    driver.arrive()
    driver.now_ms += 10_000
    driver.leave("c0")
    assert driver.leg().step == 1
    assert driver.leg().virtual_arrival_ms == driver.leg().arrived_ms - 60_000


def test_a_step_whose_time_comes_during_an_offer_leaves_the_offer_alone() -> None:
    driver = a_driver(StepSettings(), StepSettings(at_ms=10_000, require={"mandarin": 5}))
    driver.login("ana")
    driver.arrive()
    driver.attend(12_000)
    assert (driver.leg().state, driver.leg().step) == (LegState.OFFERED, 1)
    driver.accept()
    assert driver.leg().state is LegState.CONNECTED


def test_waiting_stands_still_while_connected() -> None:
    driver = a_driver(StepSettings(), StepSettings(at_ms=10_000))
    driver.login("ana")
    driver.arrive(confirms_connection=True)
    driver.attend(4_000)
    driver.accept()
    driver.attend(9_000)
    driver.fail()
    assert driver.leg().step == 0
    driver.attend(5_999)
    assert driver.leg().step == 0
    driver.attend(1)
    assert driver.leg().step == 1


def test_expiry_takes_back_the_offer_without_blame_and_ends_the_contact() -> None:
    driver = a_driver(expire_after_ms=15_000)
    driver.login("ana")
    driver.arrive()
    found = driver.attend(15_000)
    rescinded = [one.offer.rescind_reason for one in found if isinstance(one, OfferRescinded) and one.offer]
    ended = [(one.leg.state, one.leg.reason) for one in found if isinstance(one, LegEnded) and one.leg]
    assert rescinded == [RescindReason.EXPIRED]
    assert ended == [(LegState.EXPIRED, EndReason.EXPIRED)]
    assert not driver.agent().not_responding


def test_only_the_preferred_agent_is_asked_until_he_is_gone() -> None:
    driver = a_driver(StepSettings(preferred=True), StepSettings(at_ms=60_000))
    driver.login("bo")
    driver.arrive("c0")
    driver.accept("c0", "bo")
    driver.login("ana")
    driver.arrive(preferred_agent="bo")
    assert (driver.leg().state, driver.leg().only) == (LegState.QUEUED, "bo")
    driver.session("bo", opened=False)
    assert driver.offered() == [("c1", "ana")]
    assert (driver.leg().skipped, driver.leg().only) == (True, None)


def test_who_was_skipped_stays_skipped() -> None:
    driver = a_driver(StepSettings(preferred=True), StepSettings(at_ms=60_000))
    driver.arrive(preferred_agent="bo")
    assert driver.leg().skipped
    driver.login("ana")
    assert driver.offered() == [("c1", "ana")]


def test_a_preferred_agent_who_lacks_what_the_step_asks_for_is_skipped() -> None:
    driver = a_driver(StepSettings(preferred=True, require={"mandarin": 2}))
    driver.login("bo")
    driver.arrive(preferred_agent="bo")
    assert driver.leg().skipped


def test_overflow_moves_to_another_queue_once() -> None:
    queues = {
        "service": QueueSettings(steps=(StepSettings(), StepSettings(at_ms=5_000, overflow_to="sales"))),
        "sales": QueueSettings(steps=(StepSettings(), StepSettings(at_ms=5_000, overflow_to="service"))),
    }
    driver = Driver(a_configuration(queues=queues))
    driver.arrive()
    arrived = driver.now_ms
    driver.now_ms += 5_000
    driver.leave("c0")
    assert (driver.leg().queue, driver.leg().virtual_arrival_ms, driver.leg().tried) == ("sales", arrived, ("service",))
    driver.now_ms += 5_000
    driver.leave("c0")
    assert (driver.leg().queue, driver.leg().step) == ("sales", 1)
