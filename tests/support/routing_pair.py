"""The engine and the naive router side by side: one input goes to both, and afterwards they must agree."""

from __future__ import annotations

from typing import Any

import msgspec

from schemas import inputs
from schemas.configuration import RoutingConfiguration, canonical, digest
from schemas.decisions import Decision, OfferMade
from schemas.inputs import InputsTopicEvent
from schemas.vocabulary import ENDED, LegState
from streams.routing import invariants, project
from streams.routing.engine import Engine
from tests.support.naive_supervision import NaiveSupervision

WORKSPACE = "pair"
START_MS = 1_000_000


class RoutingPair:
    """Feeds both, checks the engine's invariants after each input, and compares."""

    def __init__(self, configuration: RoutingConfiguration, engine: type[Engine] = Engine) -> None:
        self.engine = engine(WORKSPACE)
        self.naive = NaiveSupervision(configuration)
        self.now_ms = START_MS
        self.offset = -1
        self.commands = 0
        self.offers: list[tuple[str, str]] = []
        self.decisions: list[Decision] = []
        self.log: list[tuple[int, int, InputsTopicEvent]] = []
        self.feed(
            inputs.ConfigurationPublished(
                workspace=WORKSPACE,
                command_id="configuration",
                version=1,
                base_version=0,
                digest=digest(configuration),
                patch=canonical(configuration).decode(),
            )
        )

    def feed(self, event: Any) -> tuple[Decision, ...]:
        """One input to both."""
        self.offset += 1
        self.log.append((self.offset, self.now_ms, event))
        decisions: tuple[Decision, ...] = self.engine.apply(event, offset=self.offset, stamp_ms=self.now_ms)
        self.decisions += decisions
        self.naive.take(event, self.offset, self.now_ms)
        for decision in decisions:
            if isinstance(decision, OfferMade) and decision.offer is not None:
                self.offers.append((decision.offer.interaction_id, decision.offer.agent_id))
        invariants.check(self.engine.world)
        self.compare()
        return decisions

    def command(self, kind: type[inputs.Command], **values: Any) -> tuple[Decision, ...]:
        """A command with a fresh id."""
        self.commands += 1
        return self.feed(kind(workspace=WORKSPACE, command_id=f"command-{self.commands}", **values))

    def attend(self, for_ms: int) -> None:
        """Time passes while the router attends."""
        until = self.now_ms + for_ms
        while True:
            self.feed(inputs.GatewayAlive(workspace=WORKSPACE, gateway="g", incarnation=1))
            self.feed(inputs.TimeAdvanced(workspace=WORKSPACE))
            if self.now_ms >= until:
                return
            self.now_ms = min(until, self.now_ms + 1_000)

    def neglect(self, for_ms: int) -> None:
        """Time passes while nobody attends."""
        self.now_ms += for_ms

    def restart(self) -> None:
        """The engine goes on from its own snapshot."""
        before = self.engine.fingerprint()
        self.engine = type(self.engine).restore(self.engine.snapshot())
        assert self.engine.fingerprint() == before

    def compare(self) -> None:
        """Both know the same."""
        naive, world = self.naive, self.engine.world
        assert self.offers == naive.offers
        assert (world.clocks.now_ms, world.clocks.attended_ms) == (naive.now, naive.attended)
        contacts = {
            name: (one.main.state.value, one.main.agent_id, one.main.queue, one.main.step)
            for name, one in world.interactions.items()
            if one.main.state not in ENDED
        }
        assert contacts == {one.name: (one.state, one.agent, one.queue, one.step) for one in naive.contacts.values()}
        preferred = {
            name: one.main.preferred or one.preferred_agent
            for name, one in world.interactions.items()
            if one.main.state not in ENDED
        }
        assert preferred == {one.name: one.preferred for one in naive.contacts.values()}
        beside = {
            (name, leg.number): (leg.kind.value, leg.join_mode, leg.state.value, leg.agent_id, leg.queue)
            for name, one in world.interactions.items()
            for leg in one.others
        }
        assert beside == {
            (leg.name, leg.number): (leg.kind, leg.mode, leg.state, leg.agent, leg.queue) for leg in naive.beside
        }
        agents = {
            name: (one.status, project.routing_status(world, one).value, world.capacity.room(one)[2])
            for name, one in world.agents.items()
        }
        assert agents == {
            name: (one.status, naive.routing_status(one), naive.units(name)) for name, one in naive.people.items()
        }
        arrivals = {
            (name, leg.number): leg.virtual_arrival_ms
            for name, one in world.interactions.items()
            for leg in one.all_legs()
            if leg.state is LegState.QUEUED
        }
        assert arrivals == {
            (one.name, one.number): naive.virtual_arrival(one) for one in naive.every() if one.state == "queued"
        }


def replayed(log: list[tuple[int, int, InputsTopicEvent]], engine: Engine) -> list[bytes]:
    """The decisions' bytes of a log."""
    encoder = msgspec.json.Encoder()
    return [
        encoder.encode(decision)
        for offset, stamp_ms, event in log
        for decision in engine.apply(event, offset=offset, stamp_ms=stamp_ms)
    ]
