"""The engine agrees with the naive router, decision for decision, whatever comes in whatever order."""

from __future__ import annotations

from typing import Any

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from schemas import inputs, interactions
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
from schemas.vocabulary import ConsultEnd, Fault, JoinMode, LegState, Strategy
from streams.routing.engine import Engine
from tests.support.routing_pair import WORKSPACE, RoutingPair, replayed

AGENTS = ("ana", "bo", "cy")
QUEUES = ("service", "sales")
CHANNELS = ("phone", "web_chat", "email")
SKILLS = ("mandarin", "refunds")

_levels = st.dictionaries(st.sampled_from(SKILLS), st.integers(1, 3), max_size=2)
_agents = st.builds(
    AgentSettings,
    skills=_levels,
    queues=st.dictionaries(st.sampled_from(QUEUES), st.integers(1, 3), min_size=1),
    capacity=st.sampled_from([100, 100, 120, 200]),
    max=st.dictionaries(st.just("web_chat"), st.integers(1, 2), max_size=1),
    wrap_up_ms=st.sampled_from([None, None, 0, 3_000]),
)
_steps = st.lists(
    st.builds(
        StepSettings,
        at_ms=st.sampled_from([0, 2_000, 4_000, 9_000]),
        require=st.none() | _levels,
        relax=st.sampled_from([None, True, False]),
        max_rank=st.sampled_from([None, 1, 2]),
        ignore_rank=st.sampled_from([None, True]),
        head_start_ms=st.sampled_from([None, 5_000, 20_000]),
    ),
    max_size=3,
    unique_by=lambda step: step.at_ms,
).map(lambda steps: tuple(sorted(steps, key=lambda step: step.at_ms)))
_queues = st.builds(
    QueueSettings,
    class_=st.sampled_from([0, 0, 1]),
    strategy=st.sampled_from(list(Strategy)),
    steps=_steps,
    wrap_up_ms=st.sampled_from([None, 1_000]),
    expire_after_ms=st.sampled_from([None, None, 15_000]),
)
_channels = st.fixed_dictionaries(
    {},
    optional={
        "phone": st.builds(
            ChannelSettings,
            offer_timeout_ms=st.just(5_000),
            wrap_up_ms=st.sampled_from([0, 4_000]),
            wrap_up_holds_units=st.booleans(),
            hold_frees_units=st.booleans(),
        ),
        "web_chat": st.builds(
            ChannelSettings,
            units=st.sampled_from([25, 40]),
            offer_timeout_ms=st.just(3_000),
            interrupted_by=st.sampled_from([(), ("phone",)]),
            requeue_on_disconnect=st.just(True),
        ),
        "email": st.builds(
            ChannelSettings, units=st.just(20), interrupted_by=st.just(("phone", "web_chat")), wrap_up_ms=st.just(0)
        ),
    },
)
configurations = st.builds(
    RoutingConfiguration,
    settings=st.builds(
        RoutingSettings,
        priority_step_ms=st.just(3_000),
        rank_first=st.booleans(),
        reoffer_after_ms=st.sampled_from([6_000, 20_000]),
        reoffer_pause_ms=st.just(2_000),
        reconnect_grace_ms=st.just(4_000),
        connect_timeout_ms=st.just(3_000),
        not_responding_for_ms=st.sampled_from([None, 5_000]),
        default_queue=st.sampled_from([None, "service"]),
    ),
    statuses=st.just({"lunch": StatusSettings(routable=False), "busy": StatusSettings(routable=True)}),
    tiers=st.just({"vip": TierSettings(head_start_ms=7_000)}),
    channels=_channels,
    queues=st.fixed_dictionaries({"service": _queues, "sales": _queues}),
    agents=st.fixed_dictionaries({"ana": _agents, "bo": _agents, "cy": _agents}),
)
agents = st.sampled_from(AGENTS)
picks = st.integers(0, 50)


