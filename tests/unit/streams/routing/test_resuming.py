"""Abandoned places: what is remembered, and who takes it over."""

from __future__ import annotations

import msgspec

from schemas import inputs
from schemas.configuration import QueueSettings, RoutingSettings
from streams.routing.engine import Engine
from tests.support.engine_driver import WORKSPACE, Driver, a_configuration


def a_driver(within_ms: int = 60_000) -> Driver:
    settings = RoutingSettings(resume_within_ms=within_ms)
    return Driver(a_configuration(settings=settings, queues={"service": QueueSettings(), "sales": QueueSettings()}))


def an_abandoned_call(driver: Driver, contact: str = "c1", **more: str) -> int:
    """Waits 10 s and leaves; says when it had come."""
    arrived = driver.now_ms
    driver.arrive(contact, customer_id="li", **more)
    driver.now_ms += 10_000
    driver.leave(contact)
    return arrived


def test_the_new_contact_has_the_old_arrival() -> None:
    driver = a_driver()
    arrived = an_abandoned_call(driver)
    driver.now_ms += 5_000
    driver.arrive("c2", customer_id="li")
    leg = driver.leg("c2")
    assert (leg.arrived_ms, leg.virtual_arrival_ms, leg.entered_queue_ms) == (arrived, arrived, driver.now_ms)
    assert driver.interaction("c2").arrived_ms == driver.now_ms
    assert not driver.world.abandoned


def test_priority_and_tier_are_the_new_contacts_own() -> None:
    driver = a_driver()
    arrived = an_abandoned_call(driver)
    driver.arrive("c2", customer_id="li", priority=4)
    assert driver.leg("c2").virtual_arrival_ms == arrived - 60_000


def test_who_becomes_known_while_waiting_takes_over_too() -> None:
    driver = a_driver()
    arrived = an_abandoned_call(driver)
    driver.arrive("c2")
    driver.now_ms += 20_000
    driver.feed(inputs.InteractionUpdated(workspace=WORKSPACE, interaction_id="c2", customer_id="li"))
    assert driver.leg("c2").virtual_arrival_ms == arrived
    [changed] = driver.decisions
    assert changed.leg is not None
    assert changed.leg.virtual_arrival_ms == arrived


def test_who_becomes_known_too_late_does_not() -> None:
    driver = a_driver()
    an_abandoned_call(driver)
    driver.arrive("c2")
    came = driver.now_ms
    driver.now_ms += 60_001
    driver.feed(inputs.InteractionUpdated(workspace=WORKSPACE, interaction_id="c2", customer_id="li"))
    assert driver.leg("c2").virtual_arrival_ms == came


def test_a_contact_that_was_there_before_the_other_was_abandoned_takes_over_nothing() -> None:
    driver = a_driver()
    driver.arrive("c0")
    driver.now_ms += 1_000
    driver.arrive("c1", customer_id="li")
    driver.now_ms += 1_000
    driver.leave("c1")
    driver.feed(inputs.InteractionUpdated(workspace=WORKSPACE, interaction_id="c0", customer_id="li"))
    assert driver.leg("c0").virtual_arrival_ms == driver.now_ms - 2_000
    assert len(driver.world.abandoned) == 1


def test_what_rings_or_is_being_connected_is_abandoned_as_well() -> None:
    driver = Driver(a_configuration("ana", settings=RoutingSettings(resume_within_ms=60_000)))
    driver.login("ana")
    driver.arrive("c1", customer_id="li")
    driver.leave("c1")
    driver.arrive("c2", customer_id="wang", confirms_connection=True)
    driver.accept("c2")
    driver.leave("c2")
    assert list(driver.world.abandoned) == [("service", "li"), ("service", "wang")]


def test_what_is_remembered_is_bounded_by_the_time() -> None:
    driver = a_driver(within_ms=1_000)
    for number in range(50):
        driver.arrive(f"c{number}", customer_id=f"li-{number}")
        driver.now_ms += 500
        driver.leave(f"c{number}")
    assert len(driver.world.abandoned) == 3


def test_without_the_setting_a_snapshot_has_no_trace_of_it() -> None:
    driver = a_driver(within_ms=0)
    an_abandoned_call(driver)
    assert not driver.world.abandoned
    sections = msgspec.msgpack.decode(driver.engine.snapshot()[0][1:])["records"]
    assert max(sections) == 11


def test_a_snapshot_keeps_the_places() -> None:
    driver = a_driver()
    arrived = an_abandoned_call(driver)
    again = Driver(engine=Engine.restore(driver.engine.snapshot()))
    assert again.engine.fingerprint() == driver.engine.fingerprint()
    again.now_ms = driver.now_ms + 1_000
    again.arrive("c2", customer_id="li")
    assert again.leg("c2").virtual_arrival_ms == arrived


def test_one_place_has_one_entry_in_a_lane_however_often_it_changes_hands() -> None:
    driver = a_driver()
    driver.arrive("c0")
    for number in range(1, 6):
        driver.arrive(f"c{number}", customer_id="li")
        driver.leave(f"c{number}")
    driver.arrive("c6", customer_id="li")
    places = {(one.main.place, one.main.turn) for one in driver.world.interactions.values()}
    assert len(places) == 2
