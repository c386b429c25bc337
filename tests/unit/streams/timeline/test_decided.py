from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from schemas import inputs
from schemas.configuration import AgentSettings, ChannelSettings, QueueSettings
from schemas.decisions import Decision, LegEnded
from schemas.inputs import InteractionUpdated
from schemas.timeline import TimelineEntryAdded
from schemas.vocabulary import LegKind
from streams.timeline.decided import entries_of
from streams.timeline.known import NOBODY, Known, interaction_of, learn
from tests.support.engine_driver import Driver, a_configuration


class Told:
    """A driver whose decisions become entries, as they come."""

    def __init__(self, *agents: str, **more: Any) -> None:
        self.driver = Driver(a_configuration(*agents, **more))
        self.driver.login(*agents)
        self.known: dict[str, Known] = {}
        self.entries: list[TimelineEntryAdded] = []

    def follow(self, decisions: Iterable[Decision]) -> list[TimelineEntryAdded]:
        found = []
        for decision in decisions:
            name = interaction_of(decision)
            if name is None:
                continue
            found += entries_of(self.known.get(name), decision)
            self.known[name] = learn(self.known.get(name, NOBODY), decision)
        self.entries += found
        return found

    def after(self, seconds: float) -> list[TimelineEntryAdded]:
        return self.follow(self.driver.attend(round(seconds * 1000)))

    def about(self, kind: type[inputs.LegCommand], **more: Any) -> list[TimelineEntryAdded]:
        self.driver.about(kind, **more)
        return self.follow(self.driver.decisions)


def kinds(entries: Iterable[TimelineEntryAdded]) -> list[str]:
    return [entry.kind.value for entry in entries]


def test_a_call_from_arrival_to_the_end() -> None:
    told = Told("ana")
    arrived = told.follow(told.driver.arrive(customer_id="ann", site="tianhe"))
    assert kinds(arrived) == ["contact.arrived", "contact.queued", "offer.made"]
    assert {(one.customer_id, one.channel, one.site) for one in arrived} == {("ann", "phone", "tianhe")}
    assert (arrived[2].agent_id, arrived[2].offer_id, arrived[2].queue) == ("ana", "c1.1/1", "service")
    assert arrived[2].explanation is not None
    told.after(3)
    taken = told.follow(told.driver.accept())
    assert [(one.kind.value, one.duration_ms) for one in taken] == [
        ("offer.accepted", 3_000),
        ("agent.connected", None),
    ]
    told.after(10)
    assert kinds(told.about(inputs.HoldInteraction)) == ["hold.started"]
    told.after(4)
    [resumed] = told.about(inputs.ResumeInteraction)
    assert (resumed.kind.value, resumed.duration_ms) == ("hold.ended", 4_000)
    told.after(6)
    [parted] = told.about(inputs.EndInteraction)
    assert (parted.kind.value, parted.duration_ms, parted.reason) == ("agent.part_ended", 20_000, "agent_ended")
    told.after(5)
    done, ended = told.about(inputs.FinishWrapUp, disposition="solved")
    assert (done.kind.value, done.duration_ms, done.disposition) == ("agent.done", 5_000, "solved")
    assert (ended.kind.value, ended.duration_ms, ended.state) == ("contact.ended", 28_000, "completed")
    assert (ended.reason, ended.disposition, ended.customer_id) == ("agent_ended", "solved", "ann")


def test_ids_are_the_decisions_and_of_several_the_later_ones_are_numbered() -> None:
    told = Told("ana")
    arrived = told.follow(told.driver.arrive())
    first = told.driver.decisions[0]
    name = f"bookcity/1/{first.seq}"
    assert [(one.entry_id, one.order, one.at_ms) for one in arrived[:2]] == [
        (name, first.seq, first.at_ms),
        (f"{name}/1", first.seq, first.at_ms),
    ]


def test_without_wrap_up_the_agents_part_and_the_contact_end_together_also_from_hold() -> None:
    told = Told("ana", queues={"service": QueueSettings(wrap_up_ms=0)})
    told.follow(told.driver.arrive())
    told.follow(told.driver.accept())
    told.about(inputs.HoldInteraction)
    told.after(2)
    ended = told.about(inputs.EndInteraction)
    assert kinds(ended) == ["hold.ended", "agent.part_ended", "contact.ended"]
    assert ended[0].duration_ms == 2_000


def test_who_leaves_early_has_no_agents_part() -> None:
    told = Told()
    told.follow(told.driver.arrive())
    told.after(7)
    [ended] = told.follow(told.driver.leave())
    assert (ended.kind.value, ended.state, ended.reason, ended.duration_ms) == (
        "contact.ended", "abandoned", "customer_left", 7_000,
    )  # fmt: skip


def test_what_ends_as_it_arrives_is_two_entries() -> None:
    told = Told()
    assert kinds(told.follow(told.driver.arrive(queue="nowhere"))) == ["contact.arrived", "contact.ended"]


