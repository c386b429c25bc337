"""Whatever comes, the invariants hold after every input, restarts change nothing, and a replay says the same."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from schemas import codec, inputs, interactions
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
from schemas.vocabulary import ConsultEnd, Fault, JoinMode, LegState
from streams.routing import invariants
from streams.routing.engine import Engine
from streams.routing.model import Leg
from tests.support.engine_driver import WORKSPACE, Driver

NAMES = tuple(f"a{n}" for n in range(6))
QUEUES = ("service", "sales", "mail")


def a_configuration(chance: random.Random) -> RoutingConfiguration:
    """Six agents, three queues, everything that routing obeys."""
    names = chance.sample(NAMES, chance.randint(4, 6))
    return RoutingConfiguration(
        settings=RoutingSettings(
            reoffer_after_ms=8_000,
            reoffer_pause_ms=chance.choice([0, 2_000]),
            reconnect_grace_ms=chance.choice([0, 5_000]),
            not_responding_for_ms=chance.choice([None, 6_000]),
            rank_first=chance.random() < 0.3,
            default_queue=chance.choice([None, "service"]),
        ),
        statuses={"lunch": StatusSettings(routable=False)},
        channels={
            "phone": ChannelSettings(offer_timeout_ms=4_000, wrap_up_ms=chance.choice([0, 3_000])),
            "web_chat": ChannelSettings(
                units=25,
                offer_timeout_ms=3_000,
                wrap_up_ms=0,
                requeue_on_disconnect=True,
                auto_accept=chance.random() < 0.2,
            ),
            "email": ChannelSettings(units=20, interrupted_by=("phone",), wrap_up_ms=1_000),
        },
        queues={
            "service": QueueSettings(
                max_waiting=chance.choice([None, 4]),
                overflow=OverflowSettings(when_full=OverflowRule(overflow_to="sales")),
                steps=(
                    StepSettings(preferred=chance.random() < 0.5),
                    StepSettings(at_ms=5_000, max_rank=1),
                    StepSettings(at_ms=9_000, ignore_rank=True, head_start_ms=4_000),
                    StepSettings(at_ms=15_000, overflow_to="sales"),
                ),
            ),
            "sales": QueueSettings(class_=chance.choice([0, 1]), expire_after_ms=40_000),
            "mail": QueueSettings(steps=(StepSettings(require={"mandarin": 1}), StepSettings(at_ms=7_000, relax=True))),
        },
        agents={
            name: AgentSettings(
                queues={queue: chance.randint(1, 2) for queue in chance.sample(QUEUES, 2)},
                skills=chance.choice([{}, {"mandarin": 2}]),
                capacity=chance.choice([100, 150]),
            )
            for name in names
        },
    )


class Chance:
    """Does something at random, sensible or not."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.driver = Driver(a_configuration(self.chance))
        self.contacts = 0
        self.actions: list[Callable[[], Any]] = [
            self.arrive, self.arrive, self.arrive, self.answer, self.answer, self.answer, self.work, self.work, self.adapter,
            self.session, self.status, self.supervise, self.transfer, self.time, self.time, self.time, self.gateway, self.hours,
            self.leave, self.consult, self.consult, self.together, self.join,
        ]  # fmt: skip

    def act(self) -> None:
        self.chance.choice(self.actions)()
        if self.chance.random() < 0.02:
            self.driver.configure(a_configuration(self.chance))
        if self.chance.random() < 0.02:
            self.restart()

    def restart(self) -> None:
        before = self.driver.engine.fingerprint()
        self.driver.engine = Engine.restore(self.driver.engine.snapshot())
        assert self.driver.engine.fingerprint() == before

    def arrive(self) -> None:
        self.contacts += 1
        self.driver.arrive(
            f"c{self.contacts}",
            queue=self.chance.choice([*QUEUES, None]),
            channel=self.chance.choice(["phone", "web_chat", "email", "fax"]),
            preferred_agent=self.chance.choice([None, *NAMES]),
            priority=self.chance.randint(4, 6),
            confirms_connection=self.chance.random() < 0.3,
        )

    def answer(self) -> None:
        found = self._any_leg(LegState.OFFERED)
        if found is not None:
            contact, leg = found
            kind: Any = self.chance.choice([inputs.AcceptOffer, inputs.AcceptOffer, inputs.RejectOffer])
            offer_id = f"{contact}.{leg.number}/{leg.offers}"
            self.driver.command(kind, agent_id=leg.agent_id, offer_id=offer_id)

    def work(self) -> None:
        found = self._pick(LegState.CONNECTED, LegState.ON_HOLD, LegState.WRAP_UP)
        kinds = [
            inputs.EndInteraction,
            inputs.HoldInteraction,
            inputs.ResumeInteraction,
            inputs.FinishWrapUp,
            inputs.ExtendWrapUp,
        ]
        if found is not None:
            self.driver.about(self.chance.choice(kinds), *found)

    def transfer(self) -> None:
        found = self._pick(LegState.CONNECTED)
        to: dict[str, Any] = self.chance.choice(
            [{"to_queue": self.chance.choice(QUEUES)}, {"to_agent": self.chance.choice(NAMES)}]
        )
        if found is not None:
            self.driver.about(inputs.TransferInteraction, *found, keep_place=self.chance.random() < 0.5, **to)

    def consult(self) -> None:
        found = self._pick(LegState.CONNECTED, LegState.ON_HOLD)
        to: dict[str, Any] = self.chance.choice(
            [{"to_queue": self.chance.choice(QUEUES)}, {"to_agent": self.chance.choice(NAMES)}]
        )
        if found is not None:
            self.driver.about(inputs.StartConsult, *found, **to)

    def together(self) -> None:
        found = self._any_leg(LegState.CONNECTED, LegState.ON_HOLD)
        if found is None:
            return
        contact, leg = found
        kinds: list[tuple[type[inputs.LegCommand], dict[str, Any]]] = [
            (inputs.FinishConsult, {"how": how}) for how in ConsultEnd
        ]
        kinds += [(inputs.LeaveConference, {}), (inputs.EndInteraction, {}), (inputs.HoldInteraction, {})]
        kind, said = self.chance.choice(kinds)
        self.driver.command(kind, agent_id=leg.agent_id, leg_id=f"{contact}.{leg.number}", **said)

    def join(self) -> None:
        contact = f"c{self.chance.randint(1, self.contacts + 1)}"
        said = {"agent_id": self.chance.choice(NAMES), "mode": self.chance.choice(list(JoinMode))}
        self.driver.command(inputs.JoinInteraction, interaction_id=contact, **said)

    def adapter(self) -> None:
        found = self._any_leg(LegState.CONNECTING, LegState.CONNECTING, LegState.CONNECTED)
        if found is None:
            return
        said: dict[str, Any] = {
            "workspace": WORKSPACE,
            "interaction_id": found[0],
            "leg_id": f"{found[0]}.{found[1].number}",
        }
        words: list[Any] = [
            interactions.ChannelFailed(fault=Fault.AGENT, **said),
            interactions.ChannelFailed(fault=Fault.CHANNEL, **said),
            interactions.ChannelEnded(**said),
            interactions.ChannelConnected(**said),
            interactions.ChannelConnected(**said),
        ]
        self.driver.feed(self.chance.choice(words))

    def leave(self) -> None:
        self.driver.leave(f"c{self.chance.randint(1, self.contacts + 2)}")

    def session(self) -> None:
        opened = self.chance.random() < 0.8
        gateway, session = self.chance.choice(["g", "h"]), self.chance.choice(["one", "two"])
        self.driver.session(self.chance.choice(NAMES), opened=opened, gateway=gateway, session=session)

    def gateway(self) -> None:
        if self.chance.random() < 0.1:
            self.driver.feed(inputs.GatewayStarted(workspace=WORKSPACE, gateway="h", incarnation=self.driver.offset))

    def status(self) -> None:
        kind: Any = self.chance.choice([inputs.SetStatus, inputs.SetStatus, inputs.SetNextStatus, inputs.LogOut])
        said = (
            {}
            if kind is inputs.LogOut
            else {"status": self.chance.choice(["available", "available", "lunch", "offline"])}
        )
        self.driver.command(kind, agent_id=self.chance.choice(NAMES), **said)

    def supervise(self) -> None:
        contact = f"c{self.chance.randint(1, self.contacts + 1)}"
        acts: list[tuple[type[inputs.Command], dict[str, Any]]] = [
            (inputs.MoveInteraction, {"to_queue": self.chance.choice(QUEUES)}),
            (inputs.AssignInteraction, {"to_agent": self.chance.choice(NAMES)}),
            (inputs.ReprioritiseInteraction, {"priority": self.chance.randint(1, 10)}),
            (inputs.CancelInteraction, {}),
        ]
        kind, said = self.chance.choice(acts)
        self.driver.command(kind, interaction_id=contact, **said)

    def hours(self) -> None:
        kind: Any = self.chance.choice([inputs.QueueOpened, inputs.QueueOpened, inputs.QueueClosed])
        self.driver.feed(kind(workspace=WORKSPACE, queue=self.chance.choice(QUEUES)))

    def time(self) -> None:
        if self.chance.random() < 0.2:
            self.driver.now_ms += self.chance.choice([500, 2_000, 60_000])
        else:
            self.driver.attend(self.chance.choice([0, 1_000, 3_000, 6_000]))

    def _any_leg(self, *states: LegState) -> tuple[str, Leg] | None:
        found = [
            (name, leg)
            for name, one in self.driver.world.interactions.items()
            for leg in one.all_legs()
            if leg.state in states
        ]
        return self.chance.choice(found) if found else None

    def _pick(self, *states: LegState) -> tuple[str, str] | None:
        found = [
            (name, one.main.agent_id or "")
            for name, one in self.driver.world.interactions.items()
            if one.main.state in states
        ]
        return self.chance.choice(found) if found else None


def run(seed: int, steps: int) -> Chance:
    """Act by chance; the invariants are checked after every step."""
    chance = Chance(seed)
    for _ in range(steps):
        chance.act()
        invariants.check(chance.driver.world)
    return chance


@pytest.mark.parametrize("seed", range(8))
def test_the_invariants_hold_and_a_replay_says_the_same(seed: int) -> None:
    chance = run(seed, 400)
    first, again = Engine(WORKSPACE), Engine(WORKSPACE)
    for offset, stamp_ms, event in chance.driver.log:
        one = first.apply(event, offset=offset, stamp_ms=stamp_ms)
        other = again.apply(event, offset=offset, stamp_ms=stamp_ms)
        assert [codec.encode(decision) for decision in one] == [codec.encode(decision) for decision in other]
    assert first.fingerprint() == chance.driver.engine.fingerprint()
    assert first.seq > 150


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(min_value=0), steps=st.integers(1, 60))
def test_a_short_life_of_any_kind_keeps_the_invariants(seed: int, steps: int) -> None:
    tally = invariants.tally(run(seed, steps).driver.world)
    assert tally["accepted"] == sum(tally.values()) - tally["accepted"]
