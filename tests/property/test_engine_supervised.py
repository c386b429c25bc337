"""Engine and naive router agree on whatever may happen to waiting work: queues that are closed, full or empty of
agents, steps that prefer an agent or overflow, transfers, moves, assignments, new priorities, what is learnt later.
"""

from __future__ import annotations

from typing import Any

import hypothesis.strategies as st
import msgspec
from hypothesis import settings
from hypothesis.stateful import initialize, rule

from schemas import inputs
from schemas.configuration import (
    OverflowRule,
    OverflowSettings,
    QueueSettings,
    RoutingConfiguration,
    StepSettings,
)
from schemas.vocabulary import LegState
from tests.property.test_engine_naive import AGENTS, QUEUES, SKILLS, Routing, configurations
from tests.support.routing_pair import WORKSPACE

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
