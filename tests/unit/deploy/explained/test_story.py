"""A trace reads as a story."""

from __future__ import annotations

import datetime

from deploy.console.words import Language
from deploy.explained.story import CHANGES, Clock, story, waited_by_queue
from deploy.explained.words import Words
from schemas import inputs
from schemas.configuration import (
    AgentSettings,
    ChannelSettings,
    OverflowRule,
    OverflowSettings,
    QueueSettings,
    RoutingSettings,
    StepSettings,
)
from schemas.vocabulary import ConsultEnd, EndReason, JoinMode
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
    assert "nobody could take it. Agents who serve the queue (3):" in text
    assert "busy or wrapping up: no room for it (2): ana, bo" in text
    assert "not on queue (1): chen" in text
    assert "offered to ana, who has 20 s to accept" in text
    assert "why ana: the only one who could take it at that moment" in text
    assert text.endswith("waited 1 min 35 s in service")


def test_the_same_in_chinese() -> None:
    text = told(a_wait(), CHINESE)
    assert "没有人能接。服务此队列的 3 人：" in text
    assert "没有余力（正在服务或整理）（2 人）：ana、bo" in text
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
    assert "nobody could take it; now it asks for mandarin 3. Agents who serve the queue (1):" in text
    assert "has waited long enough for routing step 2" in text
    assert "now it asks for mandarin 2, only agents of rank 1 or better" in text


def test_a_supervisors_act_says_who_and_why() -> None:
    driver = Driver(a_configuration("ana"))
    driver.arrive()
    driver.command(inputs.CancelInteraction, interaction_id="c1", actor="lin", reason="called twice")
    assert "ended: cancelled, by lin (cancel: called twice)" in told(driver)


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


TWO_QUEUES = {"service": QueueSettings(), "sales": QueueSettings()}


def test_who_waits_after_a_missed_offer_is_with_nobody() -> None:
    driver = Driver(a_configuration("ana"))
    driver.login("ana")
    driver.arrive()
    driver.attend(21_000)
    assert told(driver).splitlines()[-2].endswith(": queued")
    assert told(driver, CHINESE).splitlines()[-2].endswith("为止：排队")


def a_consult(how: ConsultEnd) -> Driver:
    """`ana` has the customer, asks `bo` in person, and ends the consult."""
    driver = Driver(a_configuration("ana", "bo"))
    driver.login("ana", "bo")
    driver.arrive()
    driver.accept()
    driver.attend(2_000)
    driver.about(inputs.StartConsult, to_agent="bo", actor="ana")
    driver.attend(1_000)
    driver.command(inputs.AcceptOffer, agent_id="bo", offer_id="c1.2/1", actor="bo")
    driver.attend(1_000)
    driver.about(inputs.FinishConsult, how=how, actor="ana")
    driver.attend(1_000)
    return driver


def test_a_consult_in_person_enters_no_queue_and_is_no_wait_of_the_customers() -> None:
    text = told(a_consult(ConsultEnd.CANCEL))
    assert "[consult 2] one agent is asked for advice, by ana (consult)" in text
    assert "None" not in text
    assert text.endswith("connected, ana\nwaited 0 s in service")


def test_it_stands_as_its_newest_owner_has_it_while_the_one_before_wraps_up() -> None:
    driver = a_consult(ConsultEnd.COMPLETE)
    assert told(driver).splitlines()[-2].endswith("connected, bo")
    driver.attend(40_000)
    assert "ana's wrap-up is over" in told(driver)
    assert told(driver).splitlines()[-2].endswith("connected, bo")


def test_who_asked_is_said_once_for_all_that_came_of_it() -> None:
    driver = Driver(a_configuration("ana", queues=TWO_QUEUES))
    driver.login("ana")
    driver.arrive()
    driver.accept()
    driver.about(inputs.TransferInteraction, to_queue="sales", actor="ana")
    assert told(driver).count("by ana (transfer)") == 1
    assert told(driver, CHINESE).count("由 ana（转接）") == 1


def test_what_was_due_before_a_command_came_is_not_said_to_be_asked_for() -> None:
    steps = (StepSettings(), StepSettings(at_ms=5_000, require={}))
    driver = Driver(a_configuration("ana", queues={"service": QueueSettings(steps=steps), "sales": QueueSettings()}))
    driver.arrive()
    driver.attend(4_000)
    driver.now_ms += 1_500
    driver.command(inputs.MoveInteraction, interaction_id="c1", to_queue="sales", actor="li", reason="busy")
    lines = told(driver).splitlines()
    stepped = next(line for line in lines if "routing step 2" in line)
    assert stepped.endswith("routing step 2")
    assert any("entered the queue sales, first in line, by li (move: busy)" in line for line in lines)


def test_a_transfer_to_one_agent_says_who_is_looked_at() -> None:
    agents = {"ana": AgentSettings(queues={"service": 1}), "bo": AgentSettings(queues={"sales": 1})}
    driver = Driver(a_configuration(queues=TWO_QUEUES, agents=agents))
    driver.login("ana", "bo")
    driver.arrive()
    driver.accept()
    driver.arrive("busy", queue="sales")
    driver.accept("busy", "bo")
    driver.about(inputs.TransferInteraction, to_agent="bo", actor="ana")
    text = told(driver)
    assert "This agent, and those who serve the queue (2 in all):" in text
    assert "not the one agent asked (1): ana" in text
    assert "本人和服务此队列的坐席共 2 人：" in told(driver, CHINESE)


