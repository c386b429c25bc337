"""What `hubline fuzz` has found, each made small by hand: it holds under the rules in force, watched by every checker."""

from __future__ import annotations

from typing import Any

import msgspec

from deploy.checking.checker import Checker
from schemas import codec, inputs, interactions
from schemas.configuration import (
    AgentSettings,
    ChannelSettings,
    QueueSettings,
    RoutingConfiguration,
    RoutingSettings,
    StepSettings,
)
from schemas.decisions import AgentChanged, Decision, OfferMade
from schemas.vocabulary import AgentCause, LegState, RoutingStatus
from streams.routing import invariants
from streams.routing.engine import Engine
from tests.support.engine_driver import WORKSPACE, Driver, a_configuration


class Checked(Driver):
    """A driver whose engine is looked at after every input."""

    def __init__(self, configuration: RoutingConfiguration) -> None:
        self.checker = Checker()
        super().__init__(configuration)

    def feed(self, event: Any) -> tuple[Decision, ...]:
        decisions = super().feed(event)
        invariants.check(self.world)
        self.checker.take(event, offset=self.offset, stamp_ms=self.now_ms, decisions=decisions, world=self.world)
        self.checker.look(self.world)
        return decisions


def with_steps(*steps: StepSettings, **more: Any) -> RoutingConfiguration:
    return a_configuration("ana", queues={"service": QueueSettings(steps=steps, **more)})


LONG = with_steps(*(StepSettings(at_ms=1_000 * step, head_start_ms=100 * step) for step in range(4)))
SHORT = with_steps(StepSettings(head_start_ms=7_000))


def test_what_was_being_connected_comes_back_to_a_queue_with_fewer_steps() -> None:
    driver = Checked(LONG)
    driver.arrive(confirms_connection=True)
    driver.attend(3_500)
    driver.login("ana")
    driver.accept()
    driver.configure(SHORT)
    driver.command(inputs.SetStatus, agent_id="ana", status="offline")
    driver.fail()
    leg = driver.leg()
    assert (leg.state, leg.step) == (LegState.QUEUED, 0)
    assert leg.virtual_arrival_ms == leg.arrived_ms - 7_000


def test_who_resumed_a_place_and_leaves_while_being_connected_leaves_a_queue_with_fewer_steps() -> None:
    settings = RoutingSettings(resume_within_ms=60_000)
    driver = Checked(msgspec.structs.replace(LONG, settings=settings))
    driver.arrive("c1", customer_id="k1")
    driver.leave("c1")
    driver.arrive("c2", customer_id="k1", confirms_connection=True)
    driver.attend(3_500)
    driver.login("ana")
    driver.accept("c2")
    assert (driver.leg("c2").state, driver.leg("c2").step) == (LegState.CONNECTING, 3)
    driver.configure(msgspec.structs.replace(SHORT, settings=settings))
    driver.leave("c2")
    assert driver.world.interactions == {}


def test_who_is_preferred_from_an_input_on_was_not_when_a_timer_before_it_offered_to_another() -> None:
    ranked = {"ana": AgentSettings(queues={"service": 1}), "bo": AgentSettings(queues={"service": 2})}
    driver = Checked(a_configuration(agents=ranked))
    driver.login("ana")
    driver.arrive(confirms_connection=True)
    driver.accept()
    driver.login("bo")
    driver.attend(14_500)
    driver.now_ms += 1_500
    said = driver.feed(inputs.InteractionUpdated(workspace=WORKSPACE, interaction_id="c1", preferred_agent="bo"))
    assert [one.offer.agent_id for one in said if isinstance(one, OfferMade) and one.offer] == ["ana"]


def test_work_of_a_lost_agent_comes_back_to_a_queue_with_fewer_steps() -> None:
    driver = Checked(LONG)
    driver.arrive(channel="web_chat")
    driver.attend(3_500)
    driver.login("ana")
    driver.accept()
    driver.configure(SHORT)
    driver.command(inputs.LogOut, agent_id="ana")
    assert (driver.leg().number, driver.leg().step) == (2, 0)
    assert driver.leg().virtual_arrival_ms == driver.leg().arrived_ms - 7_000


