"""What identity and adapters say."""

from __future__ import annotations

from schemas import inputs
from schemas.configuration import TierSettings
from schemas.decisions import DuplicateIgnored, InputHeld, InteractionChanged, LegEnded, LegQueued
from schemas.interactions import ChannelEnded, Source
from schemas.vocabulary import EndReason, LegState
from tests.support.engine_driver import WORKSPACE, Driver, a_configuration, a_connected_call


def update(driver: Driver, contact: str = "c1", **more: object) -> None:
    driver.feed(inputs.InteractionUpdated(workspace=WORKSPACE, interaction_id=contact, **more))  # type: ignore[arg-type]


def test_an_arrival_carries_the_interaction_and_its_leg() -> None:
    driver = Driver(a_configuration())
    driver.arrive(customer_id="cu_1")
    queued = driver.said(LegQueued)[0]
    assert queued.interaction is not None
    assert queued.leg is not None
    assert (queued.interaction.customer_id, queued.leg.leg_id, queued.leg.queue) == ("cu_1", "c1.1", "service")


def test_a_repetition_is_ignored_while_it_lives_and_after() -> None:
    driver = Driver(a_configuration())
    driver.arrive()
    for _ in range(2):
        driver.arrive()
        assert [one.interaction_id for one in driver.said(DuplicateIgnored)] == ["c1"]
        driver.leave()
    assert driver.world.accepted == 1


def test_a_source_that_repeats_itself_is_ignored() -> None:
    driver = Driver(a_configuration())
    source = Source(name="identity", partition=1, offset=7)
    driver.arrive(source=source)
    driver.leave(source=source)
    assert driver.said(DuplicateIgnored)
    assert driver.leg().state is LegState.QUEUED
    driver.leave(source=Source(name="identity", partition=1, offset=8))
    assert driver.said(LegEnded)


def test_words_about_a_contact_to_come_are_held_and_then_heard() -> None:
    driver = Driver(a_configuration("ana"))
    driver.login("ana")
    update(driver, tier="vip", priority=2)
    assert driver.said(InputHeld)
    driver.arrive()
    assert driver.world.profile(driver.interaction()).priority == 2
    driver.leave("c2")
    assert driver.said(InputHeld)
    driver.arrive("c2")
    assert [one.leg.state for one in driver.said(LegEnded) if one.leg] == [LegState.ABANDONED]
    assert "c2" not in driver.world.interactions


def test_attributes_learnt_later_move_what_waits() -> None:
    driver = Driver(a_configuration(tiers={"vip": TierSettings(head_start_ms=5_000)}))
    driver.arrive("c1")
    driver.now_ms += 1_000
    driver.arrive("c2")
    update(driver, "c2", tier="vip", customer_id="cu_2")
    changed = driver.said(InteractionChanged)[0]
    assert changed.interaction is not None
    assert changed.leg is not None
    assert changed.interaction.customer_id == "cu_2"
    assert changed.leg.virtual_arrival_ms == driver.now_ms - 5_000
    update(driver, "c2", tier="vip")
    assert driver.decisions == ()


def test_requirements_learnt_later_find_another_agent() -> None:
    driver = Driver(a_configuration("ana"))
    driver.arrive(requirements={"mandarin": 1})
    driver.login("ana")
    assert driver.leg().state is LegState.QUEUED
    update(driver, requirements={})
    assert driver.offered() == [("c1", "ana")]


def test_word_of_what_is_over_changes_nothing() -> None:
    driver = Driver(a_configuration())
    driver.arrive()
    driver.leave()
    driver.leave()
    update(driver, tier="vip")
    assert driver.decisions == ()


def test_an_agent_who_hangs_up_ends_his_part() -> None:
    driver = a_connected_call()
    driver.feed(ChannelEnded(workspace=WORKSPACE, interaction_id="c1", leg_id="c1.1"))
    assert (driver.leg().state, driver.leg().reason) == (LegState.WRAP_UP, EndReason.CHANNEL_ENDED)
    driver.feed(ChannelEnded(workspace=WORKSPACE, interaction_id="c1", leg_id="c1.9"))
    assert driver.decisions == ()


def test_an_unknown_queue_without_a_default_fails_and_says_so() -> None:
    driver = Driver(a_configuration())
    driver.arrive(queue="nowhere")
    ended = driver.said(LegEnded)[0]
    assert ended.leg is not None
    assert ended.interaction is not None
    assert (ended.leg.state, ended.leg.reason) == (LegState.FAILED, EndReason.UNKNOWN_QUEUE)
