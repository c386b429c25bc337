"""A trace reads as a story."""

from __future__ import annotations

import datetime

from deploy.console.words import Language
from deploy.explained.story import CHANGES, Clock, story, waited_by_queue
from deploy.explained.words import Words
from schemas import inputs
from schemas.configuration import AgentSettings, QueueSettings, RoutingSettings, StepSettings
from tests.support.engine_driver import Driver, a_configuration
from tests.support.traced import traced

ENGLISH, CHINESE = Words(Language.ENGLISH), Words(Language.CHINESE)


def told(driver: Driver, words: Words = ENGLISH, *, full: bool = False) -> str:
    return "\n".join(story(traced(driver), words, full=full))


def a_wait() -> Driver:
    """`c1` waits for two busy agents; one of them becomes free."""
    driver = Driver(a_configuration("ana", "bo", "chen"))
    driver.login("ana", "bo")
    for contact in ("one", "two"):
        driver.arrive(contact)
        driver.accept(contact, driver.leg(contact).agent_id or "")
    driver.arrive("c1")
    driver.attend(65_000)
    driver.end("one", driver.leg("one").agent_id or "")
    driver.attend(30_000)
    return driver


def test_a_contact_that_waited_says_why_nobody_and_then_why_this_agent() -> None:
    text = told(a_wait())
    assert "entered the queue service, first in line" in text
    assert "nobody could take it. The 3 who serve the queue:" in text
    assert "busy, no room for it (2): ana, bo" in text
    assert "not on queue (1): chen" in text
    assert "offered to ana, who has 20 s to accept" in text
    assert "why ana: the only one who could take it at that moment" in text
    assert text.endswith("waited 1 min 35 s in service")


def test_the_same_in_chinese() -> None:
    text = told(a_wait(), CHINESE)
    assert "没有人能接。服务此队列的 3 人：" in text
    assert "没有余力（正忙）（2 人）：ana、bo" in text
    assert "为何是 ana：此刻唯一能接的人" in text
    assert text.endswith("等待：service 1 分 35 秒")


def an_overtaking() -> Driver:
    """`c1` goes to an agent who lacks what the two before it ask for."""
    agents = {"ana": AgentSettings(queues={"service": 1})}
    driver = Driver(a_configuration(skills=("mandarin",), agents=agents))
    driver.login("ana")
    for name in ("b1", "b2"):
        driver.arrive(name, requirements={"mandarin": 3})
    driver.arrive("c1")
    return driver


def test_who_was_overtaken_is_said_with_the_reason() -> None:
    assert "before it in line, but not for ana:\n            lacks a skill asked for (2)\n" in told(an_overtaking())
    assert "排在前面、但 ana 不能接的：\n            缺少所要的技能（2 个）\n" in told(an_overtaking(), CHINESE)


def test_of_several_the_scores_and_what_decided_are_said() -> None:
    driver = Driver(a_configuration("ana", "bo"))
    driver.login("bo")
    driver.attend(5_000)
    driver.login("ana")
    driver.attend(1_000)
    driver.arrive()
    text = told(driver)
    assert "why bo: the best of 2 who could take it; ahead of the next, ana, by the longer idle time" in text
    assert "bo: rank 1, no other work, idle for 6 s" in text


def test_an_offer_that_was_rejected_or_missed_says_how_long_it_rang() -> None:
    driver = Driver(a_configuration("ana", "bo"))
    driver.login("ana", "bo")
    driver.arrive()
    driver.attend(3_000)
    driver.reject("c1", "ana")
    driver.attend(20_000)
    text = told(driver)
    assert "ana rejected it after 3 s" in text
    assert "bo did not answer within 20 s, and gets nothing more until the agent acts" in text
    assert "declined, missed or handed it on a moment ago: not asked again yet (1): ana" in text


