"""A follower's places in line are the engine's, whatever happens, also after it began anew from a snapshot."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import inputs
from schemas.configuration import QueueSettings, StepSettings, TierSettings
from schemas.estimate import QueueOrders
from schemas.interactions import ChannelFailed
from schemas.view import View
from schemas.view_parts import parts, restore
from schemas.vocabulary import Fault, LegState
from streams.routing.engine import Engine
from tests.support.engine_driver import WORKSPACE, Driver, a_configuration

QUEUES = {
    "service": QueueSettings(steps=(StepSettings(), StepSettings(at_ms=4_000, head_start_ms=30_000))),
    "sales": QueueSettings(steps=(StepSettings(), StepSettings(at_ms=9_000, overflow_to="service"))),
}
ACTS = (
    "arrive",
    "arrive",
    "arrive",
    "leave",
    "accept",
    "reject",
    "end",
    "transfer",
    "move",
    "prioritise",
    "close",
    "wait",
)

Step = tuple[str, int, int]


class Center:
    """An engine, and a follower who hears only its decisions."""

    def __init__(self) -> None:
        self.driver = Driver(engine=Engine(WORKSPACE))
        self.view = View(WORKSPACE)
        self.orders = QueueOrders(0)
        self.contacts = 0
        tiers = {"vip": TierSettings(head_start_ms=20_000)}
        self.driver.configure(a_configuration("ana", "bo", queues=QUEUES, tiers=tiers))
        self.heard()
        for agent in ("ana", "bo"):
            self.driver.login(agent)
            self.heard()

    def heard(self) -> None:
        for decision in self.driver.decisions:
            self.orders.heard(self.view.apply(decision), decision.at_ms)
        self.driver.decisions = ()

    def begin_anew(self) -> None:
        """From a snapshot of the view."""
        self.view = restore(parts(self.view))
        self.orders = QueueOrders.of(self.view)

    def do(self, act: str, number: int, more: int) -> None:
        driver = self.driver
        live = sorted(driver.world.interactions)
        contact = live[number % len(live)] if live else ""
        queue = ("service", "sales")[more % 2]
        agent = ("ana", "bo")[more % 2]
        leg_id = f"{contact}.{driver.world.interactions[contact].main.number}" if live else ""
        command: dict[str, Any] = {"interaction_id": contact, "reason": "because"}
        if act == "arrive":
            self.contacts += 1
            tier = "vip" if more % 3 == 0 else None
            driver.arrive(f"c{self.contacts}", queue, priority=1 + number % 10, tier=tier)
        elif act == "wait":
            driver.now_ms += number * 100
            driver.tick()
        elif act == "close":
            kind = inputs.QueueClosed if number % 2 else inputs.QueueOpened
            driver.feed(kind(workspace=WORKSPACE, queue=queue))
        elif not live:
            return
        elif act == "leave":
            driver.leave(contact)
        elif act == "accept":
            driver.accept(contact, agent)
        elif act == "reject":
            driver.reject(contact, agent)
        elif act == "end":
            driver.command(inputs.EndInteraction, agent_id=agent, leg_id=leg_id)
        elif act == "transfer":
            values = {"agent_id": agent, "leg_id": leg_id, "to_queue": queue, "keep_place": number % 2 == 0}
            driver.command(inputs.TransferInteraction, **values)
        elif act == "move":
            driver.command(inputs.MoveInteraction, to_queue=queue, **command)
        elif act == "prioritise":
            driver.command(inputs.ReprioritiseInteraction, priority=1 + more % 10, **command)
        self.heard()

    def check(self) -> None:
        world = self.driver.world
        lines: dict[str, list[tuple[int, int, str]]] = {}
        for interaction in world.interactions.values():
            for leg in interaction.all_legs():
                leg_id = f"{interaction.interaction_id}.{leg.number}"
                if leg.state is LegState.QUEUED:
                    lines.setdefault(leg.queue or "", []).append((leg.virtual_arrival_ms, leg.place, leg_id))
                else:
                    assert self.orders.position(leg_id) is None
        for line in lines.values():
            for index, (*_, leg_id) in enumerate(sorted(line)):
                assert self.orders.position(leg_id) == index + 1


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 99), st.integers(0, 99)), max_size=60),
    st.integers(0, 60),
)
def test_places_are_the_engines(steps: list[Step], anew_at: int) -> None:
    center = Center()
    for index, step in enumerate(steps):
        center.do(*step)
        if index == anew_at:
            center.begin_anew()
        center.check()


def test_many_who_came_in_one_moment_stand_as_they_came() -> None:
    center = Center()
    for number in range(30):
        center.do("arrive", 4, 2 * number + 2 if number % 3 else 2)
    center.check()
    center.begin_anew()
    center.check()
    failed = ChannelFailed(workspace=WORKSPACE, interaction_id="c1", leg_id="c1.1", fault=Fault.CHANNEL)
    center.driver.feed(failed)
    center.heard()
    center.check()