def test_a_refused_and_a_missed_offer_say_how_long_they_rang() -> None:
    told = Told("ana", "bo")
    told.follow(told.driver.arrive())
    told.after(2)
    agent = told.driver.leg().agent_id or ""
    rejected, made = told.follow(told.driver.reject(agent=agent))
    assert (rejected.kind.value, rejected.agent_id, rejected.duration_ms) == ("offer.rejected", agent, 2_000)
    assert made.agent_id not in (None, agent)
    missed = [one for one in told.after(21) if one.kind == "offer.missed"]
    assert [(one.agent_id, one.duration_ms) for one in missed] == [(made.agent_id, 20_000)]


def test_an_offer_that_is_taken_back_says_why() -> None:
    told = Told("ana")
    told.follow(told.driver.arrive())
    rescinded = told.follow(told.driver.leave())[0]
    assert (rescinded.kind.value, rescinded.reason) == ("offer.rescinded", "customer_left")


def test_a_transfer_ends_an_agents_part_and_not_the_contact() -> None:
    told = Told("ana", queues={"service": QueueSettings(), "sales": QueueSettings()})
    told.follow(told.driver.arrive())
    told.follow(told.driver.accept())
    handed = told.about(inputs.TransferInteraction, to_queue="sales")
    assert kinds(handed)[:2] == ["agent.part_ended", "contact.queued"]
    assert (handed[0].reason, handed[1].queue, handed[1].leg_id) == ("transferred", "sales", "c1.2")
    wrapped = told.after(31)
    assert kinds(wrapped) == ["agent.done"]
    [ended] = told.follow(told.driver.leave())
    assert (ended.kind.value, ended.leg_id, ended.state) == ("contact.ended", "c1.2", "abandoned")


def test_a_line_that_must_be_confirmed_connects_when_it_is() -> None:
    told = Told("ana")
    told.follow(told.driver.arrive(confirms_connection=True))
    assert kinds(told.follow(told.driver.accept())) == ["offer.accepted"]
    back = told.follow(told.driver.fail())
    assert (kinds(back)[0], back[0].agent_id) == ("contact.queued", None)


def test_a_customer_who_is_known_later_is_told_once() -> None:
    told = Told()
    told.follow(told.driver.arrive())
    update = InteractionUpdated(workspace="bookcity", interaction_id="c1", customer_id="ann", language="zh")
    [identified] = told.follow(told.driver.feed(update))
    assert (identified.kind.value, identified.customer_id, identified.leg_id) == ("contact.identified", "ann", None)
    other = InteractionUpdated(workspace="bookcity", interaction_id="c1", language="en")
    assert told.follow(told.driver.feed(other)) == []


def test_of_an_unknown_interaction_only_what_the_decision_says_is_told() -> None:
    told = Told("ana", channels={"phone": ChannelSettings()}, agents={"ana": AgentSettings(queues={"service": 1})})
    told.follow(told.driver.arrive(customer_id="ann"))
    told.follow(told.driver.accept())
    told.about(inputs.EndInteraction)
    [ended] = [one for one in (*told.driver.decisions, *told.driver.attend(40_000)) if isinstance(one, LegEnded)]
    part, contact = entries_of(None, ended)
    assert (part.kind.value, contact.kind.value, contact.leg_kind) == (
        "agent.part_ended",
        "contact.ended",
        LegKind.MAIN,
    )
    assert (contact.customer_id, contact.channel, contact.duration_ms) == (None, None, None)


def test_a_callback_is_told_once_for_each_wish_and_the_contact_arrives_once() -> None:
    told = Told("ana")
    told.follow(told.driver.arrive())
    told.follow(told.driver.accept())
    later_ms = told.driver.now_ms + 600_000
    promised = told.follow(
        told.driver.command(inputs.RequestCallback, interaction_id="c1", at_ms=later_ms, agent_id="ana")
    )
    assert kinds(promised) == ["agent.part_ended", "callback.requested"]
    assert (promised[1].scheduled_for_ms, promised[1].agent_id, promised[1].channel) == (later_ms, "ana", "callback")
    told.driver.now_ms += 1
    soon = told.follow(told.driver.command(inputs.RequestCallback, interaction_id="c1"))
    assert kinds(soon) == ["callback.requested", "contact.queued"]
    assert soon[0].scheduled_for_ms is None
    told.driver.now_ms += 1
    assert (
        kinds(told.follow(told.driver.command(inputs.ReprioritiseInteraction, interaction_id="c1", priority=3))) == []
    )
    assert kinds(told.follow(told.driver.command(inputs.CancelInteraction, interaction_id="c1"))) == ["contact.ended"]


def test_a_contact_that_arrives_as_a_callback_arrives_and_asks() -> None:
    told = Told()
    at_ms = told.driver.now_ms + 600_000
    arrived = told.follow(told.driver.arrive(channel="callback", callback_at_ms=at_ms))
    assert kinds(arrived) == ["contact.arrived", "callback.requested"]
    told.driver.now_ms = at_ms
    assert kinds(told.follow(told.driver.tick())) == ["contact.queued"]
