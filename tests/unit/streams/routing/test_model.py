"""The records of the state."""

from __future__ import annotations

import gc

from schemas.configuration import AgentSettings
from schemas.vocabulary import LegKind, LegState
from streams.routing.model import OFF_QUEUE, Agent, Interaction, Leg


def a_leg(number: int, state: LegState = LegState.QUEUED) -> Leg:
    return Leg(number, LegKind.MAIN, state, since_ms=0, arrived_ms=0, place=0)


def test_a_leg_is_found_by_its_number() -> None:
    first, second = a_leg(1), a_leg(2)
    interaction = Interaction("c1", profile=0, arrived_ms=0, main=second, others=(first,))
    assert interaction.leg(1) is first
    assert interaction.leg(2) is second
    assert interaction.leg(3) is None
    assert interaction.all_legs() == (second, first)


def test_waiting_work_costs_the_garbage_collector_nothing() -> None:
    interaction = Interaction("c1", profile=0, arrived_ms=0, main=a_leg(1))
    assert not gc.is_tracked(interaction)
    assert not gc.is_tracked(interaction.main)


def test_a_new_agent_is_offline_with_nothing_in_hand() -> None:
    agent = Agent("ana", AgentSettings(), 5)
    assert (agent.status, agent.code, agent.connected, agent.in_hand) == ("offline", OFF_QUEUE, False, {})


def test_a_pending_offer_is_not_in_hand() -> None:
    agent = Agent("ana", AgentSettings(), 5)
    leg = a_leg(1, LegState.OFFERED)
    leg.offers = 2
    interaction = Interaction("c1", profile=0, arrived_ms=0, main=leg)
    agent.ring(interaction, leg)
    assert (agent.ringing, agent.in_hand) == ({("c1", 1): "c1.1/2"}, {})
    agent.answer(interaction, leg)
    assert (agent.ringing, agent.in_hand) == ({}, {("c1", 1): "c1.1"})
    agent.let_go(interaction, leg)
    assert (agent.work, agent.ringing, agent.in_hand) == ({}, {}, {})


def test_work_in_hand_is_named_in_the_order_in_which_it_rang() -> None:
    agent = Agent("ana", AgentSettings(), 5)
    rang = [Interaction(name, profile=0, arrived_ms=0, main=a_leg(1, LegState.OFFERED)) for name in ("c1", "c2", "c3")]
    for one in rang:
        agent.ring(one, one.main)
    for one in reversed(rang[:2]):
        agent.answer(one, one.main)
    assert list(agent.in_hand.values()) == ["c1.1", "c2.1"]
    assert list(agent.ringing.values()) == ["c3.1/0"]