def test_a_line_that_takes_a_contact_at_once_is_not_said_to_be_asked() -> None:
    driver = Driver(a_configuration("ana", channels={"phone": ChannelSettings(auto_accept=True)}))
    driver.login("ana")
    driver.arrive()
    assert "offered to ana, whose line takes it at once" in told(driver)
    assert "taken by ana's line at once" in told(driver)
    assert "分配给 ana，自动接听" in told(driver, CHINESE)


def test_an_overflow_says_that_it_is_one() -> None:
    steps = (StepSettings(), StepSettings(at_ms=2_000, overflow_to="sales"))
    driver = Driver(a_configuration("ana", queues={"service": QueueSettings(steps=steps), "sales": QueueSettings()}))
    driver.arrive()
    driver.attend(3_000)
    assert "goes over into the queue sales, first in line" in told(driver)
    assert "溢出到队列 sales，排第 1 位" in told(driver, CHINESE)


def test_a_queue_that_turned_the_contact_away_is_named() -> None:
    away = OverflowSettings(when_no_agents=OverflowRule(overflow_to="sales"))
    driver = Driver(a_configuration("ana", queues={"service": QueueSettings(overflow=away), "sales": QueueSettings()}))
    driver.arrive()
    text = "service was closed, full or without agents on queue: entered the queue sales, first in line"
    assert text in told(driver)


def test_a_requeue_is_back_in_its_old_place_and_no_head_start() -> None:
    driver = Driver(a_configuration("ana", queues=TWO_QUEUES))
    driver.login("ana")
    driver.arrive()
    driver.accept()
    driver.attend(5_000)
    driver.about(inputs.TransferInteraction, to_queue="service", keep_place=True, actor="ana")
    text = told(driver)
    assert "back in the queue service, in its old place" in text
    assert "head start" not in text


def test_a_transfer_that_keeps_its_place_says_so() -> None:
    driver = Driver(a_configuration("ana", queues=TWO_QUEUES))
    driver.login("ana")
    driver.arrive()
    driver.accept()
    driver.attend(5_000)
    driver.about(inputs.TransferInteraction, to_queue="sales", keep_place=True, actor="ana")
    assert "entered the queue sales, first in line (it keeps its place, as arrived at 00:16:40)" in told(driver)


def test_a_place_taken_over_is_no_head_start() -> None:
    driver = Driver(a_configuration("ana", settings=RoutingSettings(resume_within_ms=60_000)))
    driver.arrive("first", customer_id="c_1")
    driver.attend(3_000)
    driver.leave("first")
    driver.attend(2_000)
    driver.arrive(customer_id="c_1")
    assert "first in line (it takes over the place that the customer had left, as arrived at 00:16:40)" in told(driver)


def test_another_priority_is_named_with_the_place_it_brings() -> None:
    driver = Driver(a_configuration("ana"))
    driver.arrive()
    driver.command(inputs.ReprioritiseInteraction, interaction_id="c1", priority=1, actor="li", reason="angry")
    text = "its priority is 1 from now on: its place counts 4 min earlier than before, by li (another priority: angry)"
    assert text in told(driver)
    driver.command(inputs.ReprioritiseInteraction, interaction_id="c1", priority=5, actor="li", reason="calm")
    assert "优先级改为 5，排队位置推后 4 分，由 li（改优先级：calm）" in told(driver, CHINESE)


def test_who_joins_is_said_to_listen_or_to_speak_with_whom_and_why() -> None:
    driver = Driver(a_configuration("ana", "bo"))
    driver.login("ana", "bo")
    driver.arrive()
    driver.accept()
    joins = inputs.JoinInteraction
    for number, mode in enumerate(JoinMode, 2):
        driver.command(joins, interaction_id="c1", agent_id="bo", mode=mode, actor="bo", reason="training")
        driver.command(inputs.AcceptOffer, agent_id="bo", offer_id=f"c1.{number}/1", actor="bo")
        driver.command(inputs.LeaveConference, agent_id="bo", leg_id=f"c1.{number}", actor="bo")
        driver.command(inputs.FinishWrapUp, agent_id="bo", leg_id=f"c1.{number}", actor="bo")
    text = told(driver)
    assert "[join 2] offered to bo, who has 20 s to accept, by bo (join: training)" in text
    assert "why bo: this agent wishes to listen to customer and owner" in text
    assert "why bo: this agent wishes to listen, and to speak to the owner alone" in text
    assert "why bo: this agent wishes to speak with customer and owner" in text
    assert "为何是 bo：本人要求旁听，只对负责人说话" in told(driver, CHINESE)


def test_a_connection_that_was_not_made_is_said_before_the_contact_is_back() -> None:
    driver = Driver(a_configuration("ana"))
    driver.login("ana")
    driver.arrive(confirms_connection=True)
    driver.accept()
    driver.attend(16_000)
    assert "no connection was made: back in the queue service, in its old place" in told(driver)
    assert "没有接通，回到队列 service 原来的位置" in told(driver, CHINESE)


def test_candidates_that_are_not_shown_are_counted_beside_those_that_are() -> None:
    agents = [f"a{number}" for number in range(6)]
    driver = Driver(a_configuration(*agents))
    driver.login(*agents)
    driver.arrive()
    assert "            and 2 more\n" in f"{told(driver)}\n"
    assert "            另有 2 人\n" in f"{told(driver, CHINESE)}\n"


def test_every_end_has_words_in_chinese() -> None:
    assert [reason for reason in EndReason if CHINESE.word(reason) == reason.value] == []
