"""Engine and naive router agree on whatever may happen to waiting work: queues that are closed, full or empty of
agents, steps that prefer an agent or overflow, transfers, moves, assignments, new priorities, what is learnt later.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import hypothesis.strategies as st
import msgspec
import pytest
from hypothesis import settings
from hypothesis.stateful import initialize, rule

from schemas import inputs
from schemas.configuration import (
    AgentSettings,
    ChannelSettings,
    OverflowRule,
    OverflowSettings,
    QueueSettings,
    RoutingConfiguration,
    RoutingSettings,
    StatusSettings,
    StepSettings,
)
from schemas.vocabulary import LegState
from streams.routing.breach import BrokenInvariant
from tests.property.test_engine_naive import AGENTS, QUEUES, SKILLS, Routing, configurations
from tests.support.engine_faults import NAIVE, Edit, applied
from tests.support.routing_pair import WORKSPACE

Act = Callable[[Any, random.Random], None]
SITES = ("tianhe", "beijing_road")
picks = st.integers(0, 50)
queues = st.sampled_from([*QUEUES, "mail"])
_ends = st.sampled_from(["closed", "full", "no_agents"]).map(lambda word: OverflowRule(end=word))
_goes = st.sampled_from([*QUEUES, "mail"]).map(lambda queue: OverflowRule(overflow_to=queue))
_rules = st.one_of(st.just(OverflowRule()), st.just(OverflowRule()), _ends, _goes)
_steps = st.lists(
    st.builds(
        StepSettings,
        at_ms=st.sampled_from([0, 0, 2_000, 4_000]),
        preferred=st.booleans(),
        same_site=st.sampled_from([None, None, True, False]),
        max_rank=st.sampled_from([None, None, 1]),
        head_start_ms=st.sampled_from([None, None, 0, 5_000]),
        overflow_to=st.sampled_from([None, None, *QUEUES, "mail"]),
    ),
    max_size=3,
    unique_by=lambda step: step.at_ms,
).map(lambda steps: tuple(sorted(steps, key=lambda step: step.at_ms)))
_queue = st.builds(
    QueueSettings,
    class_=st.sampled_from([0, 0, 1]),
    max_waiting=st.sampled_from([None, None, 1, 2]),
    steps=_steps,
    overflow=st.builds(OverflowSettings, when_closed=_rules, when_full=_rules, when_no_agents=_rules),
    expire_after_ms=st.sampled_from([None, None, 15_000]),
)


def companies() -> st.SearchStrategy[RoutingConfiguration]:
    """Those of the plain machine with a third queue, sites, and rules on entering a queue."""

    def changed(
        company: RoutingConfiguration, made: dict[str, QueueSettings], sites: list[str | None]
    ) -> RoutingConfiguration:
        agents = {
            name: msgspec.structs.replace(one, site=site, queues={**one.queues, "mail": 1})
            for (name, one), site in zip(company.agents.items(), sites, strict=True)
        }
        return msgspec.structs.replace(company, sites=SITES, queues=made, agents=agents)

    made = st.fixed_dictionaries({"service": _queue, "sales": _queue, "mail": _queue})
    sites = st.lists(st.sampled_from([None, *SITES]), min_size=len(AGENTS), max_size=len(AGENTS))
    return st.builds(changed, configurations, made, sites)


class Supervised(Routing):
    """The plain machine, and what else may happen to waiting work."""

    @initialize(configuration=companies())
    def configure(self, configuration: RoutingConfiguration) -> None:
        super().configure(configuration)

    @rule(
        queue=queues,
        site=st.sampled_from([None, *SITES]),
        preferred=st.sampled_from([None, *AGENTS]),
        channel=st.sampled_from(["phone", "web_chat"]),
    )
    def visit(self, queue: str, site: str | None, preferred: str | None, channel: str) -> None:
        self.arrive(
            again=False, confirms=False, preferred=preferred, require={}, queue=queue, channel=channel, priority=5,
            tier=None, site=site,
        )  # fmt: skip

    @rule(pick=picks, to=st.sampled_from([*AGENTS, *QUEUES, "mail"]), keep_place=st.booleans())
    def transfer(self, pick: int, to: str, keep_place: bool) -> None:
        found = self._in_state(pick, LegState.CONNECTED, LegState.ON_HOLD)
        if found is not None:
            asked = {"to_agent": to} if to in AGENTS else {"to_queue": to}
            self._about(inputs.TransferInteraction, found, keep_place=keep_place, **asked)

    @rule(back=st.integers(0, 4), to=queues)
    def move(self, back: int, to: str) -> None:
        self.pair.command(inputs.MoveInteraction, interaction_id=f"c{self.contacts - back}", to_queue=to)

    @rule(back=st.integers(0, 4), to=st.sampled_from(AGENTS))
    def assign(self, back: int, to: str) -> None:
        self.pair.command(inputs.AssignInteraction, interaction_id=f"c{self.contacts - back}", to_agent=to)

    @rule(back=st.integers(0, 4), priority=st.sampled_from([0, 1, 4, 6, 10]))
    def prioritise(self, back: int, priority: int) -> None:
        self.pair.command(inputs.ReprioritiseInteraction, interaction_id=f"c{self.contacts - back}", priority=priority)

    @rule(back=st.integers(0, 4))
    def cancel(self, back: int) -> None:
        self.pair.command(inputs.CancelInteraction, interaction_id=f"c{self.contacts - back}")

    @rule(agent=st.sampled_from(AGENTS), status=st.sampled_from(["available", "lunch", "offline"]))
    def force(self, agent: str, status: str) -> None:
        if status == "offline":
            self.sessions[agent] = []
        self.pair.command(inputs.ForceStatus, agent_id=agent, status=status)

    @rule(queue=queues, opens=st.booleans())
    def hours(self, queue: str, opens: bool) -> None:
        kind: Any = inputs.QueueOpened if opens else inputs.QueueClosed
        self.pair.feed(kind(workspace=WORKSPACE, queue=queue))

    @rule(pick=picks, priority=st.sampled_from([None, 3]), skill=st.sampled_from([None, "", *SKILLS]))
    def learn(self, pick: int, priority: int | None, skill: str | None) -> None:
        live = list(self.pair.engine.world.interactions)
        if live:
            require = None if skill is None else {skill: 1} if skill else {}
            name = live[pick % len(live)]
            self.pair.feed(
                inputs.InteractionUpdated(
                    workspace=WORKSPACE, interaction_id=name, priority=priority, requirements=require, tier="vip"
                )
            )

    @rule(pick=picks, for_ms=st.sampled_from([0, 1_000, 5_000]))
    def extend(self, pick: int, for_ms: int) -> None:
        found = self._in_state(pick, LegState.WRAP_UP)
        if found is not None:
            self._about(inputs.ExtendWrapUp, found, for_ms=for_ms)


Supervised.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestSupervised = Supervised.TestCase


COMPANY = RoutingConfiguration(
    settings=RoutingSettings(reoffer_after_ms=6_000, reoffer_pause_ms=2_000, reconnect_grace_ms=2_000),
    statuses={"lunch": StatusSettings(routable=False), "busy": StatusSettings(routable=True)},
    channels={"phone": ChannelSettings(offer_timeout_ms=5_000, wrap_up_ms=2_000)},
    queues={
        "service": QueueSettings(
            steps=(StepSettings(preferred=True), StepSettings(at_ms=6_000, overflow_to="mail", head_start_ms=3_000)),
        ),
        "sales": QueueSettings(
            max_waiting=2,
            steps=(StepSettings(), StepSettings(at_ms=4_000, same_site=True)),
            overflow=OverflowSettings(when_full=OverflowRule(overflow_to="service")),
        ),
        "mail": QueueSettings(steps=(StepSettings(at_ms=5_000, overflow_to="service"),)),
    },
    agents={
        "ana": AgentSettings(queues={"service": 1, "sales": 2}, site="tianhe"),
        "bo": AgentSettings(queues={"service": 2, "sales": 1, "mail": 1}, site="beijing_road"),
        "cy": AgentSettings(queues={"mail": 1}, site="tianhe"),
    },
)


def drive(seed: int) -> Any:
    """Let chance drive both through a busy company; raises when they differ or an invariant breaks."""
    return driven(COMPANY, _act, random.Random(seed), steps=220)


def driven(company: RoutingConfiguration, act: Act, chance: random.Random, steps: int) -> Any:
    """Both after so many acts that chance chose; raises when they differ or an invariant breaks."""
    machine: Any = Supervised()
    machine.configure(configuration=company)
    for _ in range(steps):
        act(machine, chance)
    machine.teardown()
    return machine


def _act(machine: Any, chance: random.Random) -> None:
    pick, back, agent = chance.randrange(50), chance.randrange(4), chance.choice(AGENTS)
    queue = chance.choice([*QUEUES, "mail"])
    deeds: list[tuple[int, Callable[[], Any]]] = [
        (3, lambda: machine.visit(queue=queue, site=chance.choice(SITES), preferred=agent, channel="phone")),
        (5, lambda: machine.answer(pick=pick, accepts=chance.random() < 0.8, wrong=False)),
        (2, lambda: machine.work(pick=pick, kind=chance.choice([inputs.EndInteraction, inputs.FinishWrapUp]))),
        (4, lambda: machine.transfer(pick=pick, to=chance.choice([*AGENTS, queue]), keep_place=chance.random() < 0.5)),
        (4, lambda: machine.attend(for_ms=chance.randrange(1, 4_000))),
        (1, lambda: machine.move(back=back, to=queue)),
        (1, lambda: machine.assign(back=back, to=agent)),
        (1, lambda: machine.prioritise(back=back, priority=chance.choice([1, 4, 9]))),
        (1, lambda: machine.force(agent=agent, status=chance.choice(["available", "available", "lunch", "offline"]))),
        (2, lambda: machine.login(agent=agent, status=None)),
        (2, lambda: machine.choose_status(agent=agent, status="available", later=False)),
        (1, lambda: machine.leave(back=back)),
        (1, lambda: machine.hours(queue=queue, opens=chance.random() < 0.8)),
        (1, machine.restart),
    ]
    machine.neglect(for_ms=chance.randrange(1, 97))
    chance.choices([deed for _, deed in deeds], [often for often, _ in deeds])[0]()


SEEDS = 60


def test_without_a_fault_both_agree_in_a_busy_company() -> None:
    assert min(drive(seed).pair.engine.seq for seed in range(SEEDS)) > 100


FAULTS = (
    Edit("a transfer forgets whom it is for", "handover:to_agent", "new.target = target.agent_id", "pass", NAIVE),
    Edit("a transfer always keeps its place", "handover:to_queue", "    if keep_place:", "    if True:", NAIVE),
    Edit("a full queue takes one more", "entry:_full", "waiting >= limit", "waiting > limit", NAIVE),
    Edit("an overflow enters a queue that was tried", "steps:_overflow", "if to in tried or", "if", NAIVE),
    Edit("whoever rejected is preferred on", "passing:decline", "interaction.declined = (", "_ = (", NAIVE),
    Edit("a requeue begins to wait anew", "opening:in_place", "old.entered_queue_ms, old.waited_ms", "0, 0", NAIVE),
    Edit("a move keeps the old waiting time", "waiting:shift", "leg.waited_ms = leg.step = 0", "leg.step = 0", NAIVE),
)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_planted_fault_is_found(fault: Edit) -> None:
    with applied(fault), pytest.raises((AssertionError, BrokenInvariant, LookupError, RecursionError, ValueError)):
        drive_many(SEEDS)


def drive_many(seeds: int) -> None:
    """One drive for each seed."""
    for seed in range(seeds):
        drive(seed)
