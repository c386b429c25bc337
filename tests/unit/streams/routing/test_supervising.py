"""What supervisors ask for."""

from __future__ import annotations

import pytest

from schemas import inputs
from schemas.configuration import AgentSettings, QueueSettings, StepSettings
from schemas.decisions import AgentChanged, InteractionChanged, LegEnded, LegQueued, OfferMade, OfferRescinded
from schemas.vocabulary import AgentCause, EndReason, LegState, Refusal, RescindReason
from tests.support.engine_driver import Driver, a_configuration, a_connected_call

TWO_QUEUES = {"service": QueueSettings(), "sales": QueueSettings(steps=(StepSettings(), StepSettings(at_ms=9_000)))}


def test_a_move_keeps_the_arrival_and_begins_a_new_waiting_time() -> None:
    driver = Driver(a_configuration(queues=TWO_QUEUES))
    driver.arrive()
    arrived = driver.now_ms
    driver.now_ms += 4_000
    driver.command(inputs.MoveInteraction, interaction_id="c1", to_queue="sales", reason="busy")
    queued = driver.said(LegQueued)[0].leg
    assert queued is not None
    assert (queued.queue, queued.virtual_arrival_ms, queued.waited_ms) == ("sales", arrived, 0)
    assert {name: queue.waiting for name, queue in driver.world.queues.items()} == {"service": 0, "sales": 1}
    assert driver.leg().wakes_ms == driver.now_ms + 9_000


def test_a_move_takes_back_what_rings() -> None:
    driver = Driver(a_configuration("ana", queues=TWO_QUEUES))
    driver.login("ana")
    driver.arrive()
    driver.command(inputs.MoveInteraction, interaction_id="c1", to_queue="sales")
    assert [one.offer.rescind_reason for one in driver.said(OfferRescinded) if one.offer] == [RescindReason.MOVED]


def test_an_assignment_is_an_offer_with_a_relaxation() -> None:
    agents = {"ana": AgentSettings(queues={"sales": 1}), "bo": AgentSettings(queues={"service": 1})}
    driver = Driver(a_configuration(agents=agents, queues=TWO_QUEUES))
    driver.login("ana", "bo")
    driver.arrive(requirements={"mandarin": 3})
    driver.command(inputs.AssignInteraction, interaction_id="c1", to_agent="ana")
    assert driver.offered() == [("c1", "ana")]
    assert driver.said(OfferMade)[0].explanation.relaxations == ("assigned",)
    driver.command(inputs.AssignInteraction, interaction_id="c1", to_agent="ana")
    assert driver.refusal() is Refusal.WRONG_STATE
    driver.command(inputs.AssignInteraction, interaction_id="c1", to_agent="bo")
    assert [one.offer.rescind_reason for one in driver.said(OfferRescinded) if one.offer] == [RescindReason.ASSIGNED]
    assert driver.offered() == [("c1", "bo")]


def test_an_assigned_agent_who_goes_away_leaves_it_to_the_queue() -> None:
    agents = {"ana": AgentSettings(queues={"sales": 1}), "bo": AgentSettings(queues={"service": 1})}
    driver = Driver(a_configuration(agents=agents, queues=TWO_QUEUES))
    driver.login("ana")
    driver.arrive()
    driver.command(inputs.AssignInteraction, interaction_id="c1", to_agent="ana")
    driver.session("ana", opened=False)
    assert driver.leg().target is None
    driver.login("bo")
    assert driver.offered() == [("c1", "bo")]


def test_another_priority_is_another_place() -> None:
    driver = Driver(a_configuration())
    driver.arrive()
    before = driver.leg().virtual_arrival_ms
    driver.command(inputs.ReprioritiseInteraction, interaction_id="c1", priority=4)
    changed = driver.said(InteractionChanged)[0]
    assert changed.interaction is not None
    assert changed.interaction.priority == 4
    assert driver.leg().virtual_arrival_ms == before - 60_000


@pytest.mark.parametrize("confirms", [False, True])
def test_cancelling_ends_what_waits_rings_or_connects(confirms: bool) -> None:
    driver = Driver(a_configuration("ana"))
    driver.login("ana")
    driver.arrive(confirms_connection=confirms)
    if confirms:
        driver.accept()
    driver.command(inputs.CancelInteraction, interaction_id="c1")
    ended = [(one.leg.state, one.leg.reason) for one in driver.said(LegEnded) if one.leg]
    assert ended == [(LegState.CANCELLED, EndReason.CANCELLED)]
    assert driver.agent().work == {}


@pytest.mark.parametrize(
    "command",
    [
        inputs.MoveInteraction(workspace="", command_id="", interaction_id="", to_queue="service"),
        inputs.AssignInteraction(workspace="", command_id="", interaction_id="", to_agent="ana"),
        inputs.ReprioritiseInteraction(workspace="", command_id="", interaction_id="", priority=1),
        inputs.CancelInteraction(workspace="", command_id="", interaction_id=""),
    ],
)
def test_what_is_connected_or_unknown_is_left_alone(command: inputs.SupervisorCommand) -> None:
    driver = a_connected_call()
    values = {
        name: getattr(command, name) for name in ("to_queue", "to_agent", "priority") if getattr(command, name, None)
    }
    for contact, reason in (("c1", Refusal.WRONG_STATE), ("c9", Refusal.UNKNOWN_INTERACTION)):
        driver.command(type(command), interaction_id=contact, **values)
        assert driver.refusal() is reason
    assert driver.leg().state is LegState.CONNECTED


def test_a_forced_status_says_so_and_offline_logs_out() -> None:
    driver = a_connected_call()
    driver.command(inputs.ForceStatus, agent_id="ana", status="available", reason="back")
    assert [one.because for one in driver.said(AgentChanged)] == [AgentCause.STATUS_FORCED]
    driver.command(inputs.ForceStatus, agent_id="ana", status="offline", reason="gone")
    assert driver.agent().sessions == {}
    driver.command(inputs.ForceStatus, agent_id="ana", status="available", reason="ghost")
    assert driver.refusal() is Refusal.AGENT_UNAVAILABLE
