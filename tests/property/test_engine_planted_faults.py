"""The suite can fail: each fault planted into the engine (`tests/support/engine_faults.py`) is found."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

from deploy.fuzzing.life import Breach, Life
from schemas import inputs
from schemas.configuration import (
    AgentSettings,
    ChannelSettings,
    QueueSettings,
    RoutingConfiguration,
    RoutingSettings,
    StatusSettings,
    StepSettings,
    TierSettings,
)
from schemas.vocabulary import Fault
from streams.routing import waiting
from streams.routing.breach import BrokenInvariant
from tests.property.test_engine_naive import AGENTS, CHANNELS, QUEUES, Routing
from tests.support.engine_faults import FAULTS, NAIVE, Edit, applied

CONFIGURATION = RoutingConfiguration(
    settings=RoutingSettings(
        priority_step_ms=3_000,
        reoffer_after_ms=6_000,
        reoffer_pause_ms=2_000,
        reconnect_grace_ms=4_000,
        connect_timeout_ms=3_000,
        not_responding_for_ms=5_000,
    ),
    statuses={"lunch": StatusSettings(routable=False), "busy": StatusSettings(routable=True)},
    tiers={"vip": TierSettings(head_start_ms=7_000)},
    channels={
        "phone": ChannelSettings(offer_timeout_ms=5_000, wrap_up_ms=4_000),
        "web_chat": ChannelSettings(units=25, offer_timeout_ms=3_000, wrap_up_ms=0, requeue_on_disconnect=True),
        "email": ChannelSettings(units=20, interrupted_by=("phone", "web_chat"), wrap_up_ms=0),
    },
    queues={
        "service": QueueSettings(
            steps=(StepSettings(require={"mandarin": 1}, max_rank=1), StepSettings(at_ms=4_000, relax=True, max_rank=3))
        ),
        "sales": QueueSettings(class_=1, expire_after_ms=30_000),
    },
    agents={
        "ana": AgentSettings(skills={"mandarin": 2}, queues={"service": 1, "sales": 2}),
        "bo": AgentSettings(skills={"refunds": 1}, queues={"service": 2, "sales": 1}, max={"web_chat": 2}),
        "cy": AgentSettings(skills={"mandarin": 1}, queues={"service": 1}, capacity=120),
    },
)


def drive(seed: int, steps: int = 250) -> None:
    """Let chance drive engine and naive router; raises when they differ or an invariant breaks."""
    chance = random.Random(seed)
    machine: Any = Routing()
    machine.configure(configuration=CONFIGURATION)
    for _ in range(steps):
        _act(machine, chance, chance.choice(["arrive", "answer", "answer", "work", "attend", "attend", "rest"]))
    machine.teardown()


def drive_many(seeds: int) -> None:
    """One drive for each seed."""
    for seed in range(seeds):
        drive(seed)


def _act(machine: Any, chance: random.Random, what: str) -> None:
    pick = chance.randrange(50)
    if what == "arrive":
        machine.arrive(
            queue=chance.choice(QUEUES),
            channel=chance.choice(CHANNELS),
            priority=chance.choice([5, 4, 7]),
            tier=chance.choice([None, "vip"]),
            require=chance.choice([{}, {}, {"mandarin": 1}, {"refunds": 1}]),
            preferred=chance.choice([None, "bo"]),
            confirms=chance.random() < 0.3,
            again=chance.random() < 0.1,
        )
    elif what == "answer":
        machine.answer(pick=pick, accepts=chance.random() < 0.7, wrong=chance.random() < 0.1)
        machine.adapter_says(pick=pick, outcome=chance.choice(["connected", Fault.AGENT, Fault.CHANNEL]))
    elif what == "work":
        kinds = [inputs.EndInteraction, inputs.HoldInteraction, inputs.ResumeInteraction, inputs.FinishWrapUp]
        machine.work(pick=pick, kind=chance.choice(kinds))
    elif what == "attend":
        machine.attend(for_ms=chance.choice([500, 2_500, 5_000]))
    else:
        agent = chance.choice(AGENTS)
        rest: list[Callable[[], Any]] = [
            lambda: machine.leave(back=chance.randrange(-1, 4)),
            lambda: machine.login(agent=agent, status=None),
            lambda: machine.disconnect(agent=agent),
            lambda: machine.choose_status(
                agent=agent, status=chance.choice(["available", "lunch"]), later=pick % 2 == 0
            ),
            lambda: machine.neglect(for_ms=30_000),
            machine.restart,
        ]
        chance.choice(rest)()


@pytest.mark.parametrize("seed", range(4))
def test_without_a_fault_both_agree(seed: int) -> None:
    drive(seed)
    assert seed in range(4)


LIVES = 40
STEPS = 500


def broken_in_some_life(fault: Edit) -> str | None:
    """The promise of `found_by` that breaks in one of several lives; None = none does."""
    for seed in range(LIVES):
        try:
            Life(f"faults/{seed}").run(STEPS)
        except Breach as breach:
            if breach.promise in fault.found_by:
                return breach.promise
    return None


def test_there_are_many_faults_and_each_has_a_name_of_its_own() -> None:
    assert len({fault.name for fault in FAULTS}) == len(FAULTS) >= 50


@pytest.mark.long
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_planted_fault_is_found(fault: Edit) -> None:
    with applied(fault):
        if fault.found_by == NAIVE:
            with pytest.raises((AssertionError, BrokenInvariant, LookupError, ValueError)):
                drive_many(40)
        else:
            assert broken_in_some_life(fault) is not None


def test_a_fault_is_taken_out_again() -> None:
    right = waiting.place
    with applied(next(fault for fault in FAULTS if fault.where == "waiting:place")):
        assert waiting.place is not right
    assert waiting.place is right


def test_a_fault_that_does_not_fit_the_source_is_no_fault() -> None:
    fault = Edit("nonsense", "waiting:place", "no such words", "", NAIVE)
    with pytest.raises(LookupError, match="stands 0 times"), applied(fault):
        pass