def test_a_step_says_what_is_asked_for_from_then_on() -> None:
    steps = (StepSettings(require={"mandarin": 3}), StepSettings(at_ms=2_000, require={"mandarin": 2}, max_rank=1))
    agents = {"ana": AgentSettings(queues={"service": 1}, skills={"mandarin": 1})}
    driver = Driver(
        a_configuration(skills=("mandarin",), queues={"service": QueueSettings(steps=steps)}, agents=agents)
    )
    driver.login("ana")
    driver.arrive()
    driver.attend(3_000)
    text = told(driver)
    assert "nobody could take it; now it asks for mandarin 3. The 1 who serve the queue:" in text
    assert "has waited long enough for routing step 2" in text
    assert "now it asks for mandarin 2, only agents of rank 1 or better" in text


def test_a_supervisors_act_says_who_and_why() -> None:
    driver = Driver(a_configuration("ana"))
    driver.arrive()
    driver.command(inputs.CancelInteraction, interaction_id="c1", actor="lin", reason="called twice")
    assert "ended: cancelled, by lin (cancel interaction: called twice)" in told(driver)


def test_an_assignment_says_that_rules_were_set_aside() -> None:
    driver = Driver(a_configuration("ana", agents={"bo": AgentSettings()}))
    driver.login("bo")
    driver.arrive()
    driver.command(inputs.AssignInteraction, interaction_id="c1", to_agent="bo", actor="lin", reason="knows her")
    assert "why bo: a supervisor assigned it, whatever queue, rank and skills" in told(driver)


def test_a_whole_life_is_told_to_its_end() -> None:
    driver = Driver(a_configuration("ana"))
    driver.login("ana")
    driver.arrive()
    driver.accept()
    driver.attend(5_000)
    driver.about(inputs.HoldInteraction)
    driver.about(inputs.ResumeInteraction)
    driver.end()
    driver.attend(40_000)
    lines = told(driver).splitlines()
    for part in ("ana accepted", "put the customer on hold", "went on with the customer", "part is over", "completed"):
        assert sum(part in line for line in lines) == 1, part


def test_many_changes_are_shortened_and_full_lists_them_all() -> None:
    driver = Driver(a_configuration("ana", "bo"))
    driver.login("ana")
    driver.arrive("busy")
    driver.accept("busy")
    driver.arrive()
    for _ in range(CHANGES):
        for status in ("offline", "available"):
            driver.command(inputs.SetStatus, agent_id="ana", status=status)
            driver.attend(1_000)
    assert "more changes among the agents" in told(driver)
    assert "more changes among the agents" not in told(driver, full=True)
    assert len(told(driver, full=True)) > len(told(driver))


def test_other_work_is_named_when_it_is_little_and_counted_when_it_is_much() -> None:
    driver = Driver(a_configuration("ana"))
    driver.login("ana")
    driver.arrive("busy")
    driver.accept("busy")
    for number in range(4):
        driver.arrive(f"before-{number}")
    driver.attend(1_000)
    driver.arrive()
    held = "busy"
    for number in range(4):
        driver.end(held)
        driver.command(inputs.FinishWrapUp, agent_id="ana", leg_id=f"{held}.1")
        held = f"before-{number}"
        driver.accept(held)
    assert "meanwhile ana got 4 other contacts: they arrived before, by up to 1 s" in told(driver)
    assert "ana got another contact, before-2: it arrived before, by 1 s" in told(driver, full=True)


def test_times_are_the_workspaces_and_the_date_goes_along_on_another_day() -> None:
    first = int(datetime.datetime(2026, 11, 25, 12, tzinfo=datetime.UTC).timestamp() * 1000)
    clock = Clock("Asia/Shanghai", first)
    assert clock.time(first) == "20:00:00"
    assert clock.time(first + 6 * 3_600_000) == "2026-11-26 02:00:00"
    assert (clock.name, Clock(None, first).name) == ("Asia/Shanghai", "UTC")
    settings = RoutingSettings(time_zone="Asia/Shanghai")
    driver = Driver(a_configuration("ana", settings=settings))
    driver.arrive()
    assert "arrived 1970-01-01 08:16:40 (Asia/Shanghai)" in told(driver)


def test_waiting_is_added_up_by_queue_while_it_still_waits() -> None:
    driver = Driver(a_configuration("ana"))
    driver.arrive()
    driver.attend(7_000)
    waited, last = waited_by_queue(traced(driver))
    assert (waited, last.state if last else None) == ({"service": 7_000}, "queued")
    assert "as of 00:16:47: queued" in told(driver)
