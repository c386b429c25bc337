"""The trace of one interaction: every agent and every reason, at every moment at which it was considered."""

from __future__ import annotations

import pytest

from schemas import inputs
from schemas.configuration import AgentSettings, ChannelSettings, QueueSettings, StepSettings, TierSettings
from schemas.trace import Because, Changed, Happened, Looked, PassedAgents, PassedWork, WentFirst
from schemas.vocabulary import LegState, PassedOver
from streams.routing.trace import grouped
from tests.support.engine_driver import Driver, a_configuration
from tests.support.traced import kept_away, of, said, traced


def skilled(**skills: int) -> AgentSettings:
    return AgentSettings(queues={"service": 1}, skills=skills)


def test_while_nobody_can_take_it_every_agent_of_the_queue_is_named_with_every_reason() -> None:
    agents = {"ana": skilled(mandarin=1), "bo": skilled(mandarin=5), "chen": skilled(), "dai": AgentSettings()}
    driver = Driver(a_configuration(skills=("mandarin",), agents=agents))
    driver.login("ana", "chen", "dai")
    driver.arrive("c1", requirements={"mandarin": 3})
    trace = traced(driver)
    (look,) = of(trace, Looked)
    assert kept_away(look) == {"ana": ["level_too_low"], "bo": ["off_queue"], "chen": ["lacks_skill"]}
    assert (look.able, look.not_serving, look.requirements) == ((), 1, {"mandarin": 3})
    assert said(trace) == ["leg.queued"]
    assert not trace.ended


def test_what_stood_before_it_says_why_it_could_not_go_to_that_agent() -> None:
    agents = {"ana": skilled(mandarin=5), "bo": skilled()}
    driver = Driver(a_configuration(skills=("mandarin",), agents=agents))
    driver.login("bo")
    for name in ("b1", "b2"):
        driver.arrive(name, requirements={"mandarin": 3})
    driver.arrive("c1")
    (look,) = of(traced(driver, "c1"), Looked)
    assert look.before == (PassedWork(reasons=(PassedOver.LACKS_SKILL,), count=2),)
    waiting = of(traced(driver, "b2"), Looked)
    assert [one.before for one in waiting] == [()]


def test_a_waiting_contact_that_comes_later_does_not_stand_before_it() -> None:
    agents = {"ana": skilled(mandarin=5), "bo": skilled()}
    driver = Driver(a_configuration(skills=("mandarin",), agents=agents))
    driver.arrive("c1")
    driver.arrive("later", requirements={"mandarin": 3})
    driver.login("bo")
    assert [look.before for look in of(traced(driver, "c1"), Looked) if look.able] == [()]


def test_of_those_who_could_take_it_the_first_is_who_gets_it_and_the_score_is_the_offers() -> None:
    driver = Driver(a_configuration("ana", "bo", "chen"))
    driver.login("bo")
    driver.attend(5_000)
    driver.login("ana")
    driver.arrive()
    trace = traced(driver)
    (look,) = of(trace, Looked)
    assert [one.agent_id for one in look.able] == ["bo", "ana"]
    offer = next(one for one in of(trace, Happened) if one.decision == "offer.made")
    assert offer.agent_id == "bo"
    assert offer.explanation is not None
    assert (offer.explanation.score, offer.explanation.runner_up) == (look.able[0].score, look.able[1].agent_id)
    assert kept_away(look) == {"chen": ["off_queue"]}


def test_the_look_comes_before_the_offer_that_follows_from_it() -> None:
    driver = Driver(a_configuration("ana"))
    driver.login("ana")
    driver.arrive()
    kinds = [type(moment).__name__ for moment in traced(driver).moments]
    assert kinds == ["Happened", "Looked", "Happened"]


def test_what_changes_while_it_waits_is_said_once_and_only_of_whom_it_changed() -> None:
    driver = Driver(a_configuration("ana", "bo"))
    driver.login("ana")
    driver.arrive("busy")
    driver.accept("busy")
    driver.arrive("c1")
    driver.attend(3_000)
    driver.command(inputs.SetStatus, agent_id="ana", status="offline")
    trace = traced(driver)
    assert len(of(trace, Looked)) == 1
    (change,) = of(trace, Changed)
    assert [(one.agent_id, one.before, one.now) for one in change.agents] == [
        ("ana", (PassedOver.NO_CAPACITY,), (PassedOver.OFF_QUEUE, PassedOver.NO_CAPACITY))
    ]


def test_other_work_that_got_an_agent_who_serves_this_one_is_named_with_the_reason() -> None:
    driver = Driver(a_configuration("ana", tiers={"vip": TierSettings(head_start_ms=60_000)}))
    driver.login("ana")
    driver.arrive("busy")
    driver.accept("busy")
    driver.arrive("before")
    driver.attend(1_000)
    driver.arrive("c1")
    driver.attend(1_000)
    driver.arrive("dear", tier="vip")
    for contact in ("busy", "dear", "before"):
        driver.end(contact)
        driver.command(inputs.FinishWrapUp, agent_id="ana", leg_id=f"{contact}.1")
        for name in ("dear", "before", "c1"):
            if driver.world.interactions.get(name) and driver.leg(name).state is LegState.OFFERED:
                driver.accept(name)
    first = of(traced(driver), WentFirst)
    assert [(one.interaction_id, one.because, one.earlier_ms) for one in first] == [
        ("dear", Because.HEAD_START, 59_000),
        ("before", Because.ARRIVED_BEFORE, 1_000),
    ]