def test_an_expiry_that_has_passed_ends_what_comes_back_at_once() -> None:
    driver = Checked(with_steps())
    driver.login("ana")
    driver.arrive(channel="web_chat")
    driver.attend(3_000)
    driver.accept()
    driver.configure(with_steps(expire_after_ms=1_000))
    driver.command(inputs.LogOut, agent_id="ana")
    driver.tick()
    assert driver.world.interactions == {}


def test_an_engine_from_a_snapshot_spells_a_patched_configuration_the_same() -> None:
    driver = Checked(a_configuration("ana", queues={"mail": QueueSettings(), "service": QueueSettings()}))
    agents = {"ana": AgentSettings(queues={"service": 1}, skills={"refunds": 2})}
    driver.configure(a_configuration(agents=agents, queues={"service": QueueSettings()}))
    agents = {"ana": AgentSettings(queues={"service": 1, "mail": 2}, skills={"refunds": 2, "mandarin": 1})}
    driver.configure(a_configuration(agents=agents, queues={"service": QueueSettings(), "mail": QueueSettings()}))
    driver.login("ana")
    twin = Engine.restore(driver.engine.snapshot())
    said = driver.arrive()
    again = twin.apply(driver.log[-1][2], offset=driver.offset, stamp_ms=driver.now_ms)
    assert [codec.encode(one) for one in again] == [codec.encode(one) for one in said]


def test_units_that_a_configuration_changes_are_told() -> None:
    driver = Checked(a_configuration("ana"))
    driver.login("ana")
    driver.arrive()
    driver.configure(a_configuration("ana", channels={"phone": ChannelSettings(units=40)}))
    assert [one.agent.units for one in driver.said(AgentChanged) if one.agent] == [40]


def test_sessions_of_a_removed_agent_with_work_are_told() -> None:
    driver = Checked(a_configuration("ana", "bo"))
    driver.login("ana")
    driver.arrive()
    driver.accept()
    driver.configure(a_configuration("bo"))
    assert [(one.agent.agent_id, one.agent.sessions) for one in driver.said(AgentChanged) if one.agent] == [("ana", 0)]


def test_an_agent_who_is_configured_again_has_grace_to_sign_in() -> None:
    driver = Checked(a_configuration("ana", "bo"))
    driver.login("ana")
    driver.arrive(channel="web_chat")
    driver.accept()
    driver.configure(a_configuration("bo"))
    driver.configure(a_configuration("ana", "bo"))
    driver.attend(16_000)
    assert driver.agent().status == "offline"
    assert driver.leg().state is LegState.QUEUED


def test_who_drains_into_offline_during_grace_goes_once() -> None:
    driver = Checked(a_configuration("ana"))
    driver.login("ana")
    driver.arrive()
    driver.accept()
    driver.command(inputs.SetNextStatus, agent_id="ana", status="offline")
    driver.session("ana", opened=False)
    driver.leave()
    driver.about(inputs.FinishWrapUp)
    assert driver.said(AgentChanged)[-1].because is AgentCause.DRAINED
    later = [one for one in driver.attend(20_000) if isinstance(one, AgentChanged)]
    assert later == []
    assert driver.checker.told.agents["ana"].routing_status is RoutingStatus.OFF_QUEUE


def test_a_callback_that_flows_out_tells_of_its_channel() -> None:
    driver = Checked(a_configuration("ana"))
    driver.login("ana")
    driver.arrive()
    driver.accept()
    driver.feed(inputs.QueueClosed(workspace=WORKSPACE, queue="service"))
    driver.command(inputs.RequestCallback, interaction_id="c1")
    assert driver.checker.told.interactions["c1"].channel == "callback"


def test_whoever_is_asked_for_by_name_leaves_no_pause_behind() -> None:
    driver = Checked(a_configuration("ana", "bo", settings=RoutingSettings(reoffer_pause_ms=9_000)))
    driver.login("ana")
    driver.arrive()
    driver.reject()
    driver.feed(interactions.CallbackRequested(workspace=WORKSPACE, interaction_id="c1", agent_id="ana"))
    assert driver.interaction().reoffer_timer == 0
    assert driver.leg().agent_id == "ana"
