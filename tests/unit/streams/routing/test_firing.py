"""Time passes: what is due fires at its moment."""

from __future__ import annotations

from schemas import inputs
from schemas.configuration import AgentSettings, ChannelSettings, RoutingSettings
from schemas.decisions import AgentChanged, LegEnded, OfferMade, OfferTimedOut
from schemas.vocabulary import AgentCause
from tests.support.engine_driver import Driver, a_configuration


def test_matching_follows_each_timer_at_its_own_moment() -> None:
    agents = {name: AgentSettings(queues={"service": 1}) for name in ("ana", "bo")}
    driver = Driver(a_configuration(agents=agents, channels={"phone": ChannelSettings(wrap_up_ms=1_500)}))
    driver.login("ana", "bo")
    driver.tick()
    for contact, agent in (("c1", "ana"), ("c2", "bo")):
        driver.arrive(contact)
        driver.accept(contact, agent)
    driver.end("c1", "ana")
    driver.now_ms += 100
    driver.end("c2", "bo")
    driver.arrive("c3")
    driver.arrive("c4")
    start = driver.now_ms
    driver.now_ms += 1_900
    driver.tick()
    found = [(type(one), one.at_ms - start) for one in driver.decisions]
    assert found == [(LegEnded, 1_400), (OfferMade, 1_400), (LegEnded, 1_500), (OfferMade, 1_500)]


def test_attended_timers_wait_for_somebody_to_attend() -> None:
    driver = Driver(a_configuration("ana"))
    driver.login("ana")
    driver.tick()
    driver.arrive()
    driver.now_ms += 3_600_000
    driver.leave("unknown")
    assert driver.said(OfferTimedOut) == []
    assert driver.engine.next_due_ms() is not None


def test_whoever_missed_an_offer_responds_again_in_time() -> None:
    settings = RoutingSettings(not_responding_for_ms=10_000)
    driver = Driver(a_configuration("ana", settings=settings))
    driver.login("ana")
    driver.arrive()
    driver.leave("c0")
    driver.attend(20_000)
    assert driver.agent().not_responding
    found = [one for one in driver.attend(10_000) if isinstance(one, AgentChanged)]
    assert [one.because for one in found] == [AgentCause.RESPONDING]


def test_an_acceptance_at_the_deadline_comes_after_it() -> None:
    driver = Driver(a_configuration("ana"))
    driver.login("ana")
    driver.arrive()
    offer = driver.offer()
    driver.attend(19_000)
    driver.now_ms += 1_000
    driver.command(inputs.AcceptOffer, agent_id="ana", offer_id=offer)
    assert isinstance(driver.decisions[0], OfferTimedOut)
    assert driver.refusal() is not None
