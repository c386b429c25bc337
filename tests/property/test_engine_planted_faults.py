"""The suite can fail: faults planted into the engine are each found by the comparison with the naive router."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

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
from streams.routing import agents, capacity, endings, lanes, matching, passing, policy, statuses, waiting
from streams.routing.breach import BrokenInvariant
from streams.routing.timers import Clocks
from streams.routing.world import World
from tests.property.test_engine_naive import AGENTS, CHANNELS, QUEUES, Routing
from tests.support.planting import planted

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


def _nothing(*_: Any, **__: Any) -> None:
    """What a forgetful programmer would have written."""


def _one_unit_too_many(channels: Any, load: Any, arriving: int, real: Any = capacity.units_against) -> int:
    return int(real(channels, load, arriving)) - 20


def _always_attended(self: Clocks, to_ms: int) -> None:
    if to_ms > self.now_ms:
        self.attended_ms += to_ms - self.now_ms
        self.now_ms = to_ms


def _last_come_first(self: lanes.Lane, interaction: Any, leg: Any, real: Any = lanes.Lane.enter) -> None:
    arrival, leg.virtual_arrival_ms = leg.virtual_arrival_ms, -leg.virtual_arrival_ms
    real(self, interaction, leg)
    leg.virtual_arrival_ms = arrival


def _priority_backwards(self: Any, tier: str | None, priority: int, real: Any = policy.Policy.head_start_ms) -> int:
    return int(real(self, tier, 10 - priority))


def _same_number_twice(self: World, kind: Any, real: Any = World.decide, **values: Any) -> None:
    real(self, kind, **values)
    if self.seq % 50 == 0:
        self.seq -= 1


def _never_blocked(*_: Any) -> tuple[str, ...]:
    return ()


def _place_lost(w: Any, interaction: Any, leg: Any, real: Any = waiting.stand) -> None:
    leg.virtual_arrival_ms = w.now_ms
    real(w, interaction, leg)


def _no_wrap_up(*_: Any) -> int:
    return 0


FAULTS: dict[str, tuple[Any, str, Any]] = {
    "the capacity is off by some units": (capacity, "units_against", _one_unit_too_many),
    "attended time runs while nobody attends": (Clocks, "advance", _always_attended),
    "who came last goes first": (lanes.Lane, "enter", _last_come_first),
    "the timer of the next step is forgotten": (waiting, "wake", _nothing),
    "a rejected agent is asked again at once": (matching, "blocked", _never_blocked),
    "nobody is passed over": (passing, "pass_over", _nothing),
    "idle time does not begin after work": (agents, "left_work", _nothing),
    "an agent who acts stays not responding": (agents, "respond", _nothing),
    "priority counts backwards": (policy.Policy, "head_start_ms", _priority_backwards),
    "a number is used twice": (World, "decide", _same_number_twice),
    "a rejected caller loses the place": (waiting, "stand", _place_lost),
    "a draining agent never leaves": (statuses, "drain", _nothing),
    "a status change leaves offers pending": (statuses, "rescind_all", _nothing),
    "there is no wrap-up": (policy.Policy, "wrap_up_ms", _no_wrap_up),
    "requeued work is not matched": (matching, "stand_in_lane", _nothing),
    "whoever leaves the queue is not noticed": (matching, "_recall", _nothing),
    "ended work is never forgotten": (endings, "forget", _nothing),
}


@pytest.mark.parametrize("seed", range(4))
def test_without_a_fault_both_agree(seed: int) -> None:
    drive(seed)
    assert seed in range(4)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_found(fault: str) -> None:
    with planted(*FAULTS[fault]), pytest.raises((AssertionError, BrokenInvariant, LookupError, ValueError)):
        drive_many(40)