class Routing(RuleBasedStateMachine):
    """Drives both with what adapters, agents and time may do."""

    pair: RoutingPair

    @initialize(configuration=configurations)
    def configure(self, configuration: RoutingConfiguration) -> None:
        self.pair = RoutingPair(configuration)
        self.contacts = 0
        self.sessions: dict[str, list[str]] = {name: [] for name in AGENTS}
        for name in AGENTS:
            self.login(name, None)

    @rule(agent=agents, status=st.sampled_from([None, "busy", "lunch"]))
    def login(self, agent: str, status: str | None) -> None:
        if status is not None and self.sessions[agent]:
            return
        session = f"s{self.pair.offset}"
        self.sessions[agent].append(session)
        if self.pair.engine.world.agents[agent].status != "offline":
            status = None
        self._session(inputs.AgentSessionOpened, agent, session, status=status)

    @rule(agent=agents)
    def disconnect(self, agent: str) -> None:
        if self.sessions[agent]:
            self._session(inputs.AgentSessionClosed, agent, self.sessions[agent].pop())

    @rule(agent=agents)
    def log_out(self, agent: str) -> None:
        self.sessions[agent] = []
        self.pair.command(inputs.LogOut, agent_id=agent)

    @rule(
        agent=agents, status=st.sampled_from(["available", "busy", "lunch", "offline", "dancing"]), later=st.booleans()
    )
    def choose_status(self, agent: str, status: str, later: bool) -> None:
        self.pair.command(inputs.SetNextStatus if later else inputs.SetStatus, agent_id=agent, status=status)

    @rule(
        queue=st.sampled_from([*QUEUES, *QUEUES, "nowhere"]),
        channel=st.sampled_from(CHANNELS),
        priority=st.sampled_from([5, 5, 4, 7]),
        tier=st.sampled_from([None, None, "vip"]),
        require=_levels,
        preferred=st.sampled_from([None, None, "bo", "gone"]),
        confirms=st.booleans(),
        again=st.booleans(),
    )
    def arrive(self, again: bool, confirms: bool, preferred: str | None, require: dict[str, int], **said: Any) -> None:
        self.contacts += not (again and self.contacts)
        self.pair.feed(
            inputs.InteractionIdentified(
                workspace=WORKSPACE,
                interaction_id=f"c{self.contacts}",
                adapter="a",
                instance="a1",
                confirms_connection=confirms,
                preferred_agent=preferred,
                requirements=require,
                **said,
            )
        )

    @rule(agent=st.sampled_from([*AGENTS, "gone"]), to=agents)
    def hand_over(self, agent: str, to: str) -> None:
        self.pair.command(inputs.HandOverAgent, agent_id=agent, to_agent=to)

    @rule(back=st.integers(-1, 4))
    def leave(self, back: int) -> None:
        self.pair.feed(interactions.CustomerLeft(workspace=WORKSPACE, interaction_id=f"c{self.contacts - back}"))

    @rule(pick=picks, accepts=st.sampled_from([True, True, False]), wrong=st.sampled_from([False, False, False, True]))
    def answer(self, pick: int, accepts: bool, wrong: bool) -> None:
        found = self._in_state(pick, LegState.OFFERED)
        if found is None:
            return
        name, number, offers, agent = found
        kind = inputs.AcceptOffer if accepts else inputs.RejectOffer
        self.pair.command(kind, agent_id=agent, offer_id=f"{name}.{number}/{offers + wrong}")

    @rule(
        pick=picks,
        outcome=st.sampled_from(["connected", "connected", "ended", Fault.AGENT, Fault.CHANNEL]),
        late=st.sampled_from([False, False, True]),
    )
    def adapter_says(self, pick: int, outcome: str, late: bool = False) -> None:
        found = self._in_state(pick, LegState.CONNECTED if late else LegState.CONNECTING)
        if found is None:
            return
        main = self.pair.engine.world.interactions[found[0]].main
        line = main.continues if late and main.continues else found[1]
        values: dict[str, Any] = {"workspace": WORKSPACE, "interaction_id": found[0], "leg_id": f"{found[0]}.{line}"}
        if outcome == "connected":
            self.pair.feed(interactions.ChannelConnected(**values))
        elif outcome == "ended":
            self.pair.feed(interactions.ChannelEnded(**values))
        else:
            self.pair.feed(interactions.ChannelFailed(fault=Fault(outcome), **values))

    @rule(
        pick=picks,
        kind=st.sampled_from(
            [
                inputs.HoldInteraction,
                inputs.ResumeInteraction,
                inputs.EndInteraction,
                inputs.EndInteraction,
                inputs.FinishWrapUp,
            ]
        ),
    )
    def work(self, pick: int, kind: type[inputs.LegCommand]) -> None:
        found = self._in_state(pick, LegState.CONNECTED, LegState.ON_HOLD, LegState.WRAP_UP, LegState.CONNECTING)
        if found is not None:
            self._about(kind, found)

    @rule(pick=picks, to=st.sampled_from([*AGENTS, *QUEUES, "nowhere"]))
    def consult(self, pick: int, to: str) -> None:
        found = self._in_state(pick, LegState.CONNECTED, LegState.ON_HOLD)
        if found is not None:
            asked = {"to_agent": to} if to in AGENTS else {"to_queue": to}
            self._about(inputs.StartConsult, found, **asked)

    @rule(pick=picks, how=st.sampled_from([*ConsultEnd, None]))
    def finish_consult_or_leave(self, pick: int, how: ConsultEnd | None) -> None:
        found = self._in_state(pick, LegState.CONNECTED, LegState.ON_HOLD)
        if found is not None and how is not None:
            self._about(inputs.FinishConsult, found, how=how)
        elif found is not None:
            self._about(inputs.LeaveConference, found)

    @rule(agent=agents, pick=picks, mode=st.sampled_from(list(JoinMode)))
    def join(self, agent: str, pick: int, mode: JoinMode) -> None:
        found = self._in_state(pick, LegState.CONNECTED, LegState.QUEUED)
        if found is not None:
            self.pair.command(inputs.JoinInteraction, interaction_id=found[0], agent_id=agent, mode=mode)

    @rule(for_ms=st.sampled_from([1, 500, 1_000, 2_500, 5_000, 9_000]))
    def attend(self, for_ms: int) -> None:
        self.pair.attend(for_ms)

    @rule(for_ms=st.sampled_from([100, 1_999, 2_000, 2_001, 30_000]))
    def neglect(self, for_ms: int) -> None:
        self.pair.neglect(for_ms)

    @rule()
    def restart(self) -> None:
        self.pair.restart()

    def teardown(self) -> None:
        if not hasattr(self, "pair"):
            return
        final = self.pair.engine
        again = Engine(WORKSPACE)
        first = replayed(self.pair.log, again)
        assert again.fingerprint() == final.fingerprint()
        assert len(first) == final.seq

    def _session(self, kind: type[Any], agent: str, session: str, **more: Any) -> None:
        values = {"workspace": WORKSPACE, "agent_id": agent, "gateway": "g", "incarnation": 1, "session": session}
        self.pair.feed(kind(**values, **more))

    def _about(self, kind: type[inputs.LegCommand], found: tuple[str, int, int, str], **more: Any) -> None:
        self.pair.command(kind, agent_id=found[3], leg_id=f"{found[0]}.{found[1]}", **more)

    def _in_state(self, pick: int, *states: LegState) -> tuple[str, int, int, str] | None:
        found = [
            (name, leg.number, leg.offers, leg.agent_id or "")
            for name, one in self.pair.engine.world.interactions.items()
            for leg in one.all_legs()
            if leg.state in states
        ]
        return found[pick % len(found)] if found else None


Routing.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestRouting = Routing.TestCase
