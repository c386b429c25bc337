"""An agent who leaves or changes teams."""

from __future__ import annotations

from schemas import inputs
from schemas.configuration import QueueSettings, StepSettings
from schemas.decisions import CommandApplied, InteractionChanged, LegQueued, OfferMade
from schemas.vocabulary import LegState, Refusal
from streams.routing.engine import Engine
from streams.routing.succession import STILL_NAMED_MS
from tests.support.engine_driver import Driver, a_configuration, a_connected_call

PREFERRED_FIRST = {
    "service": QueueSettings(steps=(StepSettings(at_ms=0, preferred=True), StepSettings(at_ms=60_000))),
}


def hand_over(driver: Driver, agent: str = "ana", to: str = "bo") -> None:
    driver.command(inputs.HandOverAgent, agent_id=agent, to_agent=to, actor="adam", reason="leaves")


def test_what_waits_for_the_one_who_leaves_waits_for_the_other() -> None:
    driver = Driver(a_configuration("ana", "bo", "chen", queues=PREFERRED_FIRST))
    driver.login("ana", "chen")
    driver.arrive("busy", preferred_agent="ana")
    driver.accept("busy")
    driver.arrive(preferred_agent="ana", owner="ana")
    assert driver.leg().only == "ana"
    hand_over(driver)
    changed = [one.interaction for one in driver.said(InteractionChanged) if one.interaction]
    assert [(one.interaction_id, one.preferred_agent, one.owner) for one in changed] == [
        ("busy", "bo", None),
        ("c1", "bo", "bo"),
    ]
    assert driver.said(CommandApplied)[0].intervention is not None
    assert driver.offered() == [("c1", "chen")], "bo is not there: the step is skipped"


def test_the_other_is_asked_although_the_step_was_skipped_for_the_first() -> None:
    driver = Driver(a_configuration("ana", "bo", "chen", queues=PREFERRED_FIRST))
    driver.login("chen", "bo")
    driver.arrive("busy", preferred_agent="chen")
    driver.accept("busy", "chen")
    driver.arrive("other", preferred_agent="bo")
    driver.accept("other", "bo")
    driver.arrive(preferred_agent="ana")
    assert (driver.leg().skipped, driver.leg().only) == (True, None)
    hand_over(driver)
    assert (driver.leg().skipped, driver.leg().only) == (False, "bo")


def test_what_is_in_hand_stays_and_is_the_others_afterwards() -> None:
    driver = a_connected_call("ana", "bo")
    driver.feed(inputs.InteractionUpdated(workspace="bookcity", interaction_id="c1", owner="ana"))
    hand_over(driver)
    assert (driver.leg().state, driver.leg().agent_id) == (LegState.CONNECTED, "ana")
    assert driver.interaction().owner == "bo"


def test_a_transfer_that_waits_for_the_one_who_leaves_waits_for_the_other() -> None:
    driver = a_connected_call("ana", "bo", "chen")
    driver.arrive("c2")
    driver.accept("c2", "bo")
    driver.about(inputs.TransferInteraction, "c1", "ana", to_agent="bo")
    assert driver.leg().target == "bo"
    hand_over(driver, "bo", "chen")
    assert driver.offered() == [("c1", "chen")]
    assert driver.said(OfferMade)[0].explanation.relaxations == ("transferred_to_agent",)


def test_an_offer_that_rings_is_left_alone_and_goes_on_to_the_other_when_it_fails() -> None:
    driver = a_connected_call("ana", "bo", "chen")
    driver.about(inputs.TransferInteraction, "c1", "ana", to_agent="bo")
    assert driver.leg().agent_id == "bo"
    hand_over(driver, "bo", "chen")
    assert (driver.leg().state, driver.leg().agent_id) == (LegState.OFFERED, "bo")
    driver.reject("c1", "bo")
    assert driver.offered() == [("c1", "chen")]


def test_a_callback_that_was_promised_is_the_others() -> None:
    driver = a_connected_call("ana", "bo")
    at_ms = driver.now_ms + 3_600_000
    driver.command(inputs.RequestCallback, interaction_id="c1", at_ms=at_ms, agent_id="ana")
    assert (driver.leg().state, driver.leg().preferred) == (LegState.SCHEDULED, "ana")
    hand_over(driver)
    assert driver.leg().preferred == "bo"
    driver.now_ms = at_ms
    driver.alive()
    assert driver.said(LegQueued)[0].leg is not None
    assert driver.offered() == [("c1", "bo")]


