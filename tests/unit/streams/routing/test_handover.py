"""Work leaves one agent for another, or for its old place."""

from __future__ import annotations

from schemas import inputs
from schemas.configuration import AgentSettings, ChannelSettings, QueueSettings
from schemas.decisions import LegEnded, LegQueued, LegWrapUpStarted, OfferMade
from schemas.vocabulary import EndReason, LegState, Refusal
from tests.support.engine_driver import WORKSPACE, Driver, a_configuration


def a_lost_chat() -> Driver:
    chat = ChannelSettings(units=25, requeue_on_disconnect=True)
    driver = Driver(a_configuration("ana", "bo", channels={"web_chat": chat}))
    driver.login("ana")
    driver.arrive(channel="web_chat")
    driver.now_ms += 2_000
    driver.accept()
    driver.now_ms += 60_000
    driver.command(inputs.LogOut, agent_id="ana")
    return driver


def test_the_old_leg_ends_and_a_new_main_leg_takes_its_place() -> None:
    driver = a_lost_chat()
    ended, queued = driver.said(LegEnded)[0].leg, driver.said(LegQueued)[0].leg
    assert ended is not None
    assert queued is not None
    assert (ended.leg_id, ended.state, ended.reason) == ("c1.1", LegState.COMPLETED, EndReason.AGENT_LOST)
    assert (queued.leg_id, queued.state) == ("c1.2", LegState.QUEUED)
    assert queued.virtual_arrival_ms == ended.virtual_arrival_ms
    assert driver.interaction().others == ()


def test_waiting_time_goes_on_where_it_stood() -> None:
    driver = a_lost_chat()
    assert driver.leg().waited_ms == 2_000


def test_the_ex_owner_is_preferred() -> None:
    driver = a_lost_chat()
    assert driver.leg().preferred == "ana"
    driver.leave("nobody")
    driver.login("ana")
    assert driver.offered() == [("c1", "ana")]


def a_transferable_call() -> Driver:
    """ana (service) has `c1`; bo serves sales only."""
    agents = {"ana": AgentSettings(queues={"service": 1}), "bo": AgentSettings(queues={"sales": 1})}
    driver = Driver(a_configuration(agents=agents, queues={"service": QueueSettings(), "sales": QueueSettings()}))
    driver.login("ana", "bo")
    driver.arrive()
    driver.accept()
    driver.now_ms += 5_000
    return driver


def test_a_transfer_ends_the_leg_and_opens_another_that_arrives_now() -> None:
    driver = a_transferable_call()
    driver.about(inputs.TransferInteraction, to_queue="sales")
    started = driver.said(LegWrapUpStarted)[0].leg
    assert started is not None
    assert (started.leg_id, started.reason) == ("c1.1", EndReason.TRANSFERRED)
    assert driver.leg().arrived_ms == driver.now_ms
    assert driver.interaction().arrived_ms == driver.now_ms - 5_000
    assert driver.offered() == [("c1", "bo")]
    assert [leg.number for leg in driver.interaction().all_legs()] == [2, 1]


def test_the_interaction_lives_until_every_part_has_ended() -> None:
    driver = a_transferable_call()
    driver.about(inputs.TransferInteraction, to_queue="sales")
    driver.leave()
    assert "c1" in driver.world.interactions
    driver.command(inputs.FinishWrapUp, agent_id="ana", leg_id="c1.1")
    assert "c1" not in driver.world.interactions
    assert driver.world.ended == 1


def test_a_transfer_to_an_agent_sets_queue_rank_and_skill_aside() -> None:
    driver = a_transferable_call()
    driver.about(inputs.TransferInteraction, to_agent="bo")
    assert driver.offered() == [("c1", "bo")]
    assert driver.said(OfferMade)[0].explanation.relaxations == ("transferred_to_agent",)
    assert driver.leg().queue == "service"


def test_a_transfer_to_a_closed_queue_flows_out() -> None:
    driver = a_transferable_call()
    driver.feed(inputs.QueueClosed(workspace=WORKSPACE, queue="sales"))
    driver.about(inputs.TransferInteraction, to_queue="sales")
    ended = [(one.leg.state, one.leg.reason) for one in driver.said(LegEnded) if one.leg]
    assert ended == [(LegState.FLOWED_OUT, EndReason.CLOSED)]


def test_a_requeue_keeps_place_and_waiting_time() -> None:
    driver = a_transferable_call()
    old = driver.leg()
    driver.about(inputs.TransferInteraction, to_queue="service", keep_place=True)
    new = driver.leg()
    assert (old.reason, new.number) == (EndReason.REQUEUED, 2)
    assert (new.virtual_arrival_ms, new.place) == (old.virtual_arrival_ms, old.place)


def test_a_transfer_goes_to_a_queue_or_to_an_agent() -> None:
    driver = a_transferable_call()
    for both in ({}, {"to_queue": "sales", "to_agent": "bo"}):
        driver.about(inputs.TransferInteraction, **both)
        assert driver.refusal() is Refusal.NOT_PERMITTED
    assert driver.leg().state is LegState.CONNECTED
