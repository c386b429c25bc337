from __future__ import annotations

from typing import Any

import pytest

from deploy.checking.rules import Claim, Rules, Scene
from schemas.configuration import (
    AgentSettings,
    ChannelSettings,
    QueueSettings,
    RoutingConfiguration,
    StatusSettings,
    StepSettings,
    TierSettings,
)
from schemas.values import AgentValue, InteractionValue, LegValue
from schemas.vocabulary import LegKind, LegState, PassedOver, RoutingStatus

STEPS = (
    StepSettings(at_ms=0, preferred=True, require={"mandarin": 2}, max_rank=1),
    StepSettings(at_ms=5_000, head_start_ms=3_000),
    StepSettings(at_ms=9_000, ignore_rank=True, relax=True, require={}),
)
CONFIGURATION = RoutingConfiguration(
    statuses={"lunch": StatusSettings(routable=False)},
    tiers={"vip": TierSettings(head_start_ms=7_000)},
    channels={
        "phone": ChannelSettings(hold_frees_units=True),
        "email": ChannelSettings(units=20, interrupted_by=("phone",), wrap_up_holds_units=False),
    },
    queues={"service": QueueSettings(steps=STEPS), "sales": QueueSettings(steps=(StepSettings(at_ms=1_000),))},
    agents={
        "ana": AgentSettings(queues={"service": 1}, skills={"mandarin": 3}, max={"email": 2}),
        "bo": AgentSettings(queues={"service": 2}, skills={"mandarin": 1}),
    },
)
RULES = Rules(CONFIGURATION)
CALL = InteractionValue(interaction_id="c1", channel="phone", adapter="a", instance="1", arrived_ms=0, tier="vip")


def a_leg(step: int = 0) -> LegValue:
    return LegValue(
        leg_id="c1.1",
        interaction_id="c1",
        number=1,
        kind=LegKind.MAIN,
        state=LegState.QUEUED,
        since_ms=0,
        queue="service",
        step=step,
    )


def agents(**more: Any) -> dict[str, AgentValue]:
    values: dict[str, Any] = {"status": "available", "routing_status": RoutingStatus.IDLE, "since_ms": 0}
    return {name: AgentValue(agent_id=name, **(values | {"connected": True} | more)) for name in ("ana", "bo")}


@pytest.mark.parametrize(("waited_ms", "step"), [(0, 0), (4_999, 0), (5_000, 1), (20_000, 2)])
def test_waiting_reaches_steps(waited_ms: int, step: int) -> None:
    assert RULES.reached("service", waited_ms) == step


def test_a_key_holds_until_a_step_names_it_again() -> None:
    assert RULES.step("service", 1).max_rank == 1
    assert not RULES.step("service", 1).preferred
    last = RULES.step("service", 2)
    assert (last.require, last.relax, last.ignore_rank, last.head_start_ms) == ({}, True, True, 3_000)
    assert [step.at_ms for step in RULES.steps("sales")] == [0, 1_000]


def test_head_starts_add_up() -> None:
    assert RULES.head_start_ms(CALL) == 7_000


def test_a_mail_lets_a_call_in_and_not_the_reverse() -> None:
    ana = CONFIGURATION.agents["ana"]
    assert RULES.no_room(ana, [("email", LegState.CONNECTED)], "phone") is None
    assert RULES.no_room(ana, [("phone", LegState.CONNECTED)], "email") is PassedOver.NO_CAPACITY
    assert RULES.no_room(ana, [("phone", LegState.ON_HOLD)], "email") is None
    mails = [("email", LegState.CONNECTED), ("email", LegState.OFFERED)]
    assert RULES.no_room(ana, mails, "email") is PassedOver.CHANNEL_LIMIT
    assert RULES.no_room(ana, [("email", LegState.WRAP_UP)] * 5, "email") is None


def test_interrupted_work_counts_nothing() -> None:
    assert RULES.units([("email", LegState.CONNECTED), ("phone", LegState.CONNECTED)]) == 100
    assert RULES.units([("email", LegState.CONNECTED), ("phone", LegState.ON_HOLD)]) == 20


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({}, None),
        ({"status": "lunch"}, PassedOver.OFF_QUEUE),
        ({"connected": False}, PassedOver.DISCONNECTED),
        ({"routing_status": RoutingStatus.NOT_RESPONDING}, PassedOver.NOT_RESPONDING),
        ({"next_status": "lunch"}, PassedOver.DRAINING),
    ],
)
def test_who_is_on_queue(more: dict[str, Any], reason: PassedOver | None) -> None:
    assert RULES.away(agents(**more)["ana"]) is reason


def test_a_step_waits_for_the_preferred_agent_alone() -> None:
    scene = Scene(RULES, agents(), {}, 0)
    assert scene.only(a_leg(), CALL, Claim(place=0, preferred="ana")) == "ana"
    assert scene.passed_over("bo", a_leg(), CALL, Claim(place=0, preferred="ana")) is PassedOver.NOT_PREFERRED
    assert scene.only(a_leg(), CALL, Claim(place=0, preferred="bo")) is None
    assert scene.only(a_leg(), CALL, Claim(place=0, preferred="ana", skipped=True)) is None
    assert scene.passed_over("bo", a_leg(), CALL, Claim(place=0)) is PassedOver.RANK


def test_who_was_transferred_to_needs_neither_rank_nor_skill() -> None:
    scene = Scene(RULES, agents(), {}, 0)
    assert scene.passed_over("bo", a_leg(), CALL, Claim(place=0, target="bo")) is None
    assert scene.passed_over("ana", a_leg(), CALL, Claim(place=0, target="bo")) is PassedOver.NOT_PREFERRED


@pytest.mark.parametrize(
    ("step", "attended_ms", "reason"),
    [
        (0, 4_999, PassedOver.REJECTED_BEFORE),
        (0, 5_000, None),
        (2, 5_000, PassedOver.REJECTED_BEFORE),
        (2, 60_000, None),
    ],
)
def test_others_go_first_for_longer_than_nobody(step: int, attended_ms: int, reason: PassedOver | None) -> None:
    claim = Claim(place=0, passed={"ana": 0})
    assert Scene(RULES, agents(), {}, attended_ms).passed_over("ana", a_leg(step), CALL, claim) is reason