def test_the_one_who_leaves_need_not_be_configured_and_the_other_must() -> None:
    driver = Driver(a_configuration("ana", "bo"))
    driver.arrive(preferred_agent="gone")
    hand_over(driver, "gone", "bo")
    assert driver.interaction().preferred_agent == "bo"
    hand_over(driver, "ana", "gone")
    assert driver.refusal() is Refusal.UNKNOWN_AGENT
    hand_over(driver, "ana", "ana")
    assert driver.refusal() is Refusal.NOT_PERMITTED


def test_one_who_is_removed_but_has_work_left_takes_nothing_over() -> None:
    driver = a_connected_call("ana", "bo")
    driver.configure(a_configuration("bo"))
    assert driver.agent("ana").removed
    hand_over(driver, "bo", "ana")
    assert driver.refusal() is Refusal.UNKNOWN_AGENT


def test_contacts_that_were_looked_up_before_come_in_for_the_other() -> None:
    driver = Driver(a_configuration("ana", "bo"))
    hand_over(driver)
    driver.now_ms += STILL_NAMED_MS
    driver.arrive("c1", preferred_agent="ana", owner="ana")
    assert (driver.interaction("c1").preferred_agent, driver.interaction("c1").owner) == ("bo", "bo")
    driver.feed(inputs.InteractionUpdated(workspace="bookcity", interaction_id="c1", preferred_agent="ana"))
    assert driver.interaction("c1").preferred_agent == "bo"
    driver.now_ms += 1
    driver.arrive("c2", preferred_agent="ana")
    assert driver.interaction("c2").preferred_agent == "ana", "he changed teams, and has customers again"


def test_for_one_who_left_for_good_they_do_so_for_ever() -> None:
    driver = Driver(a_configuration("ana", "bo"))
    hand_over(driver)
    driver.configure(a_configuration("bo"))
    driver.now_ms += 30 * STILL_NAMED_MS
    driver.arrive(preferred_agent="ana")
    assert driver.interaction().preferred_agent == "bo"


def test_who_took_over_and_leaves_too_hands_on_what_he_took_over() -> None:
    driver = Driver(a_configuration("ana", "bo", "chen"))
    hand_over(driver, "ana", "bo")
    hand_over(driver, "bo", "chen")
    driver.arrive("c1", preferred_agent="ana")
    assert driver.interaction("c1").preferred_agent == "chen"
    hand_over(driver, "chen", "ana")
    driver.arrive("c2", preferred_agent="ana")
    driver.arrive("c3", preferred_agent="bo")
    assert [driver.interaction(one).preferred_agent for one in ("c2", "c3")] == ["ana", "ana"]


def test_a_snapshot_keeps_who_took_over_and_finds_who_is_named() -> None:
    driver = Driver(a_configuration("ana", "bo", "chen"))
    driver.arrive("c1", preferred_agent="ana")
    hand_over(driver)
    before = driver.engine.fingerprint()
    again = Driver(engine=Engine.restore(driver.engine.snapshot()))
    assert again.engine.fingerprint() == before
    again.arrive("c2", preferred_agent="ana")
    assert again.interaction("c2").preferred_agent == "bo"
    hand_over(again, "bo", "chen")
    assert [again.interaction(one).preferred_agent for one in ("c1", "c2")] == ["chen", "chen"]


def test_the_same_act_again_changes_nothing_more() -> None:
    driver = Driver(a_configuration("ana", "bo"))
    driver.arrive(preferred_agent="ana")
    hand_over(driver)
    hand_over(driver)
    assert driver.said(InteractionChanged) == []
    assert len(driver.said(CommandApplied)) == 1


def test_an_agents_own_callback_is_told_as_the_heirs() -> None:
    driver = Driver(a_configuration("ana", "bo"))
    driver.arrive()
    at_ms = driver.now_ms + 600_000
    driver.command(inputs.RequestCallback, interaction_id="c1", at_ms=at_ms, agent_id="ana")
    driver.command(inputs.HandOverAgent, agent_id="ana", to_agent="bo", reason="leaves")
    [changed] = driver.said(InteractionChanged)
    assert changed.leg is not None
    assert changed.leg.preferred_agent == "bo"


def test_a_consult_and_a_joining_ask_for_that_very_agent() -> None:
    driver = a_connected_call("ana", "bo", "chen")
    driver.about(inputs.StartConsult, "c1", "ana", to_agent="bo")
    [consult] = driver.interaction().others
    assert (consult.state, consult.target) == (LegState.OFFERED, "bo")
    hand_over(driver, "bo", "chen")
    assert (consult.state, consult.target, consult.agent_id) == (LegState.OFFERED, "bo", "bo")