def test_a_lower_class_a_room_for_one_channel_and_a_purpose_are_told_apart() -> None:
    queues = {"service": QueueSettings(class_=1), "urgent": QueueSettings(class_=0)}
    channels = {"phone": ChannelSettings(units=100), "web_chat": ChannelSettings(units=30)}
    agents = {"ana": AgentSettings(queues={"service": 1, "urgent": 1})}
    driver = Driver(a_configuration(queues=queues, agents=agents, channels=channels))
    driver.login("ana")
    driver.arrive("chat", channel="web_chat")
    driver.accept("chat")
    driver.arrive("c1")
    driver.attend(1_000)
    driver.arrive("another-chat", channel="web_chat")
    driver.arrive("now", queue="urgent", channel="web_chat")
    because = {one.interaction_id: one.because for one in of(traced(driver), WentFirst)}
    assert because == {"another-chat": Because.NO_ROOM_FOR_CHANNEL, "now": Because.LOWER_CLASS}


def test_who_rejected_it_and_gets_other_work_is_said_so() -> None:
    driver = Driver(a_configuration("ana", "bo"))
    driver.login("ana", "bo")
    driver.arrive("busy")
    driver.accept("busy", driver.leg("busy").agent_id or "")
    driver.arrive("c1")
    free = driver.leg("c1").agent_id or ""
    driver.reject("c1", free)
    driver.arrive("other")
    trace = traced(driver)
    (first,) = of(trace, WentFirst)
    assert (first.agent_id, first.because) == (free, Because.PASSED_OVER_HERE)
    assert kept_away(of(trace, Looked)[-1])[free] == ["rejected_before"]


def test_a_new_step_is_looked_at_whole() -> None:
    steps = (StepSettings(require={"mandarin": 3}), StepSettings(at_ms=2_000, require={}))
    queues = {"service": QueueSettings(steps=steps)}
    driver = Driver(a_configuration(skills=("mandarin",), queues=queues, agents={"ana": skilled(mandarin=1)}))
    driver.login("ana")
    driver.arrive()
    driver.attend(3_000)
    trace = traced(driver)
    assert [(one.step, one.requirements) for one in of(trace, Looked)] == [(0, {"mandarin": 3}), (1, {})]
    assert said(trace) == ["leg.queued", "step.advanced", "offer.made"]


def test_whoever_asked_for_something_is_named_with_the_reason() -> None:
    driver = Driver(a_configuration("ana"))
    driver.arrive()
    driver.command(inputs.CancelInteraction, interaction_id="c1", actor="lin", reason="called twice")
    trace = traced(driver)
    last = of(trace, Happened)[-1]
    assert (last.by, last.command, last.asked_because) == ("lin", "cancel_interaction", "called twice")
    assert trace.ended


def test_a_supervisor_who_acts_on_the_agent_is_named_for_what_that_does_to_the_contact() -> None:
    driver = Driver(a_configuration("ana", "bo"))
    driver.login("ana")
    driver.arrive()
    driver.command(inputs.ForceStatus, agent_id="ana", status="offline", actor="lin", reason="the fire alarm")
    trace = traced(driver)
    taken = next(one for one in of(trace, Happened) if one.decision == "offer.rescinded")
    assert (taken.by, taken.command, taken.asked_because) == ("lin", "force_status", "the fire alarm")


def test_who_hands_an_agent_over_is_named_where_the_contact_changes() -> None:
    driver = Driver(a_configuration("ana", "bo"))
    driver.arrive(preferred_agent="ana")
    driver.command(inputs.HandOverAgent, agent_id="ana", to_agent="bo", actor="root", reason="ana leaves")
    last = of(traced(driver), Happened)[-1]
    assert (last.decision, last.by, last.command) == ("interaction.changed", "root", "hand_over_agent")
    assert last.asked_because == "ana leaves"


def test_the_line_before_it_is_counted_when_it_enters_its_queue() -> None:
    driver = Driver(a_configuration("ana"))
    driver.arrive("first")
    driver.arrive("second")
    driver.arrive("c1")
    driver.arrive("later")
    assert [one.ahead for one in of(traced(driver), Happened)] == [2]


def test_an_unknown_contact_has_no_moments_and_a_long_one_says_how_many_are_left_out() -> None:
    driver = Driver(a_configuration("ana"))
    driver.login("ana")
    driver.arrive()
    assert traced(driver, "nobody").moments == ()
    short = traced(driver, at_most=2)
    assert (len(short.moments), short.left_out) == (2, 1)


@pytest.mark.parametrize("found", [{}, {"ana": ()}])
def test_who_is_kept_away_by_nothing_is_in_no_group(found: dict[str, tuple[PassedOver, ...]]) -> None:
    assert grouped(found) == ()


def test_the_largest_group_of_equal_reasons_comes_first() -> None:
    away, busy = (PassedOver.OFF_QUEUE,), (PassedOver.NO_CAPACITY,)
    assert grouped({"b": away, "c": busy, "a": away}) == (
        PassedAgents(reasons=away, agents=("a", "b")),
        PassedAgents(reasons=busy, agents=("c",)),
    )
