"""The engine agrees with the naive router about callbacks and abandoned places, whatever else comes between them."""

from __future__ import annotations

from typing import Any

import hypothesis.strategies as st
import msgspec
from hypothesis import settings
from hypothesis.stateful import initialize, rule

from schemas import inputs, interactions
from schemas.configuration import ChannelSettings, RoutingConfiguration
from schemas.vocabulary import LegState
from tests.property.test_engine_naive import AGENTS, QUEUES, Routing, configurations
from tests.support.routing_pair import WORKSPACE, RoutingPair

CUSTOMERS = ("li", "wang")
PAUSES_MS = (None, -5_000, 0, 1, 3_000, 12_000, 400 * 86_400_000)

_callback_channels = st.none() | st.builds(
    ChannelSettings,
    units=st.sampled_from([50, 100]),
    offer_timeout_ms=st.just(4_000),
    wrap_up_ms=st.sampled_from([0, 2_000]),
    wrap_up_holds_units=st.booleans(),
)


@st.composite
def _with_callbacks(draw: st.DrawFn) -> RoutingConfiguration:
    configuration = draw(configurations)
    channel = draw(_callback_channels)
    chosen = msgspec.structs.replace(configuration.settings, resume_within_ms=draw(st.sampled_from([0, 4_000, 20_000])))
    channels = dict(configuration.channels) | ({} if channel is None else {"callback": channel})
    return msgspec.structs.replace(configuration, settings=chosen, channels=channels)


class Callbacks(Routing):
    """What the other machine does, and promises to call back."""

    @initialize(configuration=_with_callbacks())
    def configure(self, configuration: RoutingConfiguration) -> None:
        self.pair = RoutingPair(configuration)
        self.contacts = 0
        self.sessions = {name: [] for name in AGENTS}
        for name in AGENTS:
            self.login(name, None)

    @rule(
        back=st.integers(-1, 4),
        pause_ms=st.sampled_from(PAUSES_MS),
        agent=st.sampled_from([None, None, "cy", "nobody"]),
        commanded=st.booleans(),
    )
    def call_back(self, back: int, pause_ms: int | None, agent: str | None, commanded: bool) -> None:
        said: dict[str, Any] = {
            "interaction_id": f"c{self.contacts - back}",
            "at_ms": None if pause_ms is None else self.pair.now_ms + pause_ms,
            "agent_id": agent,
        }
        if commanded:
            self.pair.command(inputs.RequestCallback, **said)
        else:
            self.pair.feed(interactions.CallbackRequested(workspace=WORKSPACE, **said))

    @rule(
        customer=st.sampled_from([None, *CUSTOMERS]),
        queue=st.sampled_from(QUEUES),
        channel=st.sampled_from(["phone", "phone", "callback"]),
        pause_ms=st.sampled_from([None, None, None, *PAUSES_MS]),
    )
    def arrive_as(self, customer: str | None, queue: str, channel: str, pause_ms: int | None) -> None:
        at_ms = None if pause_ms is None else self.pair.now_ms + pause_ms
        self.arrive(False, False, None, {}, queue=queue, channel=channel, customer_id=customer, callback_at_ms=at_ms)

    @rule(back=st.integers(0, 3), customer=st.sampled_from(CUSTOMERS))
    def become_known(self, back: int, customer: str) -> None:
        name = f"c{self.contacts - back}"
        if name in self.pair.engine.world.interactions:
            self.pair.feed(inputs.InteractionUpdated(workspace=WORKSPACE, interaction_id=name, customer_id=customer))

    @rule(pick=st.integers(0, 50), pause_ms=st.sampled_from(PAUSES_MS), commanded=st.booleans())
    def promise(self, pick: int, pause_ms: int | None, commanded: bool) -> None:
        self.answer(pick, True, False)
        in_hand = (LegState.CONNECTING, LegState.CONNECTED, LegState.ON_HOLD, LegState.WRAP_UP)
        found = self._in_state(pick, *in_hand)
        if found is not None:
            self.call_back(self.contacts - int(found[0][1:]), pause_ms, None, commanded)

    @rule(
        customer=st.sampled_from(CUSTOMERS), queue=st.sampled_from(QUEUES), away_ms=st.sampled_from([0, 3_000, 9_000])
    )
    def hang_up_and_call_again(self, customer: str, queue: str, away_ms: int) -> None:
        self.arrive_as(customer, queue, "phone", None)
        self.attend(3_000)
        self.leave(0)
        self.attend(away_ms)
        self.arrive_as(customer, queue, "phone", None)

    @rule(pick=st.integers(0, 50))
    def finish_a_part(self, pick: int) -> None:
        found = [
            (one.interaction_id, leg.number, leg.agent_id or "")
            for one in self.pair.engine.world.interactions.values()
            for leg in one.others
            if leg.state is LegState.WRAP_UP
        ]
        if found:
            name, number, agent = found[pick % len(found)]
            self.pair.command(inputs.FinishWrapUp, agent_id=agent, leg_id=f"{name}.{number}")


Callbacks.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestCallbacks = Callbacks.TestCase
